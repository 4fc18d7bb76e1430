import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resource } from '../client.ts';
import { data, doctype, openSite, outcome, PROFILES, rule, type Site } from './site.ts';

let own: Site;
let old: Site;
const sites = (): Site[] => [own, old];

beforeAll(async () => {
  own = await openSite();
  old = await openSite('v14');
});
afterAll(async () => {
  for (const { site } of sites()) await site.stop();
});

const serialField = data('serial', { reqd: 1 });

describe('contract cases: DocTypes over REST', () => {
  test('case 74: without custom it is standard, and that needs developer mode', async () => {
    const text = "Not in Developer Mode! Set in site_config.json or make 'Custom' DocType.";
    const told = await own.post('DocType', doctype('Plain', [serialField], { custom: 0 }));
    expect(outcome(told)).toEqual([417, 'CannotCreateStandardDoctypeError', text]);
    expect((await own.get('DocType', 'Plain')).status).toBe(404);
    const edit = await own.put('DocType', 'Employee', { custom: 1, description: 'mine' });
    expect(outcome(edit)).toEqual([417, 'CannotCreateStandardDoctypeError', text]);
    const gone = await own.remove('DocType', 'Employee');
    expect([gone.status, gone.messages[0]?.message]).toEqual([417, 'Standard DocType can not be deleted.']);
    expect((await old.remove('DocType', 'Employee')).status).toBe(403);
    expect((await own.get('DocType', 'Employee')).at('data.module')).toBe('Setup');
  });

  test('case 75: whoever is no System Manager makes none', async () => {
    const told = await own.post('DocType', doctype('Not Mine', [serialField]), { as: 'hr-manager' });
    expect([told.status, told.json['exc_type']]).toEqual([403, 'PermissionError']);
  });

  test('case 76: roles that are custom, and those of everybody, are for Administrator', async () => {
    await own.post('Role', { role_name: 'Marked Custom', is_custom: 1 });
    for (const role of ['Marked Custom', 'All', 'Guest', 'Desk User', 'Administrator']) {
      const told = await own.post('DocType', doctype('Barred', [serialField], { permissions: [rule(role, 'read')] }));
      const text = `Row # 1: Non administrator user can not set the role <strong>${role}</strong> to the custom doctype`;
      expect(outcome(told)).toEqual([417, 'ValidationError', text]);
    }
  });

  test('case 77: a role that is not there', async () => {
    const told = await own.post('DocType', doctype('Barred', [serialField], { permissions: [rule('Nope', 'read')] }));
    expect(outcome(told)).toEqual([417, 'LinkValidationError', 'Could not find Row #1: Role: Nope']);
  });

  test('case 78: flags of a rule that nobody sent are on', async () => {
    const permissions = [{ role: 'System Manager', read: 1, write: 1, create: 1 }];
    const told = await own.post('DocType', doctype('Generous', [serialField], { permissions }));
    expect(told.status).toBe(200);
    expect(told.at('data.permissions.0')).toMatchObject({
      delete: 1,
      report: 1,
      export: 1,
      share: 1,
      print: 1,
      email: 1,
    });
    expect(told.at('data.permissions.0')).toMatchObject({ select: 0, submit: 0, cancel: 0, amend: 0, import: 0 });
    const none = [rule('System Manager', 'read')];
    await own.post('DocType', doctype('Strict', [serialField], { permissions: none }));
    expect((await own.get('DocType', 'Strict')).at('data.permissions.0')).toMatchObject({
      read: 1,
      delete: 0,
      share: 0,
    });
  });

  test.each(PROFILES)('case 79: PUT replaces the fields and keeps the data (%s)', async (profile) => {
    const one = await openSite(profile);
    const fields = [serialField, data('note'), data('size', { fieldtype: 'Int' })];
    await one.post('DocType', doctype('Part', fields, { autoname: 'field:serial' }));
    await one.post('Part', { serial: 'P1', note: 'kept', size: 3 });
    const next = [serialField, data('note', { fieldtype: 'Small Text' }), data('state', { default: 'new' })];
    expect((await one.put('DocType', 'Part', { fields: next })).status).toBe(200);
    expect((await one.get('Part', 'P1')).json['data']).toMatchObject({ serial: 'P1', note: 'kept', state: 'new' });
    expect(Object.keys((await one.get('Part', 'P1')).json['data'] as object)).not.toContain('size');
    // the column outlived its field
    await one.put('DocType', 'Part', { fields: [...next, data('size', { fieldtype: 'Int' })] });
    expect((await one.get('Part', 'P1')).at('data.size')).toBe(3);
    await one.site.stop();
  });

  test('attributes that a PUT leaves out fall back to defaults', async () => {
    await own.post('DocType', doctype('Fallback', [data('note', { description: 'long', no_copy: 1 })]));
    await own.put('DocType', 'Fallback', { fields: [data('note')] });
    const row = (await own.get('DocType', 'Fallback')).at('data.fields.0');
    expect(row).toMatchObject({ no_copy: 0 });
    expect(row).not.toHaveProperty('description', 'long');
  });

  test('a stale modified is refused, so an editor at work is seen', async () => {
    const modified = (await own.post('DocType', doctype('Edited', [serialField]))).at('data.modified');
    await own.put('DocType', 'Edited', { description: 'first', modified });
    const told = await own.put('DocType', 'Edited', { description: 'second', modified });
    expect([told.status, told.json['exc_type']]).toEqual([417, 'TimestampMismatchError']);
  });

  test('a type that cannot hold what is there is refused', async () => {
    await own.post('DocType', doctype('Typed', [data('note')]));
    const told = await own.put('DocType', 'Typed', { fields: [data('note', { fieldtype: 'Int' })] });
    expect(outcome(told)).toEqual([417, 'ValidationError', 'Fieldtype cannot be changed from Data to Int in row 1']);
  });

  test('unique on a column that repeats is refused', async () => {
    await own.post('DocType', doctype('Repeating', [data('note')]));
    await own.post('Repeating', { note: 'same' });
    await own.post('Repeating', { note: 'Same' });
    const told = await own.put('DocType', 'Repeating', { fields: [data('note', { unique: 1 })] });
    expect(outcome(told).slice(0, 2)).toEqual([417, 'NonUniqueError']);
  });

  test.each([
    ['a name that starts with a digit', { name: '1st' }, 409, 'NameError', /start with a letter/],
    ['a name with a sign', { name: 'A/B' }, 409, 'NameError', /letters, digits/],
    ['a name of 62 signs', { name: 'x'.repeat(62) }, 409, 'NameError', /61/],
    ['a module that is not there', { module: 'Nope' }, 417, 'LinkValidationError', /^Could not find Module: Nope$/],
    [
      'a title field that is none',
      { title_field: 'nope' },
      417,
      'InvalidFieldNameError',
      /^Title field must be a valid/,
    ],
    ['a search field that is none', { search_fields: 'ip' }, 417, 'ValidationError', /^Search field ip is not valid$/],
    ['naming by a field that is none', { autoname: 'field:nope' }, 417, 'ValidationError', /autoname/],
    ['a virtual one', { is_virtual: 1 }, 417, 'ValidationError', /Virtual/],
    [
      'submit without being submittable',
      { permissions: [rule('System Manager', 'read submit')] },
      417,
      'ValidationError',
      /Submittable/,
    ],
    [
      'level 1 without level 0',
      { permissions: [rule('System Manager', 'read', { permlevel: 1 })] },
      417,
      'ValidationError',
      /level 0 must be set/,
    ],
    [
      'two rules for one role and level',
      { permissions: [rule('HR User', 'read'), rule('HR User', 'write')] },
      417,
      'ValidationError',
      /Only one rule/,
    ],
  ])('refuses %s', async (_what, more, status, type, text) => {
    const told = await own.post('DocType', doctype('Refused', [serialField], more));
    expect([told.status, told.json['exc_type']]).toEqual([status, type]);
    expect(told.messages[0]!.message).toMatch(text);
  });

  test('a missing module is mandatory, and named so', async () => {
    const { module: _module, ...rest } = doctype('No Module', [serialField]);
    const told = await own.post('DocType', rest);
    expect(told.json['exception']).toBe('frappe.exceptions.MandatoryError: [DocType, No Module]: module');
    expect(outcome(await own.post('DocType', doctype('Generous', [serialField])))[0]).toBe(409);
  });

  test.each([
    ['a restricted name', data('name'), 'InvalidFieldNameError', /^Fieldname name is restricted$/],
    ['a method of documents', data('save'), 'InvalidFieldNameError', /conflicting/],
    [
      'a link to nothing',
      data('to', { fieldtype: 'Link', options: 'Nope' }),
      'WrongOptionsDoctypeLinkError',
      /Options must be a valid DocType for field To in row 1/,
    ],
    ['a link without options', data('to', { fieldtype: 'Link' }), 'DoctypeLinkError', /Options required/],
    [
      'a table of what is no child table',
      data('rows', { fieldtype: 'Table', options: 'Employee' }),
      'ValidationError',
      /not a child table/,
    ],
    [
      'hidden and mandatory',
      data('to', { hidden: 1, reqd: 1 }),
      'HiddenAndMandatoryWithoutDefaultError',
      /cannot be hidden and mandatory/,
    ],
    ['a type that is none', data('to', { fieldtype: 'Nope' }), 'ValidationError', /Type cannot be "Nope"/],
    [
      'a dynamic link without its link',
      data('to', { fieldtype: 'Dynamic Link', options: 'x' }),
      'ValidationError',
      /Dynamic Link/,
    ],
  ])('refuses a field with %s', async (_what, field, type, text) => {
    const told = await own.post('DocType', doctype('Refused', [field]));
    expect([told.status, told.json['exc_type']]).toEqual([417, type]);
    expect(told.messages[0]!.message).toMatch(text);
  });

  test('the same field twice', async () => {
    const told = await own.post('DocType', doctype('Refused', [data('a'), data('b'), data('a')]));
    expect(told.messages[0]!.message).toBe('Fieldname a appears multiple times in rows 1, 3');
  });

  test('deleting takes the rows along, and waits while something links here', async () => {
    await own.post('DocType', doctype('Target', [serialField], { autoname: 'field:serial' }));
    await own.post('DocType', doctype('Pointer', [data('to', { fieldtype: 'Link', options: 'Target' })]));
    await own.post('Target', { serial: 'T1' });
    const refused = await own.remove('DocType', 'Target');
    expect([refused.status, refused.json['exc_type']]).toEqual([417, 'LinkExistsError']);
    await own.post('Custom Field', { dt: 'Pointer', fieldname: 'custom_x', label: 'X', fieldtype: 'Data' });
    expect((await own.remove('DocType', 'Pointer')).status).toBe(202);
    expect((await own.get('Custom Field', 'Pointer-custom_x')).status).toBe(404);
    expect((await own.remove('DocType', 'Target')).status).toBe(202);
    expect((await own.get('Target', 'T1')).json['exc_type']).toBe('ImportError');
    await own.post('DocType', doctype('Target', [serialField], { autoname: 'field:serial' }));
    expect((await own.ask(resource('Target'))).json['data']).toEqual([]);
  });

  test('a list of DocTypes knows standard and custom ones', async () => {
    const filters = [['name', 'in', ['Employee Checkin', 'Generous']]];
    const query = { fields: ['name', 'custom'], filters, order_by: 'name asc' };
    expect((await own.ask(resource('DocType', undefined, query))).json['data']).toEqual([
      { name: 'Employee Checkin', custom: 0 },
      { name: 'Generous', custom: 1 },
    ]);
    own.site.faults.setHrms(false);
    expect((await own.get('DocType', 'Employee Checkin')).status).toBe(404);
    own.site.faults.setHrms(true);
    expect((await own.get('DocType', 'Employee Checkin')).status).toBe(200);
  });
});
