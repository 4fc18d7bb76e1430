import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/index.ts';
import { ADD_LOG, CHECKIN_METHODS, type Client, clientOf, resource, type Told } from './client.ts';

const NOON = new Date('2026-03-10T06:30:00Z'); // 12:00 in Kolkata
const MORNING = '2026-03-09 09:20:00';

let site: Sandbox;
let ask: Client;

async function start(options: SandboxOptions = {}): Promise<void> {
  site = await startSandbox({ port: 0, employees: 12, now: () => NOON, ...options });
  ask = clientOf(site.url);
}
async function restart(options: SandboxOptions): Promise<void> {
  await site.stop();
  await start(options);
}
beforeEach(() => start());
afterEach(() => site.stop());

const addLog = (body: Readonly<Record<string, unknown>>, as = 'sandbox'): Promise<Told> =>
  ask(ADD_LOG, { body: { employee_field_value: '1', timestamp: MORNING, ...body }, as });
const put = (doctype: string, name: string, body: unknown, as = 'sandbox'): Promise<Told> =>
  ask(resource(doctype, name), { method: 'PUT', body, as });
const setDeviceId = (employee: string, id: string | null): Promise<Told> =>
  put('Employee', employee, { attendance_device_id: id });

describe('contract cases: add_log_based_on_employee_field', () => {
  test('case 55: a punch becomes a check-in, with its shift', async () => {
    const told = await addLog({ device_id: 'DOOR-1', log_type: 'IN' });
    expect(told.status).toBe(200);
    expect(told.json['message']).toMatchObject({
      name: 'EMP-CKIN-03-2026-000001',
      employee: 'HR-EMP-00001',
      employee_name: 'Employee 00001',
      time: MORNING,
      device_id: 'DOOR-1',
      shift: 'Day Shift',
      shift_start: '2026-03-09 09:00:00',
      shift_actual_start: '2026-03-09 08:00:00',
      shift_actual_end: '2026-03-09 19:00:00',
    });
    const night = await addLog({ timestamp: '2026-03-09 03:00:00' });
    expect(night.at('message.shift')).toBeUndefined();
  });

  test('case 56: the same again is refused with a link to the first', async () => {
    await addLog({ log_type: 'IN' });
    const told = await addLog({ log_type: 'IN' });
    expect([told.status, told.json['exc_type'], told.json['_exc_source']]).toEqual([
      417,
      'ValidationError',
      'hrms (app)',
    ]);
    expect(told.messages[0]!.message).toBe(
      'This employee already has a log with the same timestamp.<Br><a href="/app/Form/Employee Checkin/EMP-CKIN-03-2026-000001" style="font-weight: bold;">Employee Checkin Employee 00001</a>',
    );
    expect(site.checkins()).toHaveLength(1);
  });

  test('case 57: IN and OUT may share a second', async () => {
    await addLog({ log_type: 'IN' });
    expect((await addLog({ log_type: 'OUT' })).status).toBe(200);
  });

  test('case 58: no log type and a blank one are the same', async () => {
    await addLog({ log_type: null });
    expect((await addLog({ log_type: '' })).status).toBe(417);
    expect(site.checkins()[0]!['log_type']).toBe('');
  });

  test('case 59: nobody has that id', async () => {
    const told = await addLog({ employee_field_value: '999' });
    expect(told.messages[0]!.message).toBe(
      "No Employee found for the given employee field value. 'attendance_device_id': 999",
    );
    const column = await addLog({ employee_fieldname: 'nope' });
    expect([column.status, column.json['exc_type']]).toEqual([500, 'OperationalError']);
  });

  test('case 60: an inactive employee is refused', async () => {
    await put('Employee', 'HR-EMP-00001', { status: 'Inactive' });
    const told = await addLog({});
    expect([told.status, told.json['exc_type']]).toEqual([417, 'InactiveEmployeeStatusError']);
    expect(told.messages[0]!.message).toBe(
      `Transactions cannot be created for an Inactive Employee <a href="${site.url}/app/employee/HR-EMP-00001">HR-EMP-00001</a>.`,
    );
  });

  test('case 61: who left or is suspended is accepted', async () => {
    await put('Employee', 'HR-EMP-00001', { status: 'Left', relieving_date: '2026-01-31' });
    await put('Employee', 'HR-EMP-00002', { status: 'Suspended' });
    expect((await addLog({})).status).toBe(200);
    expect((await addLog({ employee_field_value: '2' })).status).toBe(200);
  });

  test('case 62: a number is compared as a number', async () => {
    await setDeviceId('HR-EMP-00003', '0105');
    expect((await addLog({ employee_field_value: 105 })).at('message.employee')).toBe('HR-EMP-00003');
    expect((await addLog({ employee_field_value: '105' })).status).toBe(417);
  });

  test('case 63: an empty value', async () => {
    const told = await addLog({ employee_field_value: '' });
    expect(told.messages[0]!.message).toBe("'employee_field_value' and 'timestamp' are required.");
  });

  test('case 64: as an Employee the time becomes now, with status 200', async () => {
    const told = await addLog({}, 'employee');
    expect(told.status).toBe(200);
    expect(told.at('message.time')).toBe('2026-03-10 12:00:00');
    expect(site.checkins()[0]!['time']).toBe('2026-03-10 12:00:00');
  });

  test('case 65: without the right to create it is forbidden', async () => {
    expect((await addLog({}, 'nobody')).status).toBe(403);
    expect((await addLog({}, '')).status).toBe(403);
  });

  test('case 66: log types are exact', async () => {
    const text = ' Log Type cannot be "in". It should be one of "", "IN", "OUT"';
    expect((await addLog({ log_type: 'in' })).messages[0]!.message).toBe(text);
  });

  test('case 67: with geolocation on, HRMS 15.33 drops the coordinates that it asks for', async () => {
    const here = { latitude: 12.97, longitude: 77.59 };
    await put('HR Settings', 'HR Settings', { allow_geolocation_tracking: 1 });
    const text = 'Latitude and longitude values are required for checking in.';
    expect((await addLog(here)).messages[0]!.message).toBe(text);
    const direct = { employee: 'HR-EMP-00001', time: MORNING, ...here };
    expect((await ask(resource('Employee Checkin'), { body: direct })).status).toBe(200);
    await restart({ newerHrms: true });
    await put('HR Settings', 'HR Settings', { allow_geolocation_tracking: 1 });
    expect((await addLog(here)).status).toBe(200);
  });

  test('case 68: microseconds make two punches; newer HRMS cuts them', async () => {
    await addLog({ timestamp: '2026-03-09 08:55:10' });
    expect((await addLog({ timestamp: '2026-03-09 08:55:10.123456' })).status).toBe(200);
    await restart({ newerHrms: true });
    await addLog({ timestamp: '2026-03-09 08:55:10' });
    expect((await addLog({ timestamp: '2026-03-09 08:55:10.123456' })).status).toBe(417);
  });

  test('times with a zone are 500: a TypeError where a shift is compared', async () => {
    const told = await addLog({ timestamp: '2026-03-09T09:00:00Z' });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'TypeError']);
    await put('Employee', 'HR-EMP-00001', { default_shift: null });
    expect((await addLog({ timestamp: '2026-03-09T09:00:00Z' })).json['exc_type']).toBe('OperationalError');
    expect((await addLog({ timestamp: 'garbage' })).json['exc_type']).toBe('ParserError');
  });

  test('case 52: by GET it answers a name, stores nothing, and uses the name again', async () => {
    const query = new URLSearchParams({ employee_field_value: '1', timestamp: MORNING });
    const told = await ask(`${ADD_LOG}?${query.toString()}`);
    expect([told.status, told.at('message.name')]).toEqual([200, 'EMP-CKIN-03-2026-000001']);
    expect(site.checkins()).toHaveLength(0);
    expect((await addLog({})).at('message.name')).toBe('EMP-CKIN-03-2026-000001');
  });
});

describe('contract case 69: identical punches at once', () => {
  const together = (body: unknown): Promise<Told[]> =>
    Promise.all(Array.from({ length: 10 }, () => ask(resource('Employee Checkin'), { body })));
  const punch = { employee: 'HR-EMP-00001', time: MORNING, log_type: 'IN' };

  test('all pass the duplicate check, which reads a snapshot', async () => {
    site.faults.add({ kind: 'race', ms: 10_000, parties: 10 });
    const told = await together(punch);
    expect(told.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(new Set(site.checkins().map((doc) => doc['name'])).size).toBe(10);
  });

  test.each(['v15', 'v14'] as const)('a unique custom field lets exactly one through (%s)', async (profile) => {
    await restart({ profile });
    const field = {
      dt: 'Employee Checkin',
      fieldname: 'custom_bdc_punch_id',
      label: 'BDC Punch ID',
      fieldtype: 'Data',
    };
    await ask(resource('Custom Field'), { body: { ...field, unique: 1, no_copy: 1, read_only: 1 } });
    site.faults.add({ kind: 'race', ms: 10_000, parties: 10 });
    const told = await together({ ...punch, custom_bdc_punch_id: 'p1' });
    expect(told.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = told.filter(({ status }) => status === 417);
    expect(refused).toHaveLength(9);
    for (const { json, messages } of refused) {
      expect(json['exc_type']).toBe(profile === 'v14' ? undefined : 'UniqueValidationError');
      expect(messages[0]!.message).toBe('BDC Punch ID must be unique');
    }
    expect(site.checkins()).toHaveLength(1);
    site.faults.clear();
    const sequential = await ask(resource('Employee Checkin'), { body: { ...punch, custom_bdc_punch_id: 'p1' } });
    expect(sequential.messages[0]!.message).toContain('This employee already has a log with the same timestamp.');
    for (const second of ['21', '22']) await addLog({ timestamp: `2026-03-09 10:00:${second}` });
    expect(site.checkins()).toHaveLength(3); // rows without the field do not collide
  });
});

describe('contract cases: neighbours of the check-in', () => {
  const stamp = { last_sync_of_checkin: '2026-03-09 19:00:01' };

  test('case 70: the stamp is for HR, not for System Managers', async () => {
    expect((await put('Shift Type', 'Day Shift', stamp, 'hr-user')).status).toBe(200);
    expect((await put('Shift Type', 'Day Shift', stamp, 'system-manager')).status).toBe(403);
  });

  test('case 71: auto attendance marks who punched and who did not', async () => {
    await put('Shift Type', 'Day Shift', {
      process_attendance_after: '2026-03-08',
      enable_late_entry_marking: 1,
      late_entry_grace_period: 15,
      enable_early_exit_marking: 1,
      early_exit_grace_period: 10,
    });
    await addLog({ log_type: 'IN' });
    await addLog({ timestamp: '2026-03-09 17:40:00', log_type: 'OUT' });
    await addLog({ employee_field_value: '2', timestamp: '2026-03-09 09:00:00', log_type: 'IN' });
    await addLog({ employee_field_value: '2', timestamp: '2026-03-09 18:00:00', log_type: 'OUT' });
    const run = () => ask(resource('Shift Type', 'Day Shift'), { body: { run_method: 'process_auto_attendance' } });
    expect((await run()).text).toBe('{}');
    expect(site.documents('Attendance')).toHaveLength(0); // without the stamp nothing happens
    await put('Shift Type', 'Day Shift', { last_sync_of_checkin: '2026-03-09 19:00:00' });
    await run();
    expect(site.documents('Attendance').filter((doc) => doc['status'] === 'Present')).toHaveLength(0);
    await put('Shift Type', 'Day Shift', stamp);
    const told = await run();
    expect([told.status, told.text]).toEqual([200, '{}']);
    const made = site.documents('Attendance');
    const of = (employee: string, date: string) =>
      made.find((doc) => doc['employee'] === employee && doc['attendance_date'] === date);
    expect(of('HR-EMP-00001', '2026-03-09')).toMatchObject({
      status: 'Present',
      working_hours: 8.33,
      late_entry: 1,
      early_exit: 1,
      docstatus: 1,
      shift: 'Day Shift',
    });
    expect(of('HR-EMP-00002', '2026-03-09')).toMatchObject({ working_hours: 9, late_entry: 0, early_exit: 0 });
    expect(of('HR-EMP-00003', '2026-03-08')).toMatchObject({ status: 'Absent' });
    expect(of('HR-EMP-00003', '2026-03-09')).toBeUndefined();
    const rows = site.checkins().filter((doc) => doc['employee'] === 'HR-EMP-00001');
    expect(rows.every((doc) => doc['attendance'] === of('HR-EMP-00001', '2026-03-09')!['name'])).toBe(true);
    await run();
    expect(site.documents('Attendance')).toHaveLength(made.length);
  });

  test('a punch that comes after the attendance is skipped, with the reason', async () => {
    await put('Shift Type', 'Day Shift', { process_attendance_after: '2026-03-09', ...stamp });
    const run = () => ask(resource('Shift Type', 'Day Shift'), { body: { run_method: 'process_auto_attendance' } });
    await addLog({ log_type: 'IN' });
    await run();
    await addLog({ timestamp: '2026-03-09 17:40:00', log_type: 'OUT' });
    await run();
    expect(site.checkins()[1]).toMatchObject({ skip_auto_attendance: 1, attendance: null });
    expect(site.documents('Comment')[0]!['content']).toMatch(/^Reason for skipping auto attendance:/);
  });

  test('an unknown controller method is a page', async () => {
    const told = await ask(resource('Shift Type', 'Day Shift'), { body: { run_method: 'nope' } });
    expect([told.status, told.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(told.text).toContain('Method nope not found');
    const none = await ask(resource('Shift Type', 'Day Shift'), { body: {} });
    expect([none.status, none.json['exc_type']]).toEqual([500, 'KeyError']);
  });

  test('case 72: device ids are unique; blanks may repeat', async () => {
    const told = await setDeviceId('HR-EMP-00002', '1');
    expect([told.status, told.json['exc_type']]).toEqual([417, 'UniqueValidationError']);
    expect(told.messages[0]!.message).toBe('Attendance Device ID (Biometric/RF tag ID) must be unique');
    expect((await setDeviceId('HR-EMP-00002', '')).status).toBe(200);
    expect((await setDeviceId('HR-EMP-00003', '')).status).toBe(200);
  });

  test('case 73: the holiday list is for the HR Manager', async () => {
    const path = resource('Holiday List', 'Sandbox Holidays');
    expect((await ask(path, { as: 'hr-user' })).status).toBe(403);
    expect((await ask(path, { as: 'hr-manager' })).at('data.total_holidays')).toBe(2);
  });

  test('case 81, as far as Shift Type: its name must be given', async () => {
    const told = await ask(resource('Shift Type'), { body: { start_time: '09:00:00', end_time: '17:00:00' } });
    expect(told.messages[0]!.message).toBe('Please set the document name');
  });

  test('an assigned night shift takes punches of the next morning', async () => {
    const night = { name: 'Night', start_time: '22:00:00', end_time: '06:00:00' };
    await ask(resource('Shift Type'), { body: night });
    const assignment = {
      employee: 'HR-EMP-00001',
      company: 'Sandbox Company',
      shift_type: 'Night',
      start_date: '2026-03-01',
    };
    await ask(resource('Shift Assignment'), { body: { ...assignment, docstatus: 1 } });
    const told = await addLog({ timestamp: '2026-03-10 06:59:00', log_type: 'OUT' });
    expect(told.json['message']).toMatchObject({ shift: 'Night', shift_start: '2026-03-09 22:00:00' });
  });

  test('bulk_fetch_shift finds a shift that was assigned later', async () => {
    await put('Employee', 'HR-EMP-00001', { default_shift: null });
    const name = (await addLog({})).at('message.name');
    await put('Employee', 'HR-EMP-00001', { default_shift: 'Day Shift' });
    expect(site.checkins()[0]!['shift']).toBeNull();
    await ask(`${CHECKIN_METHODS}.bulk_fetch_shift`, { body: { checkins: [name] } });
    expect(site.checkins()[0]!['shift']).toBe('Day Shift');
  });

  test('a renamed employee keeps its check-ins, and its modified', async () => {
    await addLog({});
    const before = site.employees().find((doc) => doc['name'] === 'HR-EMP-00001')!;
    await site.faults.renameEmployee('HR-EMP-00001', 'E-1');
    expect(site.checkins()[0]!['employee']).toBe('E-1');
    expect((await ask(resource('Employee', 'E-1'))).at('data.modified')).toBe(before['modified']);
    expect((await ask(resource('Employee', 'HR-EMP-00001'))).status).toBe(404);
  });

  test('the least-privilege recipe gives a role exactly create and time', async () => {
    const manager = '/api/method/frappe.core.page.permission_manager.permission_manager';
    const rule = { role: 'Punch Writer', doctype: 'Employee Checkin', parent: 'Employee Checkin' };
    await ask(resource('Role'), { body: { role_name: 'Punch Writer' } });
    await put('User', 'nobody@example.com', { roles: [{ role: 'Punch Writer' }] });
    const steps = [
      ['add', { permlevel: 0 }],
      ['update', { permlevel: 0, ptype: 'create', value: '1' }],
      ['update', { permlevel: 0, ptype: 'write', value: '1' }],
    ] as const;
    for (const [step, more] of steps)
      expect((await ask(`${manager}.${step}`, { body: { ...rule, ...more } })).text).toBe('{}');
    expect((await addLog({}, 'nobody')).at('message.time')).toBeUndefined(); // level 1 is not his to see
    expect(site.checkins()[0]!['time']).toBe('2026-03-10 12:00:00');
    await ask(`${manager}.add`, { body: { ...rule, permlevel: 1 } });
    await ask(`${manager}.update`, { body: { ...rule, permlevel: 1, ptype: 'write', value: '1' } });
    expect((await addLog({}, 'nobody')).at('message.time')).toBe(MORNING);
    expect((await ask(resource('Employee'), { as: 'nobody' })).status).toBe(403);
    expect((await ask(`${manager}.add`, { as: 'hr-user', body: { ...rule, permlevel: 0 } })).status).toBe(403);
  });
});
