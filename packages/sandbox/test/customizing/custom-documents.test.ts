import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resource } from '../client.ts';
import { data, doctype, openSite, outcome, rule, type Site } from './site.ts';

let own: Site;

beforeAll(async () => {
  own = await openSite();
  const row = [data('part', { reqd: 1 }), data('role', { fieldtype: 'Link', options: 'Role' })];
  await own.post('DocType', doctype('Gadget Row', row, { istable: 1, permissions: [] }));
  const fields = [
    { fieldtype: 'Section Break', label: 'Main' },
    data('serial', { reqd: 1, set_only_once: 1 }),
    data('brand', { fieldtype: 'Select', options: 'zkteco\nebkn' }),
    data('port', { fieldtype: 'Int', default: '4370', non_negative: 1 }),
    data('comm_key', { fieldtype: 'Password' }),
    data('branch', { fieldtype: 'Link', options: 'Branch' }),
    data('kind', { fieldtype: 'Link', options: 'DocType' }),
    data('what', { fieldtype: 'Dynamic Link', options: 'kind' }),
    data('parameters', { fieldtype: 'JSON' }),
    data('at', { fieldtype: 'Datetime' }),
    data('note', { fieldtype: 'Small Text' }),
    data('status', { permlevel: 1, default: 'Pending' }),
    data('rows', { fieldtype: 'Table', options: 'Gadget Row' }),
  ];
  const permissions = [
    rule('System Manager', 'read write create delete'),
    rule('System Manager', 'read write', { permlevel: 1 }),
    rule('HR Manager', 'read write create'),
    rule('HR User', 'read'),
    rule('HR User', 'read', { permlevel: 1 }),
    rule('Employee', 'read write create', { if_owner: 1 }),
  ];
  await own.post('DocType', doctype('Gadget', fields, { autoname: 'field:serial', permissions, allow_rename: 0 }));
});
afterAll(() => own.site.stop());

describe('documents of a DocType made over REST', () => {
  test('work at once: defaults, lists, filters, layout fields nowhere', async () => {
    const told = await own.post('Gadget', { serial: 'G1', branch: 'Main Branch' });
    expect(told.json['data']).toMatchObject({ name: 'G1', port: 4370, brand: 'zkteco', status: 'Pending', rows: [] });
    const query = { fields: ['name', 'port'], filters: [['branch', '=', 'main branch']], order_by: 'name asc' };
    expect((await own.ask(resource('Gadget', undefined, query))).json['data']).toEqual([{ name: 'G1', port: 4370 }]);
    expect(outcome(await own.post('Gadget', { serial: 'G1' }))[0]).toBe(409);
  });

  test.each([
    ['a link to nothing', { branch: 'Nope' }, 'LinkValidationError', 'Could not find Branch: Nope'],
    [
      'a choice that is none',
      { brand: 'x' },
      'ValidationError',
      ' Brand cannot be "x". It should be one of "zkteco", "ebkn"',
    ],
    ['a negative number', { port: -1 }, 'NonNegativeError', 'Value cannot be negative for Port'],
    ['a dynamic link to nothing', { kind: 'Role', what: 'Nope' }, 'LinkValidationError', 'Could not find What: Nope'],
    ['a dynamic link without its DocType', { what: 'x' }, 'ValidationError', 'Kind must be set first'],
    [
      'a row without what it needs',
      { rows: [{}] },
      'MandatoryError',
      'Error: <strong>Gadget Row</strong> Row #1: Value missing for: Part',
    ],
    [
      'a row that links to nothing',
      { rows: [{ part: 'a', role: 'Nope' }] },
      'LinkValidationError',
      'Could not find Row #1: Role: Nope',
    ],
  ])('refuse %s', async (_what, more, type, text) => {
    expect(outcome(await own.post('Gadget', { serial: 'G2', ...more }))).toEqual([417, type, text]);
  });

  test('what may be set once only stays', async () => {
    await own.post('Gadget', { serial: 'once' });
    const told = await own.put('Gadget', 'once', { serial: 'twice' });
    expect(outcome(told)).toEqual([417, 'CannotChangeConstantError', 'Value cannot be changed for Serial']);
    expect((await own.put('Gadget', 'once', { serial: 'once', note: 'n' })).status).toBe(200);
  });

  test('a password is sealed: asterisks in every answer, list and state', async () => {
    await own.post('Gadget', { serial: 'sealed', comm_key: 'open-sesame' });
    expect((await own.get('Gadget', 'sealed')).at('data.comm_key')).toBe('*'.repeat(11));
    const list = await own.ask(resource('Gadget', undefined, { fields: ['*'], filters: { name: 'sealed' } }));
    expect(list.text).not.toContain('open-sesame');
    expect(JSON.stringify(own.site.documents('Gadget'))).not.toContain('open-sesame');
    const query = '?doctype=Gadget&name=sealed&fieldname=comm_key';
    const read = (as?: string) => own.ask(`/api/method/frappe.client.get_password${query}`, as ? { as } : {});
    expect((await read()).json).toEqual({ message: 'open-sesame' });
    expect((await read('hr-manager')).status).toBe(403);
    await own.put('Gadget', 'sealed', { comm_key: '' });
    expect((await read()).status).toBe(401);
    expect((await own.get('Gadget', 'sealed')).at('data.comm_key')).toBeUndefined();
  });

  test('JSON takes objects and gives text; other text breaks the query', async () => {
    await own.post('Gadget', { serial: 'json', parameters: { a: [1, 2] } });
    expect((await own.get('Gadget', 'json')).at('data.parameters')).toBe('{"a":[1,2]}');
    expect((await own.post('Gadget', { serial: 'j2', parameters: 'no json' })).status).toBe(500);
  });

  test('v14 keeps JSON pretty-printed', async () => {
    const one = await openSite('v14');
    await one.post('DocType', doctype('Sheet', [data('body', { fieldtype: 'JSON' })], { autoname: 'prompt' }));
    await one.post('Sheet', { name: 'S', body: { a: 1 } });
    expect((await one.get('Sheet', 'S')).at('data.body')).toBe('{\n "a": 1\n}');
    await one.site.stop();
  });

  test('a script in a text is made harmless', async () => {
    await own.post('Gadget', { serial: 'xss', note: '<b>x</b><script>alert(1)</script>' });
    expect((await own.get('Gadget', 'xss')).at('data.note')).toBe('<b>x</b>&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('renaming can be off', async () => {
    const told = await own.call('frappe.client.rename_doc', { doctype: 'Gadget', old_name: 'G1', new_name: 'G9' });
    expect(told.messages[0]?.message).toBe('Gadget not allowed to be renamed');
  });

  test('rights decide: read, write, create, delete by role', async () => {
    expect((await own.get('Gadget', 'G1', { as: 'hr-user' })).status).toBe(200);
    expect((await own.put('Gadget', 'G1', { note: 'x' }, { as: 'hr-user' })).status).toBe(403);
    expect((await own.remove('Gadget', 'G1', { as: 'hr-manager' })).status).toBe(403);
    expect((await own.ask(resource('Gadget'), { as: 'nobody' })).status).toBe(403);
  });

  test('level 1 is written and read by who has that level, and silently left alone by others', async () => {
    await own.put('Gadget', 'G1', { status: 'Approved', note: 'by system' }, { as: 'system-manager' });
    const told = await own.put('Gadget', 'G1', { status: 'Blocked', note: 'by hr' }, { as: 'hr-manager' });
    expect([told.status, told.at('data.note')]).toEqual([200, 'by hr']);
    expect(told.json['data']).not.toHaveProperty('status');
    expect((await own.get('Gadget', 'G1', { as: 'hr-user' })).at('data.status')).toBe('Approved');
    await own.post('Gadget', { serial: 'by-hr', status: 'Approved' }, { as: 'hr-manager' });
    expect((await own.get('Gadget', 'by-hr', { as: 'system-manager' })).at('data.status')).toBe('Pending');
    const list = resource('Gadget', undefined, { fields: ['name', 'status'], filters: { name: 'G1' } });
    expect((await own.ask(list, { as: 'hr-manager' })).json['data']).toEqual([{ name: 'G1' }]);
  });

  test('a rule for owners shows each their own', async () => {
    await own.post('Gadget', { serial: 'mine' }, { as: 'employee' });
    expect((await own.ask(resource('Gadget'), { as: 'employee' })).json['data']).toEqual([{ name: 'mine' }]);
    expect((await own.get('Gadget', 'G1', { as: 'employee' })).status).toBe(403);
    expect((await own.put('Gadget', 'mine', { note: 'n' }, { as: 'employee' })).status).toBe(200);
    expect((await own.put('Gadget', 'G1', { note: 'n' }, { as: 'employee' })).status).toBe(403);
  });

  test('a custom field and a property setter bend it', async () => {
    await own.post('Custom Field', { dt: 'Gadget', label: 'Shelf', fieldtype: 'Data', default: 'A' });
    expect((await own.get('Gadget', 'G1')).at('data.custom_shelf')).toBe('A');
    const setter = {
      doctype_or_field: 'DocField',
      doc_type: 'Gadget',
      field_name: 'custom_shelf',
      property: 'reqd',
      value: '1',
    };
    expect((await own.post('Property Setter', setter)).at('data.name')).toBe('Gadget-custom_shelf-reqd');
    expect((await own.post('Property Setter', setter)).status).toBe(200);
    expect((await own.put('Gadget', 'G1', { custom_shelf: '' })).json['exc_type']).toBe('MandatoryError');
    await own.remove('Property Setter', 'Gadget-custom_shelf-reqd');
    expect((await own.put('Gadget', 'G1', { custom_shelf: '' })).status).toBe(200);
  });
});

describe('names by each rule', () => {
  test.each([
    ['format:BDC-{#####}', {}, ['BDC-00001', 'BDC-00002']],
    ['CMD-.####', {}, ['CMD-0001', 'CMD-0002']],
    ['autoincrement', {}, [1, 2]],
    ['format:{title}-{##}', { title: 'x' }, ['x-01', 'x-02']],
  ])('%s counts', async (autoname, body, names) => {
    const name = `Named ${autoname.replace(/[^A-Za-z]/g, '')}`;
    await own.post('DocType', doctype(name, [data('title')], { autoname }));
    const made = [(await own.post(name, body)).at('data.name'), (await own.post(name, body)).at('data.name')];
    expect(made).toEqual(names);
    const list = await own.ask(resource(name, undefined, { order_by: 'name asc' }));
    expect(list.json['data']).toEqual(names.map((one) => ({ name: one })));
    expect((await own.get(name, String(names[0]))).status).toBe(200);
  });

  test('prompt takes the name that is sent and asks for it', async () => {
    await own.post('DocType', doctype('Prompted', [data('title')], { autoname: 'prompt' }));
    expect((await own.post('Prompted', { name: 'P', title: 't' })).at('data.name')).toBe('P');
    expect((await own.post('Prompted', {})).messages[0]?.message).toBe('Please set the document name');
  });

  test('hash is ten signs; a series may be chosen', async () => {
    await own.post('DocType', doctype('Hashed', [data('title')], { autoname: 'hash' }));
    expect((await own.post('Hashed', {})).at('data.name')).toMatch(/^[0-9a-z]{10}$/);
    const series = data('naming_series', { fieldtype: 'Select', options: 'AA-.###\nBB-.###' });
    await own.post('DocType', doctype('Serial', [series], { autoname: 'naming_series:' }));
    expect((await own.post('Serial', {})).at('data.name')).toBe('AA-001');
    expect((await own.post('Serial', { naming_series: 'BB-.###' })).at('data.name')).toBe('BB-001');
  });

  test('a Single is one document, there before anybody saved it', async () => {
    const fields = [data('url', { default: 'http://x' }), data('token', { fieldtype: 'Password' })];
    await own.post('DocType', doctype('Gadget Settings', fields, { issingle: 1 }));
    expect((await own.get('Gadget Settings', 'Gadget Settings')).at('data.url')).toBe('http://x');
    await own.put('Gadget Settings', 'Gadget Settings', { url: 'http://y', token: 'hush' });
    expect((await own.post('Gadget Settings', { url: 'http://z' })).at('data.name')).toBe('Gadget Settings');
    const told = await own.get('Gadget Settings', 'Gadget Settings');
    expect(told.json['data']).toMatchObject({ url: 'http://z', token: '****' });
    const value = await own.call('frappe.client.get_single_value', { doctype: 'Gadget Settings', field: 'url' });
    expect(value.json).toEqual({ message: 'http://z' });
  });
});

test('what was made over REST is there after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-doctypes-'));
  const file = join(folder, 'site.sqlite');
  const first = await openSite('v15', { file });
  await first.post('DocType', doctype('Lasting', [data('serial')], { autoname: 'field:serial' }));
  await first.post('Lasting', { serial: 'L1' });
  const bytes = Buffer.from('lasting bytes').toString('base64');
  await first.post('File', { file_name: 'l.txt', content: bytes, decode: 1, is_private: 1 });
  await first.site.stop();
  const second = await openSite('v15', { file });
  expect((await second.get('Lasting', 'L1')).status).toBe(200);
  expect((await second.get('DocType', 'Lasting')).at('data.fields.0')).toMatchObject({
    fieldname: 'serial',
    unique: 1,
  });
  expect((await second.ask('/private/files/l.txt')).text).toBe('lasting bytes');
  await second.site.stop();
  await rm(folder, { recursive: true });
});
