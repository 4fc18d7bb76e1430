import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { resource } from '../client.ts';
import { openReceiver } from './receiver.ts';
import { data, doctype, openSite, outcome, PROFILES, type Site } from './site.ts';

let own: Site;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
const waited: number[] = [];
/** A busy machine answers late: only who is never answered need not be waited for. */
const PATIENT_MS = 20_000;
let timeoutMs = PATIENT_MS;

const NOTE = doctype(
  'Note Sheet',
  [
    data('title', { reqd: 1 }),
    data('size', { fieldtype: 'Float' }),
    data('flag', { fieldtype: 'Check' }),
    data('at', { fieldtype: 'Datetime' }),
    data('secret', { fieldtype: 'Password' }),
  ],
  { autoname: 'field:title' },
);

/** No test waits for real: pauses are only written down. */
const webhooks = {
  wait: (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.resolve();
    waited.push(ms);
    return Promise.resolve();
  },
  timeoutMs: () => timeoutMs,
};

const hook = (more: Readonly<Record<string, unknown>> = {}) => ({
  name: 'Hook',
  webhook_doctype: 'Note Sheet',
  webhook_docevent: 'on_update',
  request_url: receiver.url,
  request_structure: 'JSON',
  webhook_json: '{"name": {{ doc.name | tojson }}, "event": "on_update"}',
  ...more,
});

beforeAll(async () => {
  receiver = await openReceiver();
  own = await openSite('v15', { webhooks });
  await own.post('DocType', NOTE);
});
beforeEach(() => {
  receiver.answers(() => 200);
  receiver.forget();
  waited.splice(0);
  timeoutMs = PATIENT_MS;
});
afterEach(async () => {
  own.site.faults.clear();
  for (const { name } of own.site.documents('Webhook')) await own.remove('Webhook', name as string); // names are texts
});
afterAll(async () => {
  await own.site.stop();
  await receiver.close();
});

const logs = () => own.site.documents('Webhook Request Log');

describe('contract case 91: webhook deliveries', () => {
  test('case 91: signed over the raw body, JSON without a Content-Type, one log row', async () => {
    const before = logs().length;
    await own.post('Webhook', hook({ enable_security: 1, webhook_secret: 'shared-secret' }));
    await own.post('Note Sheet', { title: 'Zoë' });
    await own.site.webhooksSent();
    const [got] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect([got!.method, got!.path]).toEqual(['POST', '/hooks']);
    expect(got!.body).toBe('{"name": "Zo\\u00eb", "event": "on_update"}');
    expect(got!.headers).not.toHaveProperty('content-type');
    expect(got!.headers['user-agent']).toMatch(/^python-requests\//);
    const signature = createHmac('sha256', 'shared-secret').update(got!.body).digest('base64');
    expect(got!.headers['x-frappe-webhook-signature']).toBe(signature);
    expect(logs()).toHaveLength(before + 1);
    expect(logs().at(-1)).toMatchObject({
      webhook: 'Hook',
      reference_document: 'Zoë',
      response: 'heard',
      data: got!.body,
    });
    expect(JSON.stringify([logs(), own.site.documents('Webhook')])).not.toContain('shared-secret');
    expect((await own.get('Webhook', 'Hook')).at('data.webhook_secret')).toBe('*'.repeat(13));
  });

  test('case 91: three tries with 1, 4 and 7 seconds, then it is lost', async () => {
    await own.post('Webhook', hook());
    receiver.answers(() => 500);
    const before = logs().length;
    await own.post('Note Sheet', { title: 'refused' });
    await own.site.webhooksSent();
    expect(receiver.received).toHaveLength(3);
    expect(waited).toEqual([1000, 4000, 7000]);
    expect(logs()).toHaveLength(before + 3);
    expect(logs().at(-1)).toMatchObject({ error: expect.stringContaining('500') });
    receiver.answers(() => 200);
    await own.site.webhooksSent();
    expect(receiver.received).toHaveLength(3);
  });

  test('a second try that is heard is the last', async () => {
    await own.post('Webhook', hook());
    receiver.answers((count) => (count === 1 ? 503 : 204));
    await own.post('Note Sheet', { title: 'second try' });
    await own.site.webhooksSent();
    expect([receiver.received.length, waited]).toEqual([2, [1000]]);
  });

  test('a receiver that does not answer is asked again at once', async () => {
    await own.post('Webhook', hook());
    receiver.answers(() => undefined);
    timeoutMs = 50;
    await own.post('Note Sheet', { title: 'slow' });
    await own.site.webhooksSent();
    expect([receiver.received.length, waited]).toEqual([3, []]);
  });

  test('a receiver that is not there is tried three times', async () => {
    await own.post('Webhook', hook({ request_url: 'http://127.0.0.1:1/hooks' }));
    await own.post('Note Sheet', { title: 'nobody home' });
    await own.site.webhooksSent();
    expect(waited).toEqual([1000, 4000, 7000]);
    expect(logs().at(-1)).toMatchObject({ error: expect.stringContaining('ECONNREFUSED') });
  });

  test('once per document and webhook in a transaction, with the last state', async () => {
    await own.post('Webhook', hook({ webhook_json: '{"size": {{ doc.size | tojson }}}' }));
    await own.post('Note Sheet', { title: 'bulk', size: 1 });
    await own.site.webhooksSent();
    expect(receiver.forget().map(({ body }) => body)).toEqual(['{"size": 1.0}']);
    const docs = JSON.stringify([2, 3].map((size) => ({ doctype: 'Note Sheet', docname: 'bulk', size })));
    await own.call('frappe.client.bulk_update', { docs });
    await own.site.webhooksSent();
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"size": 3.0}']);
  });

  test('what was rolled back is told to nobody', async () => {
    await own.post('Webhook', hook());
    const sheets = ['first', 'first'].map((title) => ({ doctype: 'Note Sheet', title }));
    expect((await own.call('frappe.client.insert_many', { docs: sheets })).status).toBe(409);
    await own.ask(`/api/method/frappe.client.get_count?doctype=Note%20Sheet`);
    await own.site.webhooksSent();
    expect(receiver.received).toEqual([]);
  });

  test.each([
    ['after_insert', ['insert']],
    ['on_update', ['insert', 'update']],
    ['on_change', ['update']],
    ['on_trash', ['delete']],
  ])('%s fires on %j', async (event, expected) => {
    await own.post('Webhook', hook({ webhook_docevent: event, webhook_json: '{}' }));
    const title = `events of ${event}`;
    const heard: string[] = [];
    const step = async (name: string, work: Promise<unknown>) => {
      await work;
      await own.site.webhooksSent();
      if (receiver.forget().length > 0) heard.push(name);
    };
    await step('insert', own.post('Note Sheet', { title }));
    await step('update', own.put('Note Sheet', title, { size: 2 }));
    await step('delete', own.remove('Note Sheet', title));
    expect(heard).toEqual(expected);
  });

  test('fields as rows, values as strings, passwords as asterisks, own headers', async () => {
    const webhook_data = ['title', 'size', 'flag', 'at', 'secret', 'owner'].map((fieldname) => ({
      fieldname,
      key: fieldname,
    }));
    const webhook_headers = [{ key: 'Content-Type', value: 'application/json' }];
    await own.post('Webhook', hook({ request_structure: 'Form URL-Encoded', webhook_data, webhook_headers }));
    await own.post('Note Sheet', { title: 'rows', flag: 1, at: '2026-01-02T03:04:05', secret: 'hush' });
    await own.site.webhooksSent();
    const [got] = receiver.received;
    expect(got!.headers['content-type']).toBe('application/json');
    expect(got!.body).toBe(
      '{"title": "rows", "size": 0.0, "flag": 1, "at": "2026-01-02 03:04:05", "secret": "****", "owner": "sandbox@example.com"}',
    );
  });

  test('a body that cannot be rendered drops the call; only the error log knows', async () => {
    await own.post('Webhook', hook({ webhook_json: '{"x": {{ doc.nope | tojson }}}' }));
    expect((await own.post('Note Sheet', { title: 'unrendered' })).status).toBe(200);
    await own.site.webhooksSent();
    expect(receiver.received).toEqual([]);
    expect(own.site.documents('Error Log').at(-1)).toMatchObject({ error: expect.stringContaining('Undefined') });
  });

  test('a condition decides; one that raises breaks the save', async () => {
    await own.post('Webhook', hook({ condition: 'doc.size > 5 and doc.title not in ("big",)' }));
    for (const [title, size] of [
      ['small', 1],
      ['big', 9],
      ['large', 9],
    ] as const)
      await own.post('Note Sheet', { title, size });
    await own.site.webhooksSent();
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"name": "large", "event": "on_update"}']);
    await own.put('Webhook', 'Hook', { condition: 'doc.at == None or doc.at > "2026"' });
    expect((await own.post('Note Sheet', { title: 'fine' })).status).toBe(200);
    await own.put('Webhook', 'Hook', { condition: 'doc.at == None or doc.at > 5' });
    const told = await own.post('Note Sheet', { title: 'broken', at: '2026-01-01 00:00:00' });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'TypeError']);
    expect((await own.get('Note Sheet', 'broken')).status).toBe(404);
  });

  test.each([
    ['v15', 500],
    ['v16', 200],
  ] as const)('%s asks a condition at other events too: a save answers %i', async (profile, status) => {
    const one = await openSite(profile);
    await one.post('DocType', NOTE);
    const condition = 'doc.at == None or doc.at > 5';
    await one.post('Webhook', hook({ webhook_docevent: 'on_trash', condition }));
    expect((await one.post('Note Sheet', { title: 'other event', at: '2026-01-01 00:00:00' })).status).toBe(status);
    await one.site.stop();
  });

  test('a header that cannot be sent is logged, and those behind it are sent', async () => {
    await own.post('Webhook', hook({ webhook_headers: [{ key: 'no header', value: 'x' }] }));
    await own.post('Webhook', hook({ name: 'Other' }));
    await own.post('Note Sheet', { title: 'two hooks' });
    await own.site.webhooksSent();
    expect(receiver.received).toHaveLength(1);
    expect(own.site.documents('Error Log').at(-1)).toMatchObject({ method: 'Webhook Hook failed' });
  });

  test('Employee tells of itself too, and a disabled webhook of nothing', async () => {
    await own.post('Webhook', hook({ webhook_doctype: 'Employee' }));
    await own.put('Employee', 'HR-EMP-00001', { cell_number: '1' });
    await own.site.webhooksSent();
    expect(receiver.forget()).toHaveLength(1);
    await own.put('Webhook', 'Hook', { enabled: 0 });
    await own.put('Employee', 'HR-EMP-00001', { cell_number: '2' });
    await own.site.webhooksSent();
    expect(receiver.received).toEqual([]);
  });
});

describe('contract case 81 and §5.5: saving a webhook', () => {
  test.each([
    ['no host', { request_url: 'http://' }, 'Check Request URL'],
    [
      'a submit event of what cannot be submitted',
      { webhook_docevent: 'on_submit' },
      'DocType must be Submittable for the selected Doc Event',
    ],
    ['a condition that is none', { condition: 'doc.size >' }, expect.stringMatching(/^Invalid Condition: /)],
    [
      'a condition on a field that is none',
      { condition: 'doc.nope == 1' },
      expect.stringMatching(/^Invalid Condition: /),
    ],
    [
      'a template that the sandbox cannot render',
      { webhook_json: '{% if doc.size %}{}{% endif %}' },
      expect.stringMatching(/^The sandbox cannot render/),
    ],
    ['a DocType that is not there', { webhook_doctype: 'Nope' }, 'Could not find DocType: Nope'],
  ])('refuses %s', async (_what, more, text) => {
    const told = await own.post('Webhook', hook(more));
    expect([told.status, told.messages[0]!.message]).toEqual([417, text]);
  });

  test('the DocType of a webhook is fixed; JSON clears the rows', async () => {
    await own.post('Webhook', hook({ webhook_data: [{ fieldname: 'title', key: 't' }] }));
    expect((await own.get('Webhook', 'Hook')).at('data.webhook_data')).toEqual([]);
    const told = await own.put('Webhook', 'Hook', { webhook_doctype: 'Employee' });
    expect(told.json['exc_type']).toBe('CannotChangeConstantError');
  });

  test.each(PROFILES)('case 81: names on %s', async (profile) => {
    const one = await openSite(profile);
    const { name: _name, ...unnamed } = hook({ webhook_doctype: 'Employee' });
    const told = await one.post('Webhook', unnamed);
    if (profile === 'v14') {
      expect([told.status, told.at('data.name')]).toEqual([200, 'HOOK-0001']);
      expect((await one.post('Webhook', hook({ webhook_doctype: 'Employee' }))).at('data.name')).toBe('HOOK-0002');
    } else {
      expect(outcome(told)).toEqual([417, 'ValidationError', 'Please set the document name']);
    }
    for (const [type, body] of [
      ['Client Script', { dt: 'Employee' }],
      ['Shift Type', { start_time: '1:00', end_time: '2:00' }],
    ] as const) {
      const refused = await one.post(type, body);
      expect([refused.status, refused.messages[0]?.message]).toEqual([417, 'Please set the document name']);
    }
    await one.site.stop();
  });
});

describe('faults of webhooks', () => {
  const saves = async (titles: readonly string[]): Promise<string[]> => {
    for (const title of titles) await own.post('Note Sheet', { title });
    await own.site.webhooksSent();
    return receiver.received.map(({ body }) => (JSON.parse(body) as { name: string }).name);
  };

  test('dropped in silence: no try, no log', async () => {
    await own.post('Webhook', hook());
    const before = logs().length;
    own.site.faults.add({ kind: 'webhook-drop', count: 1 });
    expect(await saves(['d1', 'd2'])).toEqual(['d2']);
    expect(logs()).toHaveLength(before + 1);
  });

  test('duplicated, reordered, delayed', async () => {
    await own.post('Webhook', hook());
    own.site.faults.add({ kind: 'webhook-duplicate', count: 1 });
    expect(await saves(['u1', 'u2'])).toEqual(['u1', 'u1', 'u2']);
    receiver.forget();
    own.site.faults.clear();
    own.site.faults.add({ kind: 'webhook-delay', ms: 60_000, path: 'Note Sheet/late', count: 1 });
    await saves(['late']);
    expect(waited).toEqual([60_000]);
  });

  test('reordered: the last that was held comes first', async () => {
    const patient = await openSite('v15', { webhooks: { wait: (_ms, signal) => aborted(signal) } });
    await patient.post('DocType', NOTE);
    await patient.post('Webhook', hook());
    patient.site.faults.add({ kind: 'webhook-reorder', size: 3, count: 3 });
    for (const title of ['o1', 'o2', 'o3', 'o4']) await patient.post('Note Sheet', { title });
    await patient.site.webhooksSent();
    const names = receiver.received.map(({ body }) => (JSON.parse(body) as { name: string }).name);
    expect(names).toEqual(['o3', 'o2', 'o1', 'o4']);
    await patient.site.stop();
  });

  test('down, answered by something between, and timed out', async () => {
    await own.post('Webhook', hook());
    own.site.faults.add({ kind: 'webhook-down', count: 1 });
    own.site.faults.add({ kind: 'webhook-answer', status: 502, skip: 1, count: 1 });
    expect(await saves(['w1'])).toEqual(['w1']);
    expect(waited.splice(0)).toEqual([1000, 4000]);
    receiver.forget();
    own.site.faults.clear();
    own.site.faults.add({ kind: 'webhook-timeout', count: 1 });
    expect(await saves(['w2'])).toEqual(['w2', 'w2']);
    expect(waited).toEqual([]);
  });

  test('are armed over HTTP as well', async () => {
    await own.post('Webhook', hook());
    const kinds = [
      { kind: 'webhook-drop', path: 'never' },
      { kind: 'webhook-delay', ms: 1, path: 'never' },
      { kind: 'webhook-duplicate', copies: 2, path: 'never' },
      { kind: 'webhook-reorder', size: 2, ms: 5, path: 'never' },
      { kind: 'webhook-answer', status: 500, path: 'never' },
    ];
    const told = await own.ask('/__sandbox/faults', { body: kinds });
    expect(told.json['ok']).toBe(true);
    expect(own.site.faults.list().map(({ fault }) => fault)).toEqual(kinds);
    expect(await saves(['http'])).toEqual(['http']);
  });

  test('stopping drops what waits and leaves no timer', async () => {
    const one = await openSite('v15', { webhooks: { wait: (_ms, signal) => aborted(signal) } });
    await one.post('DocType', NOTE);
    await one.post('Webhook', hook());
    receiver.answers(() => 500);
    const tried = new Promise<void>((resolve) => receiver.answers(() => (resolve(), 500)));
    await one.post('Note Sheet', { title: 'first' });
    await one.post('Note Sheet', { title: 'behind it' });
    await tried;
    await one.site.stop();
    expect(receiver.received).toHaveLength(1);
  });
});

/** A wait that only stopping ends. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

test('request logs are for System Managers', async () => {
  expect((await own.ask(resource('Webhook Request Log'), { as: 'hr-manager' })).status).toBe(403);
  expect((await own.ask(resource('Webhook Request Log'))).status).toBe(200);
});
