import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resource } from '../client.ts';
import { data, doctype, openSite, rule, type Site } from './site.ts';

const MANAGER = 'frappe.core.page.permission_manager.permission_manager';
let own: Site;

beforeAll(async () => {
  own = await openSite();
  await own.post('Role', { role_name: 'Door Service' });
  await own.post('User', { email: 'service@example.com', first_name: 'Service', roles: [{ role: 'Door Service' }] });
  const fields = [data('serial', { reqd: 1 }), data('note'), data('status', { permlevel: 1 })];
  const permissions = [rule('System Manager', 'read write create delete')];
  await own.post('DocType', doctype('Door', fields, { autoname: 'field:serial', permissions }));
});
afterAll(() => own.site.stop());

const manager = (what: string, body: unknown, as = 'sandbox') => own.call(`${MANAGER}.${what}`, body, { as });
const rules = async (): Promise<unknown> => {
  const query = {
    fields: ['role', 'permlevel', 'read', 'write'],
    filters: { parent: 'Door' },
    order_by: 'role asc, permlevel asc',
  };
  return (await own.ask(resource('Custom DocPerm', undefined, query))).json['data'];
};

describe('the permission manager', () => {
  test('a role as a user has it: keys, rights at both levels, as the contract grants them', async () => {
    const keys = await own.call('frappe.core.doctype.user.user.generate_keys', { user: 'service@example.com' });
    const key = String((await own.get('User', 'service@example.com')).at('data.api_key'));
    const headers = { Authorization: `token ${key}:${String(keys.at('message.api_secret'))}` };
    const service = { as: '', headers };
    expect((await own.post('Door', { serial: 'D1' }, service)).status).toBe(403);

    expect((await manager('add', { parent: 'Door', role: 'Door Service', permlevel: 0 })).text).toBe('{}');
    for (const ptype of ['create', 'write']) {
      await manager('update', { doctype: 'Door', role: 'Door Service', permlevel: 0, ptype, value: '1' });
    }
    const first = await own.post('Door', { serial: 'D1', note: 'n', status: 'Online' }, service);
    expect([first.status, first.at('data.note')]).toEqual([200, 'n']);
    expect((await own.get('Door', 'D1', { as: 'sandbox' })).json['data']).not.toHaveProperty('status', 'Online');

    await manager('add', { parent: 'Door', role: 'Door Service', permlevel: 1 });
    await manager('update', { doctype: 'Door', role: 'Door Service', permlevel: 1, ptype: 'write', value: '1' });
    expect((await own.put('Door', 'D1', { status: 'Online' }, service)).at('data.status')).toBe('Online');
    expect((await own.remove('Door', 'D1', service)).status).toBe(403);
  });

  test('the first use copied the rules of the DocType; adding twice changes nothing', async () => {
    const before = await rules();
    expect(before).toEqual([
      { role: 'Door Service', permlevel: 0, read: 1, write: 1 },
      { role: 'Door Service', permlevel: 1, read: 1, write: 1 },
      { role: 'System Manager', permlevel: 0, read: 1, write: 1 },
    ]);
    await manager('add', { parent: 'Door', role: 'Door Service', permlevel: 0 });
    expect(await rules()).toEqual(before);
    // from now on only these rows count, whatever the DocType says
    await own.put('DocType', 'Door', { permissions: [rule('HR User', 'read')] });
    expect((await own.ask(resource('Door'), { as: 'hr-user' })).status).toBe(403);
    expect((await own.ask(resource('Door'))).status).toBe(200);
  });

  test('remove takes one rule, refuses the last; reset gives the DocType its own back', async () => {
    const told = await manager('remove', { doctype: 'Door', role: 'Door Service', permlevel: 1 });
    expect(told.status).toBe(200);
    await manager('remove', { doctype: 'Door', role: 'Door Service', permlevel: 0 });
    const last = await manager('remove', { doctype: 'Door', role: 'System Manager', permlevel: 0 });
    expect([last.status, last.messages[0]?.message]).toEqual([417, 'There must be atleast one permission rule.']);
    expect((await manager('reset', { doctype: 'Door' })).status).toBe(200);
    expect(await rules()).toEqual([]);
    expect((await own.ask(resource('Door'), { as: 'hr-user' })).status).toBe(200);
  });

  test('is for System Managers, and knows its roles', async () => {
    const body = { parent: 'Door', role: 'Door Service', permlevel: 0 };
    expect((await manager('add', body, 'hr-manager')).status).toBe(403);
    expect((await manager('reset', { doctype: 'Door' }, 'hr-manager')).status).toBe(403);
    expect((await manager('add', { ...body, role: 'Nope' })).json['exc_type']).toBe('LinkValidationError');
  });

  test('works for a standard DocType as for a custom one', async () => {
    await manager('add', { parent: 'Holiday List', role: 'HR User', permlevel: 0 });
    expect((await own.ask(resource('Holiday List'), { as: 'hr-user' })).status).toBe(200);
    expect((await own.ask(resource('Holiday List'), { as: 'hr-manager' })).status).toBe(200);
    await manager('reset', { doctype: 'Holiday List' });
    expect((await own.ask(resource('Holiday List'), { as: 'hr-user' })).status).toBe(403);
  });

  test('a rule posted by itself replaces the standard ones: the trap that the manager avoids', async () => {
    await own.post('Custom DocPerm', { parent: 'Branch', role: 'Employee', read: 1 });
    expect((await own.ask(resource('Branch'), { as: 'employee' })).status).toBe(200);
    expect((await own.ask(resource('Branch'), { as: 'hr-user' })).status).toBe(403);
    await manager('reset', { doctype: 'Branch' });
    expect((await own.ask(resource('Branch'), { as: 'hr-user' })).status).toBe(200);
  });

  test('rules of DocTypes are rows of their documents', async () => {
    const query = { parent: 'DocType', fields: ['role'], filters: { parent: 'Door' } };
    expect((await own.ask(resource('DocPerm', undefined, query))).json['data']).toEqual([{ role: 'HR User' }]);
    expect((await own.ask(resource('DocPerm'))).status).toBe(403);
  });
});

describe('roles', () => {
  test('a role twice is 409; one in use cannot go', async () => {
    expect((await own.post('Role', { role_name: 'Door Service' })).status).toBe(409);
    const told = await own.remove('Role', 'Door Service');
    expect([told.status, told.json['exc_type']]).toEqual([417, 'LinkExistsError']);
    expect(told.messages[0]!.message).toMatch(/You can disable this Role instead of deleting it\.$/);
    await own.put('User', 'service@example.com', { roles: [] });
    expect((await own.remove('Role', 'Door Service')).status).toBe(202);
  });

  test('a role that a rule names is in use as well', async () => {
    await own.post('Role', { role_name: 'Named' });
    await own.put('DocType', 'Door', { permissions: [rule('System Manager', 'read write'), rule('Named', 'read')] });
    expect((await own.remove('Role', 'Named')).json['exc_type']).toBe('LinkExistsError');
  });
});
