import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { resource } from '../client.ts';
import { data, openSite, PROFILES, rule, type Site } from './site.ts';

const folders: string[] = [];
let own: Site;

beforeEach(async () => {
  own = await openSite();
});
afterEach(() => own.site.stop());
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

type Files = Readonly<Record<string, string | object | undefined>>;

const MODULE = 'door_app/door_mod';
const fields = [
  data('serial', { reqd: 1 }),
  data('branch', { fieldtype: 'Link', options: 'Branch' }),
  data('rows', { fieldtype: 'Table', options: 'Door Row' }),
];
const base = {
  doctype: 'DocType',
  module: 'Door Mod',
  creation: '2026-01-01 00:00:00',
  modified: '2026-01-01 00:00:00',
};
const DOOR = {
  ...base,
  name: 'Door',
  autoname: 'field:serial',
  fields,
  permissions: [rule('Door Keeper', 'read write create'), rule('System Manager', 'read write create delete')],
};
const ROW = { ...base, name: 'Door Row', istable: 1, fields: [data('part')], permissions: [] };

/** The smallest app that has one of each. */
const APP: Files = {
  'pyproject.toml': '[project]\nname = "door_app"\n',
  'door_app/__init__.py': '__version__ = "1.2.3"\n',
  'door_app/hooks.py': 'app_name = "door_app"\napp_title = "Doors"\n',
  'door_app/modules.txt': 'Door Mod\n',
  'door_app/patches.txt': '',
  [`${MODULE}/__init__.py`]: '',
  [`${MODULE}/doctype/door/door.json`]: DOOR,
  [`${MODULE}/doctype/door/door.py`]: 'from frappe.model.document import Document\nclass Door(Document):\n\tpass\n',
  [`${MODULE}/doctype/door/door.js`]: 'frappe.ui.form.on("Door", {});\n',
  [`${MODULE}/doctype/door_row/door_row.json`]: ROW,
  [`${MODULE}/doctype/door_row/door_row.py`]: 'class DoorRow(Document):\n\tpass\n',
  [`${MODULE}/workspace/doors/doors.json`]: {
    doctype: 'Workspace',
    name: 'Doors',
    label: 'Doors',
    title: 'Doors',
    public: 1,
    module: 'Door Mod',
    content: '[]',
    number_cards: [{ number_card_name: 'All doors' }],
  },
  [`${MODULE}/number_card/all_doors/all_doors.json`]: {
    doctype: 'Number Card',
    name: 'All doors',
    label: 'All doors',
    type: 'Document Type',
    document_type: 'Door',
    function: 'Count',
    filters_json: '[]',
    is_standard: 1,
    module: 'Door Mod',
  },
  'door_app/fixtures/role.json': [{ doctype: 'Role', name: 'Door Keeper', role_name: 'Door Keeper', desk_access: 1 }],
  'door_app/fixtures/custom_field.json': [
    {
      doctype: 'Custom Field',
      name: 'Employee-custom_door',
      dt: 'Employee',
      fieldname: 'custom_door',
      label: 'Door',
      fieldtype: 'Link',
      options: 'Door',
    },
  ],
};

async function write(changes: Files = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-app-'));
  folders.push(folder);
  for (const [path, content] of Object.entries({ ...APP, ...changes })) {
    if (content === undefined) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('an app from its folder', () => {
  test.each(PROFILES)('brings standard DocTypes, cards, a workspace and fixtures (%s)', async (profile) => {
    const one = await openSite(profile);
    const app = await one.site.installApp(await write());
    expect(app).toEqual({ name: 'door_app', version: '1.2.3', modules: ['Door Mod'], doctypes: ['Door', 'Door Row'] });
    expect((await one.post('Door', { serial: 'D1', branch: 'Main Branch', rows: [{ part: 'hinge' }] })).status).toBe(
      200,
    );
    expect((await one.get('Door', 'D1')).at('data.rows.0.part')).toBe('hinge');
    expect((await one.get('DocType', 'Door')).json['data']).toMatchObject({ custom: 0, module: 'Door Mod' });
    const edit = await one.put('DocType', 'Door', { description: 'mine' });
    expect([edit.status, edit.messages[0]?.message]).toEqual([417, expect.stringContaining('Not in Developer Mode!')]);
    expect((await one.put('Employee', 'HR-EMP-00001', { custom_door: 'D1' })).at('data.custom_door')).toBe('D1');
    expect((await one.get('Workspace', 'Doors')).at('data.number_cards.0.number_card_name')).toBe('All doors');
    const versions = await one.ask('/api/method/frappe.utils.change_log.get_versions');
    expect(versions.at('message.door_app.version')).toBe('1.2.3');
    await one.site.stop();
  });

  test('uninstalling takes the DocTypes and their rows; fixtures without a module stay', async () => {
    await own.site.installApp(await write());
    await own.post('Door', { serial: 'D1' });
    await own.site.uninstallApp('door_app');
    expect((await own.ask(resource('Door'))).status).toBe(404);
    expect(own.site.documents('Door')).toEqual([]);
    expect((await own.get('Module Def', 'Door Mod')).status).toBe(404);
    expect((await own.get('Workspace', 'Doors')).status).toBe(404);
    expect((await own.get('Role', 'Door Keeper')).status).toBe(200);
    await expect(own.site.uninstallApp('door_app')).rejects.toThrow('App door_app is not installed');
  });

  test('installing again is a migrate: fixtures overwrite, rows stay', async () => {
    const folder = await write();
    await own.site.installApp(folder);
    await own.post('Door', { serial: 'D1' });
    await own.put('Role', 'Door Keeper', { desk_access: 0 });
    await own.site.installApp(folder);
    expect((await own.get('Role', 'Door Keeper')).at('data.desk_access')).toBe(1);
    expect((await own.get('Door', 'D1')).status).toBe(200);
  });

  test.each<[string, Files, RegExp]>([
    ['no controller', { [`${MODULE}/doctype/door/door.py`]: undefined }, /^Module import failed for Door/],
    [
      'a module that is not listed',
      {
        'door_app/modules.txt': 'Other\n',
        'door_app/other/doctype/door/door.json': DOOR,
        'door_app/other/doctype/door/door.py': 'class Door(Document): pass',
      },
      /^Module Door Mod not found$/,
    ],
    ['no modules.txt', { 'door_app/modules.txt': undefined }, /modules\.txt is missing/],
    ['no hooks.py', { 'door_app/hooks.py': undefined }, /not a Frappe app/],
    ['a project of another name', { 'pyproject.toml': '[project]\nname = "doors"\n' }, /they must match/],
    ['an app_name of another folder', { 'door_app/hooks.py': 'app_name = "doors"\n' }, /they must match/],
    [
      'a folder that is not the scrubbed name',
      { [`${MODULE}/doctype/door/door.json`]: { ...DOOR, name: 'Big Door' } },
      /lies in door, not in big_door/,
    ],
    ['broken JSON', { [`${MODULE}/doctype/door/door.json`]: '{' }, /door\.json is not JSON/],
    [
      'a field that is refused',
      { [`${MODULE}/doctype/door/door.json`]: { ...DOOR, fields: [data('name')] } },
      /Fieldname name is restricted/,
    ],
    [
      'a link to nothing',
      {
        [`${MODULE}/doctype/door_row/door_row.json`]: {
          ...ROW,
          fields: [data('to', { fieldtype: 'Link', options: 'Nope' })],
        },
      },
      /Options must be a valid DocType/,
    ],
    [
      'the name of a DocType that another app has',
      {
        [`${MODULE}/doctype/door/door.json`]: undefined,
        [`${MODULE}/doctype/employee/employee.json`]: { ...DOOR, name: 'Employee' },
        [`${MODULE}/doctype/employee/employee.py`]: 'class Employee(Document): pass',
      },
      /belongs to another app/,
    ],
  ])('fails with %s, and leaves nothing', async (_what, changes, text) => {
    await expect(own.site.installApp(await write(changes))).rejects.toThrow(text);
    expect(own.site.describeSite()).toMatchObject({ apps: [], doctypes: [], moduleDefs: [], roles: [] });
  });

  test('a class of another name installs, and then every use fails', async () => {
    await own.site.installApp(await write({ [`${MODULE}/doctype/door/door.py`]: 'class Doors(Document): pass' }));
    for (const told of [
      await own.get('Door', 'x'),
      await own.post('Door', { serial: 'x' }),
      await own.ask(resource('Door')),
    ]) {
      expect([told.status, told.json['exc_type']]).toEqual([500, 'ImportError']);
    }
  });
});

describe('describeSite', () => {
  test('a DocType is told in one form, however it came', async () => {
    await own.site.installApp(await write());
    const other = await openSite();
    await other.post('Module Def', { module_name: 'Door Mod', app_name: 'frappe', custom: 1 });
    await other.post('Role', { role_name: 'Door Keeper' });
    await other.post('DocType', { ...ROW, custom: 1 });
    await other.post('DocType', { ...DOOR, custom: 1 });
    const [installed, posted] = [own.site.describeSite(), other.site.describeSite()];
    expect(posted.doctypes).toEqual(installed.doctypes.map((one) => ({ ...one, custom: 1 })));
    expect(posted.roles).toEqual(installed.roles);
    expect(installed.doctypes.map(({ name }) => name)).toEqual(['Door', 'Door Row']);
    expect(installed.doctypes[0]!['fields']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ fieldname: 'serial', unique: 1, no_copy: 0, description: null }),
      ]),
    );
    expect(installed.formScripts).toEqual([{ dt: 'Door', view: 'Form', script: 'frappe.ui.form.on("Door", {});\n' }]);
    await other.site.stop();
  });

  test('a fresh site has nothing to tell, and secrets are never told', async () => {
    const before = own.site.describeSite();
    expect(Object.values(before).flat()).toEqual([]);
    const webhook = {
      name: 'H',
      webhook_doctype: 'Employee',
      webhook_docevent: 'on_update',
      request_url: 'http://127.0.0.1:1/x',
      enable_security: 1,
      webhook_secret: 'never-told',
    };
    await own.post('Webhook', webhook);
    const { webhooks } = own.site.describeSite();
    expect(webhooks[0]).toMatchObject({ name: 'H', webhook_secret: '*', enabled: 1 });
    expect(JSON.stringify(webhooks)).not.toContain('never-told');
    expect(JSON.parse(JSON.stringify(webhooks))).toEqual(webhooks);
  });
});
