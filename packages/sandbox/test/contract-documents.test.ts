import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProfileName, type Sandbox, startSandbox } from '../src/index.ts';
import { type Client, clientOf, resource, TEST_DOCTYPES, type Told } from './client.ts';

const sites = new Map<ProfileName, Sandbox>();
const clients = new Map<ProfileName, Client>();
const on = (profile: ProfileName): Client => clients.get(profile)!;
const ask: Client = (path, options) => on('v15')(path, options);

beforeAll(async () => {
  for (const profile of ['v14', 'v15', 'v16'] as const) {
    const site = await startSandbox({ port: 0, employees: 30, profile, doctypes: TEST_DOCTYPES });
    sites.set(profile, site);
    clients.set(profile, clientOf(site.url));
  }
});
afterAll(async () => {
  for (const site of sites.values()) await site.stop();
});

let made = 0;
async function makeThing(more: Readonly<Record<string, unknown>> = {}, client: Client = ask): Promise<Told> {
  made += 1;
  return client(resource('Thing'), { body: { serial: `S-${made}`, title: 'one', ...more } });
}
const outcome = (told: Told): unknown[] => [told.status, told.json['exc_type'], told.messages[0]?.message];

describe('contract cases: writing one document', () => {
  test('case 20: POST answers 200 with the document, without nulls; V14 with them', async () => {
    const told = await makeThing();
    const { status, json } = told;
    expect(status).toBe(200);
    expect(json['data']).toMatchObject({
      owner: 'sandbox@example.com',
      docstatus: 0,
      idx: 0,
      doctype: 'Thing',
      rows: [],
    });
    expect(told.at('data.creation')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/);
    expect(told.at('data.modified')).toBe(told.at('data.creation'));
    expect(Object.values(json['data'] as object)).not.toContain(null);
    expect((await makeThing({}, on('v14'))).at('data.role')).toBeNull();
  });

  test('case 21: a taken name is 409', async () => {
    await makeThing({ serial: 'twice' });
    const message = 'Thing <strong>twice</strong> already exists';
    const told = await makeThing({ serial: 'twice' });
    expect(outcome(told)).toEqual([409, 'DuplicateEntryError', message]);
    expect(told.messages[0]!.title).toBe('Duplicate Name');
    await makeThing({ serial: 'twice' }, on('v14'));
    expect(outcome(await makeThing({ serial: 'twice' }, on('v14')))).toEqual([409, undefined, message]);
  });

  test('case 22: what is required is named, with the would-be document', async () => {
    const told = await makeThing({ serial: 'no-title', title: null });
    expect(outcome(told)).toEqual([417, 'MandatoryError', 'Error: Value missing for Thing: Title']);
    expect(told.json['exception']).toBe('frappe.exceptions.MandatoryError: [Thing, no-title]: title');
    expect((await makeThing({ title: '' }, on('v14'))).json['exc_type']).toBeUndefined();
  });

  test('case 23: the naming field comes before everything else that is missing', async () => {
    expect(outcome(await makeThing({ serial: '' }))).toEqual([417, 'ValidationError', 'Serial is required']);
  });

  test('case 24: a choice that is none', async () => {
    const text = ' Kind cannot be "x". It should be one of "", "A", "B"';
    expect(outcome(await makeThing({ kind: 'x' }))).toEqual([417, 'ValidationError', text]);
  });

  test('case 25: a link to nothing, in the document and in a row', async () => {
    expect(outcome(await makeThing({ role: 'NoRole' }))).toEqual([
      417,
      'LinkValidationError',
      'Could not find Role: NoRole',
    ]);
    const user = { email: 'row@example.com', first_name: 'Row', roles: [{ role: 'NoRole' }] };
    const told = await ask(resource('User'), { body: user });
    expect(told.messages[0]!.message).toBe('Could not find Row #1: Role: NoRole');
  });

  test('case 26: a link that feeds fetched fields is checked by v16 only', async () => {
    const body = { employee: 'HR-EMP-0000X', time: '2026-03-09 09:00:00' };
    for (const profile of ['v14', 'v15'] as const) {
      const told = await on(profile)(resource('Employee Checkin'), { body });
      expect([told.status, told.at('data.employee')]).toEqual([200, 'HR-EMP-0000X']);
      expect(told.at('data.employee_name') ?? null).toBeNull();
    }
    expect(outcome(await on('v16')(resource('Employee Checkin'), { body }))).toEqual([
      417,
      'LinkValidationError',
      'Could not find Employee: HR-EMP-0000X',
    ]);
  });

  test('case 27: a datetime with a zone breaks the query', async () => {
    const told = await makeThing({ at: '2026-01-02T03:04:05Z' });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'OperationalError']);
    expect(told.json['exception']).toContain('(1292, "Incorrect datetime value:');
  });

  test('case 28: a datetime with T is echoed and normalised on the next read', async () => {
    const { json } = await makeThing({ serial: 'with-t', at: '2026-01-02T03:04:05', clock: '09:00:00' });
    expect(json['data']).toMatchObject({ at: '2026-01-02T03:04:05', clock: '09:00:00' });
    const read = await ask(resource('Thing', 'with-t'));
    expect(read.json['data']).toMatchObject({ at: '2026-01-02 03:04:05', clock: '9:00:00' });
  });

  test('case 29: text of 141 characters does not fit; 140 do', async () => {
    const told = await makeThing({ title: 'x'.repeat(141) });
    expect(told.json['exc_type']).toBe('CharacterLengthExceededError');
    expect(told.messages[0]!.message).toContain('will get truncated, as max characters allowed is 140');
    expect((await makeThing({ title: 'x'.repeat(140) })).status).toBe(200);
  });

  test('case 30: a name with < is refused', async () => {
    const told = await makeThing({ serial: 'a<b' });
    expect([told.status, told.json['exc_type']]).toEqual([409, 'NameError']);
  });

  test('case 31: a body that is no JSON', async () => {
    const told = await ask(resource('Thing'), { raw: '{"serial": ' });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'JSONDecodeError']);
  });

  test('case 32 and 33: PUT gives a new modified, and refuses a stale one', async () => {
    const first = await makeThing({ serial: 'locked' });
    const modified = String(first.at('data.modified'));
    const put = (body: unknown) => ask(resource('Thing', 'locked'), { method: 'PUT', body });
    const second = await put({ title: 'two', modified });
    expect(second.at('data.title')).toBe('two');
    expect(String(second.at('data.modified')) > modified).toBe(true);
    const stale = await put({ title: 'three', modified });
    expect([stale.status, stale.json['exc_type']]).toEqual([417, 'TimestampMismatchError']);
    expect(stale.messages[0]!.message).toMatch(/^Error: Document has been modified after you have opened it/);
    expect((await ask(resource('Thing', 'locked'))).at('data.title')).toBe('two');
  });

  test('case 34: child rows are replaced whole', async () => {
    const rows = [{ part: 'keep', amount: 3, note: 'old' }, { part: 'drop' }];
    const told = await makeThing({ serial: 'parent', rows });
    expect(told.at('data.rows.0.__unsaved')).toBe(1);
    const name = told.at('data.rows.0.name');
    await ask(resource('Thing', 'parent'), {
      method: 'PUT',
      body: { rows: [{ name, part: 'kept' }, { part: 'new' }] },
    });
    const after = await ask(resource('Thing', 'parent'));
    expect(after.at('data.rows')).toHaveLength(2);
    expect(after.at('data.rows.0')).toMatchObject({
      name,
      part: 'kept',
      amount: 0,
      idx: 1,
      parent: 'parent',
      doctype: 'Thing Row',
    });
    expect(after.at('data.rows.0.note') ?? null).toBeNull();
    expect(after.at('data.rows.1')).toMatchObject({ part: 'new', idx: 2 });
    await ask(resource('Thing', 'parent'), { method: 'PUT', body: { title: 'rows untouched' } });
    expect((await ask(resource('Thing', 'parent'))).at('data.rows')).toHaveLength(2);
  });

  test('case 35 and 36: wrong verbs are refused; V14 does nothing and says 200', async () => {
    const put = await ask(resource('Thing'), { method: 'PUT', body: {} });
    expect([put.status, put.headers.get('content-type')]).toEqual([405, 'text/html; charset=utf-8']);
    expect((await ask(resource('Thing', 'parent'), { method: 'PATCH', body: {} })).status).toBe(404);
    for (const [path, method] of [
      [resource('Thing'), 'PUT'],
      [resource('Thing', 'x'), 'PATCH'],
    ] as const) {
      const told = await on('v14')(path, { method, body: {} });
      expect([told.status, told.text]).toEqual([200, '{}']);
    }
  });

  test('case 37: DELETE is 202', async () => {
    await makeThing({ serial: 'gone' });
    const told = await ask(resource('Thing', 'gone'), { method: 'DELETE' });
    expect([told.status, told.text]).toEqual([202, '{"data":"ok"}']);
    expect((await ask(resource('Thing', 'gone'))).status).toBe(404);
    await makeThing({ serial: 'gone' }, on('v14'));
    expect((await on('v14')(resource('Thing', 'gone'), { method: 'DELETE' })).text).toBe('{"message":"ok"}');
  });

  test('case 38: what is linked stays', async () => {
    const told = await ask(resource('Branch', 'Main Branch'), { method: 'DELETE' });
    expect([told.status, told.json['exc_type']]).toEqual([417, 'LinkExistsError']);
    expect(told.messages[0]!.message).toMatch(
      /^Cannot delete or cancel because Branch <a .* is linked with Employee <a /,
    );
    const role = await ask(resource('Role', 'Employee'), { method: 'DELETE' });
    expect(role.messages[0]!.message).toMatch(
      /is linked with User .*You can disable this Role instead of deleting it\.$/,
    );
  });

  test('case 39: without the role nothing is written', async () => {
    const body = { serial: 'mine', title: 't' };
    const post = await ask(resource('Thing'), { as: 'hr-user', body });
    expect([post.status, post.json['exc_type']]).toEqual([403, 'PermissionError']);
    expect(post.json['_error_message']).toMatch(/^You need the 'create' permission on <strong>Thing<\/strong>/);
    const put = await ask(resource('Thing', 'parent'), { as: 'hr-user', method: 'PUT', body: { title: 'x' } });
    expect(put.json['_error_message']).toMatch(/^You need the 'write' permission/);
    const gone = await ask(resource('Thing', 'parent'), { as: 'hr-user', method: 'DELETE' });
    expect([gone.status, gone.messages[0]!.message]).toEqual([403, 'User not allowed to delete Thing: parent']);
    const onOld = await on('v14')(resource('Thing'), { as: 'hr-user', body });
    expect(onOld.json['_error_message']).toBe('Insufficient Permission for Thing (<strong>create</strong>)');
  });

  test('case 80: a custom field cannot be made twice, and appears in the document', async () => {
    const body = { dt: 'Thing', fieldname: 'custom_extra', label: 'Extra', fieldtype: 'Data', unique: 1 };
    const first = await ask(resource('Custom Field'), { body });
    expect(first.at('data.name')).toBe('Thing-custom_extra');
    const text = 'A field with the name <strong>custom_extra</strong> already exists in Thing';
    expect(outcome(await ask(resource('Custom Field'), { body }))).toEqual([417, 'ValidationError', text]);
    expect((await makeThing({ custom_extra: 'e' })).at('data.custom_extra')).toBe('e');
    expect(outcome(await makeThing({ custom_extra: 'E ' }))).toEqual([
      417,
      'UniqueValidationError',
      'Extra must be unique',
    ]);
  });

  test('case 93: a Time field that was left out is filled with now', async () => {
    expect((await makeThing()).at('data.clock')).toMatch(/^\d{1,2}:\d\d:\d\d/);
  });

  test('case 94: passwords are asterisks; asterisks keep them, null erases them', async () => {
    const put = (secret: unknown) => ask(resource('Thing', 'secretive'), { method: 'PUT', body: { secret } });
    const shown = async () => (await ask(resource('Thing', 'secretive'))).at('data.secret');
    expect((await makeThing({ serial: 'secretive', secret: 'hidden!' })).text).not.toContain('hidden!');
    expect(await shown()).toBe('*******');
    await put('*******');
    expect(await shown()).toBe('*******');
    await put(null);
    expect(await shown()).toBeUndefined();
  });
});

describe('contract cases: methods', () => {
  const client = (name: string): string => `/api/method/frappe.client.${name}`;

  test('case 48: get_value of nothing is an empty object', async () => {
    const told = await ask(`${client('get_value')}?doctype=Thing&fieldname=title&filters={"serial":"nope"}`);
    expect(told.text).toBe('{"message":{}}');
    const some = await ask(client('get_value'), {
      body: { doctype: 'Thing', fieldname: '["title"]', filters: 'locked' },
    });
    expect(some.json).toEqual({ message: { title: 'two' } });
  });

  test('case 49: client.delete answers an empty object', async () => {
    await makeThing({ serial: 'rpc-gone' });
    expect((await ask(client('delete'), { body: { doctype: 'Thing', name: 'rpc-gone' } })).text).toBe('{}');
  });

  test('case 50: insert_many is all or nothing', async () => {
    const thing = (serial: string) => ({ doctype: 'Thing', serial, title: 't' });
    const good = await ask(client('insert_many'), { body: { docs: [thing('m1'), thing('m2')] } });
    expect(good.json).toEqual({ message: ['m1', 'm2'] });
    const bad = await ask(client('insert_many'), { body: { docs: [thing('m3'), thing('m1')] } });
    expect(bad.status).toBe(409);
    expect((await ask(resource('Thing', 'm3'))).status).toBe(404);
    const many = await ask(client('insert_many'), { body: { docs: Array.from({ length: 201 }, () => thing('m')) } });
    expect(outcome(many)).toEqual([417, 'ValidationError', 'Only 200 inserts allowed in one request']);
  });

  test('bulk_update keeps what it could do and lists the rest', async () => {
    const docs = JSON.stringify([
      { doctype: 'Thing', docname: 'm1', title: 'bulk' },
      { doctype: 'Thing', docname: 'm2', kind: 'x' },
    ]);
    const told = await ask(client('bulk_update'), { body: { docs } });
    expect(told.at('message.failed_docs')).toHaveLength(1);
    expect((await ask(resource('Thing', 'm1'))).at('data.title')).toBe('bulk');
  });

  test('case 51: set_value is no GET; and leaves standard fields alone', async () => {
    const told = await ask(`${client('set_value')}?doctype=Thing&name=m1&fieldname=title&value=x`);
    expect(outcome(told)).toEqual([403, 'PermissionError', 'Not permitted']);
    const owner = { doctype: 'Thing', name: 'm1', fieldname: 'owner', value: 'x' };
    expect((await ask(client('set_value'), { body: owner })).messages[0]!.message).toBe('Cannot edit standard fields');
    const title = await ask(client('set_value'), { body: { ...owner, fieldname: { title: 'set' } } });
    expect(title.at('message.title')).toBe('set');
  });

  test('case 54: a missing argument is a TypeError', async () => {
    const told = await ask(client('get_value'), { body: { doctype: 'Thing' } });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'TypeError']);
    expect(told.json['exception']).toContain("missing 1 required positional argument: 'fieldname'");
  });
});

describe('contract cases: lists', () => {
  const list = async (query: Readonly<Record<string, unknown>>, doctype = 'Employee', client: Client = ask) =>
    client(resource(doctype, undefined, query));
  const names = (told: Told): string[] => (told.json['data'] as { name: string }[]).map(({ name }) => name);

  test('case 40: a bare list is at most 20 names, in no order that holds', async () => {
    const first = names(await list({}));
    const second = names(await list({}));
    expect(first).toHaveLength(20);
    expect(first).not.toEqual(second);
    expect((await list({ limit_page_length: 1 })).at('data.0')).toEqual({ name: expect.any(String) });
  });

  test('case 41: limit 0 is everything; start and limit page through an order', async () => {
    expect(names(await list({ limit_page_length: 0 }))).toHaveLength(30);
    const page = await list({ order_by: 'name asc', limit_start: 10, limit: 2 });
    expect(names(page)).toEqual(['HR-EMP-00011', 'HR-EMP-00012']);
    expect((await list({ order_by: 'name desc', limit: 1, as_dict: 0 })).json['data']).toEqual([['HR-EMP-00030']]);
  });

  test('case 42: an unknown field is not permitted, neither shown nor filtered', async () => {
    for (const query of [{ fields: ['nope'] }, { filters: { nope: 1 } }]) {
      expect(outcome(await list(query))).toEqual([417, 'DataError', 'Field not permitted in query: nope']);
    }
  });

  test('case 43: fields that are no JSON', async () => {
    expect((await list({ fields: '["name"' })).json['exc_type']).toBe('JSONDecodeError');
    expect((await list({ filters: '{' })).status).toBe(500);
  });

  test('case 44: an order by nothing breaks the query', async () => {
    const told = await list({ order_by: 'nope asc' });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'OperationalError']);
    expect(told.json['exception']).toContain('1054');
  });

  test('case 45: last_seen vanishes from lists before v16, and can be filtered', async () => {
    for (const profile of ['v14', 'v15', 'v16'] as const) {
      await on(profile)(resource('Thing'), { body: { serial: 'seen', title: 't', last_seen: 'yes' } });
      const query = { fields: ['name', 'last_seen'], filters: { last_seen: 'yes' } };
      const { data } = (await list(query, 'Thing', on(profile))).json;
      expect(data).toEqual([profile === 'v16' ? { name: 'seen', last_seen: 'yes' } : { name: 'seen' }]);
    }
  });

  test('case 46: child rows need their parent', async () => {
    expect((await list({}, 'Thing Row')).status).toBe(403);
    const told = await list({ parent: 'Thing', fields: ['part'], filters: { parent: 'parent' } }, 'Thing Row');
    expect((told.json['data'] as { part: string }[]).map(({ part }) => part).toSorted()).toEqual(['kept', 'new']);
  });

  test('case 47: aggregates in text work up to v15', async () => {
    const query = { fields: ['status', 'count(name) as n'], group_by: 'status' };
    expect((await list(query)).json['data']).toEqual([{ status: 'Active', n: 30 }]);
    const told = await list(query, 'Employee', on('v16'));
    expect(told.status).toBe(417);
    expect(told.messages[0]!.message).toMatch(
      /^SQL functions are not allowed as strings in SELECT: count\(name\) as n/,
    );
  });

  test.each([
    [{ attendance_device_id: '7' }, ['HR-EMP-00007']],
    [{ attendance_device_id: ['in', ['7', '9']] }, ['HR-EMP-00007', 'HR-EMP-00009']],
    [[['Employee', 'attendance_device_id', 'in', '3,4']], ['HR-EMP-00003', 'HR-EMP-00004']],
    [[['name', '>=', 'hr-emp-00029']], ['HR-EMP-00029', 'HR-EMP-00030']],
    [[['name', 'like', '%0003%']], ['HR-EMP-00003', 'HR-EMP-00030']],
    [[['name', 'not like', '%000_%']], []],
    [[['user_id', 'is', 'set']], []],
    [
      [
        ['user_id', 'is', 'not set'],
        ['name', 'between', ['HR-EMP-00001', 'HR-EMP-00002']],
      ],
      ['HR-EMP-00001', 'HR-EMP-00002'],
    ],
    [
      [
        ['name', 'not in', ['HR-EMP-00001']],
        ['name', '<', 'HR-EMP-00003'],
      ],
      ['HR-EMP-00002'],
    ],
    [[['creation', '>', '2999-01-01']], []],
    [[['status', '!=', 'Active']], []],
  ])('filters %j find what they say', async (filters, expected) => {
    expect(names(await list({ filters, order_by: 'name asc' }))).toEqual(expected);
  });

  test('or_filters are one group beside the filters', async () => {
    const query = {
      filters: [['name', '<=', 'HR-EMP-00010']],
      or_filters: [
        ['attendance_device_id', '=', '2'],
        ['attendance_device_id', '=', '20'],
      ],
    };
    expect(names(await list(query))).toEqual(['HR-EMP-00002']);
  });

  test('a list without the right to read is refused in the words of the site', async () => {
    const told = await ask(resource('Employee'), { as: 'nobody' });
    expect(outcome(told)).toEqual([
      403,
      'PermissionError',
      'User <strong>nobody@example.com</strong> does not have doctype access via role permission for document <strong>Employee</strong>',
    ]);
    expect(told.json['_error_message']).toBe('No permission for Employee');
  });
});
