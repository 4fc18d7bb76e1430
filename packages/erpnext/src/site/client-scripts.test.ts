import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';
import { COMMAND_KINDS } from '@biolistener/core';
import { planOrder, readOrder } from '../desk/order.ts';
import { loadDefinitions } from './definitions.ts';

// The scripts as a browser would run them, in a page that has nothing but what every version of Desk has (contract §5.4).

interface Page {
  /** Tells the form that a person changed a field. */
  readonly change: (field: string) => Promise<void>;
  readonly buttons: Map<string, () => unknown>;
  readonly comments: string[];
  readonly orders: Record<string, unknown>[];
  readonly changes: Record<string, unknown>[];
  readonly said: string[];
  readonly values: Record<string, unknown>;
}

interface PageOptions {
  readonly doc: Record<string, unknown>;
  readonly roles?: readonly string[];
  /** What a person types into each prompt. */
  readonly answers?: Record<string, unknown>;
  readonly confirms?: boolean;
  /** What a device answers to `frappe.db.get_value`. */
  readonly device?: Record<string, unknown>;
  readonly isNew?: boolean;
}

const definitions = loadDefinitions();
const { clientScripts } = definitions;
const scriptOf = (doctype: string, view: 'Form' | 'List'): string =>
  clientScripts.find((one) => one.doctype === doctype && one.view === view)?.script ?? '';

/** Runs the form script of a DocType and refreshes the form. */
function openForm(doctype: string, options: PageOptions): Page {
  const change = async (field: string): Promise<void> => {
    await events[field]?.(frm);
  };
  const page: Page = { change, buttons: new Map(), comments: [], orders: [], changes: [], said: [], values: {} };
  let events: Record<string, (frm: unknown) => unknown> = {};
  const frappe = {
    user_roles: options.roles ?? ['Biometric Manager'],
    ui: { form: { on: (_doctype: string, handlers: typeof events) => (events = handlers) } },
    xcall: (method: string, args: { doc?: Record<string, unknown>; fieldname?: Record<string, unknown> }) => {
      if (method === 'frappe.client.insert') page.orders.push(args.doc ?? {});
      else if (method === 'frappe.client.set_value') page.changes.push(args.fieldname ?? {});
      else throw new Error(`called ${method}`);
      return Promise.resolve({ name: 'BDC-000000001' });
    },
    db: { get_value: () => Promise.resolve({ message: options.device ?? {} }) },
    prompt: (_fields: unknown, then: (values: unknown) => unknown) => then(options.answers ?? {}),
    confirm: (_text: string, then: () => unknown) => (options.confirms === false ? undefined : then()),
    show_alert: ({ message }: { message: string }) => page.said.push(message),
    msgprint: (message: string) => page.said.push(message),
  };
  const frm = {
    doc: { doctype, name: 'TEST0001', ...options.doc },
    is_new: () => options.isNew === true,
    add_custom_button: (label: string, run: () => unknown) => page.buttons.set(label, run),
    dashboard: { add_comment: (text: string) => page.comments.push(text) },
    set_value: (field: string, value: unknown) => (page.values[field] = value),
    reload_doc: () => undefined,
  };
  const translate = (text: string, values: unknown[] = []): string =>
    text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
  runInContext(scriptOf(doctype, 'Form'), createContext({ frappe, __: translate }));
  events['refresh']?.(frm);
  return page;
}

/** Lets what a click started come to its end; everything in it is a resolved promise. */
async function click(page: Page, label: string): Promise<void> {
  const run = page.buttons.get(label);
  if (run === undefined) throw new Error(`no button ${label}`);
  await run();
  await new Promise((resolve) => setImmediate(resolve));
}

const DEVICE = 'Biometric Device';
const ready = (...commands: string[]) => ({
  status: 'Approved',
  online: 1,
  abilities: JSON.stringify({ commands, templates: ['fingerprint', 'face'] }),
});

/** Button, the ability that it needs, what is typed, what comes of it. */
const BUTTONS = [
  ['Enroll here', 'enrol.start', { device_user: '7', kind: 'fingerprint', no: 3 }, 'Start Capture'],
  ['Send user', 'user.update', { device_user: '7' }, 'Enroll User'],
  ['Copy to devices', 'template.query', { device_user: '7', to: 'TEST0002' }, 'Copy To Devices'],
  ['Get enroll data', 'template.query', {}, 'Get Enroll Data'],
  ['Delete from device', 'user.delete', { device_user: '7' }, 'Delete User'],
  ['Sync now', 'user.update', {}, 'Sync Now'],
  ['Test connection', 'check', {}, 'Test Connection'],
  ['Get info', 'info', {}, 'Get Info'],
  ['Set clock', 'clock.set', {}, 'Set Clock'],
  ['Restart', 'restart', {}, 'Restart'],
  ['Get logs', 'logs.query', { from: '2026-01-01 00:00:00', to: '2026-01-02 00:00:00' }, 'Get Logs'],
  ['Clear logs', 'logs.clear', {}, 'Clear Logs'],
  ['Open door', 'door.open', {}, 'Open Door'],
] as const;

describe('the form of a device', () => {
  test.each(BUTTONS)(
    '%s is there for a device that can %s, and orders what the service understands',
    async (label, kind, answers, type) => {
      const roles = ['Biometric Manager', 'Biometric Door Operator'];
      expect(openForm(DEVICE, { doc: ready(), roles }).buttons.has(label)).toBe(false);
      const page = openForm(DEVICE, { doc: ready(kind), roles, answers });
      await click(page, label);
      expect(page.orders).toMatchObject([{ doctype: 'Biometric Device Command', device: 'TEST0001', type }]);
      const order = readOrder({ ...page.orders[0], name: 'BDC-000000001' });
      const plan = order && planOrder(order, ['fingerprint']);
      expect(plan?.kind).not.toBe('refused');
      if (plan?.kind === 'command') expect(plan.commands.map((command) => command.kind)).toContain(kind);
      expect(page.said[0]).toContain('BDC-000000001');
    },
  );

  test.each(brands.map((brand) => [brand.name, brand.commands] as const))(
    'of the brand %s offers what the brand can do, and nothing else',
    (_, commands) => {
      const page = openForm(DEVICE, {
        doc: ready(...commands),
        roles: ['Biometric Manager', 'Biometric Door Operator'],
      });
      const able = BUTTONS.filter(([, kind]) => commands.includes(kind)).map(([label]) => label);
      expect([...page.buttons.keys()].toSorted()).toEqual(['Block', ...able].toSorted());
    },
  );

  test('nothing dangerous happens without a yes', async () => {
    const dangerous = ['user.delete', 'restart', 'logs.clear', 'door.open'];
    const roles = ['Biometric Manager', 'Biometric Door Operator'];
    const page = openForm(DEVICE, { doc: ready(...dangerous), roles, confirms: false, answers: { device_user: '7' } });
    for (const label of ['Delete from device', 'Restart', 'Clear logs', 'Open door']) await click(page, label);
    await click(page, 'Block');
    expect([page.orders, page.changes]).toEqual([[], []]);
  });

  test('the door is only for its role, and everything else not for it', () => {
    const all = ready('door.open', 'restart');
    expect([...openForm(DEVICE, { doc: all }).buttons.keys()]).toEqual(['Block', 'Restart']);
    expect([...openForm(DEVICE, { doc: all, roles: ['Biometric Door Operator'] }).buttons.keys()]).toEqual([
      'Open door',
    ]);
    expect(openForm(DEVICE, { doc: all, roles: ['HR User'] }).buttons.size).toBe(0);
  });

  test('a pending device is approved with a time zone, and offers nothing else', async () => {
    const doc = { ...ready('restart'), status: 'Pending' };
    const page = openForm(DEVICE, { doc, answers: { time_zone: 'Asia/Dubai', device_name: 'Gate' } });
    expect([...page.buttons.keys()]).toEqual(['Approve']);
    await click(page, 'Approve');
    expect(page.changes).toEqual([{ device_name: 'Gate', time_zone: 'Asia/Dubai', disabled: 0 }]);
    expect(page.comments[0]).toContain('Not approved');
    const wrong = openForm(DEVICE, { doc, answers: { time_zone: 'Dubai' } });
    await click(wrong, 'Approve');
    expect([wrong.changes, wrong.said.length]).toEqual([[], 1]);
  });

  test('a blocked device can be approved again; abilities that are no JSON offer nothing', () => {
    expect([...openForm(DEVICE, { doc: { ...ready(), disabled: 1 } }).buttons.keys()]).toEqual(['Approve']);
    expect([...openForm(DEVICE, { doc: { ...ready(), abilities: '{' } }).buttons.keys()]).toEqual(['Block']);
    expect(openForm(DEVICE, { doc: ready('restart'), isNew: true }).buttons.size).toBe(0);
  });

  test('what a device said is never put into the page as HTML', () => {
    const page = openForm(DEVICE, {
      doc: { ...ready(), last_error: '<img src=x onerror=alert(1)>', clock_drift_seconds: -90 },
    });
    expect(page.comments.join()).not.toContain('<');
    expect(page.comments.join()).toContain('-90 seconds');
  });
});

describe('the form of a user', () => {
  const USER = 'Biometric Device User';
  const doc = { enabled: 1, employee: 'HR-EMP-00001', name: '7' };

  test.each([
    ['Enroll here', 'enrol.start', 'Start Capture'],
    ['Get enroll data', 'template.query', 'Get Enroll Data'],
    ['Delete from device', 'user.delete', 'Delete User'],
  ])('%s asks for a device and whether it can', async (label, kind, type) => {
    const answers = { device: 'TEST0001', kind: 'face', no: 0 };
    const able = openForm(USER, { doc, answers, device: ready(kind) });
    await click(able, label);
    expect(able.orders).toMatchObject([{ device_user: '7', device: 'TEST0001', type, manager_order: 1 }]);
    for (const device of [ready(), { ...ready(kind), status: 'Pending' }, { ...ready(kind), disabled: 1 }]) {
      const unable = openForm(USER, { doc, answers, device });
      await click(unable, label);
      expect([unable.orders, unable.said.length]).toEqual([[], 1]);
    }
  });

  test.each(['Copy to devices', 'Sync now'])('%s orders it for all devices of the user', async (label) => {
    const page = openForm(USER, { doc });
    await click(page, label);
    const order = readOrder({ ...page.orders[0], name: 'BDC-000000001' });
    expect(order && planOrder(order, []).kind).not.toBe('refused');
    expect(order).toMatchObject({ user: '7', device: undefined });
  });

  test('a user who is not enabled can only be looked at and deleted', () => {
    const page = openForm(USER, { doc: { ...doc, enabled: 0 } });
    expect([...page.buttons.keys()]).toEqual(['Get enroll data', 'Delete from device']);
    expect(openForm(USER, { doc, roles: ['HR User'] }).buttons.size).toBe(0);
  });
});

describe('the form of a command', () => {
  const COMMAND = 'Biometric Device Command';

  test('an open one can be cancelled once', async () => {
    const page = openForm(COMMAND, { doc: { status: 'Processing' } });
    await click(page, 'Cancel');
    expect(page.changes).toEqual([{ cancel_requested: 1 }]);
    expect(openForm(COMMAND, { doc: { status: 'Pending', cancel_requested: 1 } }).buttons.size).toBe(0);
  });

  test.each(['Failed', 'Closed'])('a %s one can be sent again, as a new one', async (status) => {
    const doc = { status, device: 'TEST0001', type: 'Restart', parameters: '{}', device_user: undefined };
    const page = openForm(COMMAND, { doc });
    await click(page, 'Send again');
    expect(page.orders).toMatchObject([{ device: 'TEST0001', type: 'Restart', door_order: 1, manager_order: 1 }]);
    expect(openForm(COMMAND, { doc: { status: 'Success' } }).buttons.size).toBe(0);
  });

  test('one that is typed by hand is for what its device can do', async () => {
    const doc = { device: 'TEST0001', type: 'Restart' };
    for (const device of [
      ready(),
      { ...ready('restart'), status: 'Pending' },
      { ...ready('restart'), abilities: '{' },
    ]) {
      const unable = openForm(COMMAND, { doc, isNew: true, device });
      await unable.change('type');
      expect([unable.values['type'], unable.said.length]).toEqual(['', 1]);
    }
    const able = openForm(COMMAND, { doc, isNew: true, device: ready('restart') });
    await able.change('device');
    const old = openForm(COMMAND, { doc: { ...doc, status: 'Failed' }, device: ready() });
    await old.change('type');
    expect([able.said, old.said]).toEqual([[], []]);
  });

  test('every type but Sync Now asks its device for a kind of command', () => {
    const script = scriptOf(COMMAND, 'Form');
    const needs = [...script.matchAll(/^ {4}'?([A-Z][A-Za-z ]+)'?: '([a-z.]+)',$/gm)].map(([, type, kind]) => [
      type,
      kind,
    ]);
    const types = definitions.doctypes.find((doctype) => doctype['name'] === COMMAND)!['fields'] as {
      fieldname: string;
      options?: string;
    }[]; // of our own definitions
    const all = types
      .find((field) => field.fieldname === 'type')
      ?.options?.split('\n')
      .filter((type) => type !== '');
    expect(needs.map(([type]) => type).toSorted()).toEqual(all?.filter((type) => type !== 'Sync Now').toSorted());
    for (const [, kind] of needs) expect(COMMAND_KINDS).toContain(kind);
  });

  test('one that is typed by hand carries the orders too', () => {
    expect(openForm(COMMAND, { doc: {}, isNew: true }).values).toEqual({ door_order: 1, manager_order: 1 });
  });
});

test('the settings say whether the service was heard of', () => {
  const SETTINGS = 'Biometric Integration Settings';
  expect(openForm(SETTINGS, { doc: {} }).comments[0]).toContain('not connected');
  expect(
    openForm(SETTINGS, { doc: { last_contact: '2026-01-01 00:00:00', listener_status: 'Listening' } }).comments[0],
  ).toContain('Listening');
});

describe('lists', () => {
  const settingsOf = (doctype: string) => {
    const frappe = { listview_settings: {} as Record<string, { get_indicator: (doc: object) => string[] }> };
    runInContext(scriptOf(doctype, 'List'), createContext({ frappe, __: (text: string) => text }));
    return frappe.listview_settings[doctype];
  };
  test.each([
    [DEVICE, { status: 'Pending' }, 'Pending', 'orange'],
    [DEVICE, { status: 'Approved', disabled: 1 }, 'Blocked', 'red'],
    [DEVICE, { status: 'Approved', online: 1 }, 'Online', 'green'],
    [DEVICE, { status: 'Approved', online: 0 }, 'Offline', 'red'],
    ['Biometric Device User', { enabled: 0 }, 'Disabled', 'grey'],
    ['Biometric Device User', { enabled: 1, sync_state: 'Failed' }, 'Failed', 'red'],
    ['Biometric Device User', { enabled: 1, sync_state: 'In Sync' }, 'In Sync', 'green'],
    ['Biometric Device Command', { status: 'Success' }, 'Success', 'green'],
    ['Biometric Device Command', { status: 'Closed' }, 'Closed', 'grey'],
  ])('%s %p is shown as %s', (doctype, doc, label, colour) => {
    expect(settingsOf(doctype)?.get_indicator(doc).slice(0, 2)).toEqual([label, colour]);
  });
});

test('scripts use only what v14, v15 and v16 have, and hold no address and no secret', () => {
  const KNOWN = [
    'frappe.ui.form.on',
    'frappe.xcall',
    'frappe.db.get_value',
    'frappe.prompt',
    'frappe.confirm',
    'frappe.show_alert',
    'frappe.msgprint',
    'frappe.listview_settings',
    'frappe.user_roles', // a list in the boot of every page; ERPNext itself reads it
    'frappe.client.insert',
    'frappe.client.set_value',
  ];
  for (const { script } of clientScripts) {
    const used = [...script.matchAll(/frappe(\.[a-z_]+)+/g)].map((found) => found[0]);
    for (const name of used) expect(KNOWN).toContain(name);
    const onForm = [...script.matchAll(/\bfrm\.([a-z_]+)/g)].map((found) => found[1]);
    for (const name of onForm)
      expect(['doc', 'is_new', 'add_custom_button', 'dashboard', 'set_value', 'reload_doc']).toContain(name);
    expect(script).not.toMatch(/https?:|fetch\(|XMLHttpRequest|innerHTML|eval\(/);
  }
});
