import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ErpNextClient, MANAGER_RULES, SERVICE_RULES } from '../../src/index.ts';
import { definitions, PROFILES, TestSite } from './site-of-test.ts';

jest.setTimeout(60_000);

// Rights of the service on our DocTypes, and what it does with each; one that it does not use is too much.
const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Biometric Device level 0': {
    read: 'what people decided',
    write: 'a brand that was left empty',
    create: 'a terminal that calls for the first time',
  },
  'Biometric Device level 1': { read: 'what stands there', write: 'what the terminal reports' },
  'Biometric Device User level 0': {
    read: 'who is wanted where',
    write: 'a device that an order allows, and the rows of the table',
    create: 'a PIN that nobody has',
  },
  'Biometric Device User level 1': { read: 'what stands there', write: 'what became of it' },
  'Biometric Device Command level 0': { read: 'orders', write: 'saving its own fields takes this as well' },
  'Biometric Device Command level 1': { read: 'what stands there', write: 'what became of it' },
  'Biometric Device Command level 2': { read: 'whether a door may be opened' },
  'Biometric Device Command level 3': { read: 'whether anything else may be done' },
  'Biometric Integration Settings level 0': { read: 'settings', write: 'saving its own fields takes this as well' },
  'Biometric Integration Settings level 1': { read: 'what stands there', write: 'how it is' },
};

test('the role of the service has the rights that it uses, and no other', () => {
  type Rule = Readonly<Record<string, unknown>>;
  const rules = definitions.doctypes.flatMap((doctype) =>
    (doctype['permissions'] as Rule[]) // of our own definitions
      .filter((rule) => rule['role'] === 'Biometric Service')
      .map((rule) => {
        const flags = Object.keys(rule).filter((key) => !['role', 'permlevel'].includes(key) && rule[key] === 1);
        return [`${String(doctype['name'])} level ${String(rule['permlevel'])}`, flags.toSorted()] as const;
      }),
  );
  const needed = Object.entries(NEEDED).map(([where, flags]) => [where, Object.keys(flags).toSorted()] as const);
  expect(Object.fromEntries(rules)).toEqual(Object.fromEntries(needed));
  expect(SERVICE_RULES.map(({ doctype, permlevel, flags }) => [doctype, permlevel, ...flags])).toEqual([
    ['Employee', 0, 'read'],
    ['Employee Checkin', 0, 'read', 'write', 'create', 'delete'],
    ['Employee Checkin', 1, 'read', 'write'],
    ['Shift Type', 0, 'read', 'write'],
  ]);
  expect(MANAGER_RULES.map(({ doctype, permlevel, flags }) => [doctype, permlevel, ...flags])).toEqual([
    ['Employee', 0, 'select'],
    ['Branch', 0, 'select'],
  ]);
});

// Who may do what is decided by the site, not by the buttons: these are its rules, tried with each role's own key.
describe.each(PROFILES)('on a %s site', (profile) => {
  let site: TestSite;
  let service: ErpNextClient;
  let manager: ErpNextClient;
  let operator: ErpNextClient;
  const SERIAL = 'TEST0001';

  beforeAll(async () => {
    site = await TestSite.open(profile);
    const { keys } = await site.install();
    service = site.service(keys);
    manager = await site.person('manager', ['Biometric Manager', 'HR User']);
    operator = await site.person('operator', ['Biometric Door Operator']);
    await manager.create('Biometric Device', { serial: SERIAL, time_zone: 'Asia/Dubai' });
  });
  afterAll(() => site.stop());

  const refused = { code: 'ERPNEXT_KEY_REFUSED' };
  const order = (client: ErpNextClient, type: string) =>
    client.create('Biometric Device Command', { device: SERIAL, type, door_order: 1, manager_order: 1 });
  const read = (doctype: string, name: string) => site.admin().get(doctype, name);

  test('a person writes settings of a device, and never what the service reports', async () => {
    await manager.update('Biometric Device', SERIAL, {
      device_name: 'Gate',
      status: 'Approved',
      online: 1,
      firmware: 'x',
    });
    expect(await read('Biometric Device', SERIAL)).toMatchObject({ device_name: 'Gate', status: 'Pending', online: 0 });
    await service.update('Biometric Device', SERIAL, {
      status: 'Approved',
      online: 1,
      abilities: { commands: ['info'] },
    });
    expect(await read('Biometric Device', SERIAL)).toMatchObject({
      device_name: 'Gate',
      status: 'Approved',
      online: 1,
    });
  });

  test('a person’s save leaves what the service reports about a user alone', async () => {
    const { data } = await manager.create('Biometric Device User', { user_id: '0005', devices: [{ device: SERIAL }] });
    const [row] = data['devices'] as { name: string }[];
    await service.update('Biometric Device User', '0005', {
      devices: [{ name: row!.name, device: SERIAL, state: 'Confirmed', reason: 'read back' }],
      sync_state: 'In Sync',
    });
    await manager.update('Biometric Device User', '0005', {
      sync_state: 'Failed',
      user_name: 'Somebody',
    });
    const user = await read('Biometric Device User', '0005');
    expect(user).toMatchObject({ user_name: 'Somebody', sync_state: 'In Sync', devices: [{ state: 'Confirmed' }] });
  });

  test('a command carries the order that its author’s role allows, whatever was sent', async () => {
    const byManager = (await order(manager, 'Restart')).data;
    expect(await read('Biometric Device Command', String(byManager['name']))).toMatchObject({
      name: expect.stringMatching(/^BDC-\d{9}$/),
      manager_order: 1,
      door_order: 0,
      status: 'Pending',
    });
    const byOperator = (await order(operator, 'Open Door')).data;
    expect(await read('Biometric Device Command', String(byOperator['name']))).toMatchObject({
      manager_order: 0,
      door_order: 1,
    });
  });

  test('nobody closes a command but the service; a manager may ask for it to be cancelled', async () => {
    const name = String((await order(manager, 'Get Info')).data['name']);
    await manager.update('Biometric Device Command', name, {
      status: 'Success',
      response: 'made up',
      cancel_requested: 1,
    });
    expect(await read('Biometric Device Command', name)).toMatchObject({ status: 'Pending', cancel_requested: 1 });
    await service.update('Biometric Device Command', name, { status: 'Closed', attempts: 1 });
    expect(await read('Biometric Device Command', name)).toMatchObject({ status: 'Closed', attempts: 1 });
  });

  test('a door operator sees devices and own commands, changes none, and no people', async () => {
    const { name } = (await order(manager, 'Set Clock')).data;
    await expect(operator.get('Biometric Device Command', String(name))).rejects.toMatchObject(refused);
    await expect(operator.update('Biometric Device', SERIAL, { disabled: 1 })).rejects.toMatchObject(refused);
    await expect(
      operator.list('Biometric Device User', { fields: ['name'], orderBy: 'name asc', length: 1 }),
    ).rejects.toMatchObject(refused);
    expect(await operator.get('Biometric Device', SERIAL)).toMatchObject({ serial: SERIAL });
  });

  test('the service gives no orders, and forges no right to them', async () => {
    await expect(order(service, 'Restart')).rejects.toMatchObject(refused);
    const name = String((await order(operator, 'Restart')).data['name']);
    await service.update('Biometric Device Command', name, { manager_order: 1, door_order: 1, response: 'x' });
    expect(await read('Biometric Device Command', name)).toMatchObject({
      manager_order: 0,
      door_order: 1,
      response: 'x',
    });
    const forged = String((await order(manager, 'Open Door')).data['name']);
    await service.update('Biometric Device Command', forged, { door_order: 1 });
    expect(await read('Biometric Device Command', forged)).toMatchObject({ door_order: 0 });
  });

  test('who only manages devices chooses employees and branches by name, and sees nothing else of them', async () => {
    const alone = await site.person('alone', ['Biometric Manager']);
    const query = { fields: ['name'], orderBy: 'name asc', length: 5 };
    expect((await alone.list('Employee', query)).length).toBeGreaterThan(0);
    expect((await alone.list('Branch', query)).length).toBeGreaterThan(0);
    await expect(alone.get('Employee', 'HR-EMP-00001')).rejects.toMatchObject(refused);
    await alone.create('Biometric Device User', { user_id: '0006', employee: 'HR-EMP-00002' });
    await alone.update('Biometric Device', SERIAL, { branch: 'Main Branch' });
    expect(await read('Biometric Device', SERIAL)).toMatchObject({ branch: 'Main Branch' });
  });

  test('passwords of terminals are never read back', async () => {
    await manager.update('Biometric Device', SERIAL, { comm_key: '4711' });
    for (const client of [manager, service])
      expect((await client.get('Biometric Device', SERIAL))['comm_key']).toMatch(/^\*+$/);
  });

  test('a command without a type is refused instead of becoming the first of the list', async () => {
    await expect(manager.create('Biometric Device Command', { device: SERIAL })).rejects.toMatchObject({
      code: 'ERPNEXT_REFUSED',
    });
  });

  test('the service makes check-ins with their times, moves the stamp, and may do nothing else of HR', async () => {
    const time = '2001-02-03 04:05:06';
    const { data } = await service.create('Employee Checkin', {
      employee: 'HR-EMP-00001',
      time,
      skip_auto_attendance: 1,
    });
    expect((await service.get('Employee Checkin', String(data['name'])))['time']).toBe(time);
    await service.remove('Employee Checkin', String(data['name']));
    await service.update('Shift Type', 'Day Shift', { last_sync_of_checkin: '2026-01-01 00:00:00' });
    expect(await service.get('Employee', 'HR-EMP-00001')).toMatchObject({ name: 'HR-EMP-00001' });
    await expect(service.update('Employee', 'HR-EMP-00001', { first_name: 'X' })).rejects.toMatchObject(refused);
    await expect(service.create('Shift Type', { name: 'X' })).rejects.toMatchObject(refused);
    await expect(service.get('User', 'manager@example.com')).rejects.toMatchObject(refused);
    await expect(service.remove('Biometric Device', SERIAL)).rejects.toMatchObject(refused);
    await expect(service.list('DocType', { fields: ['name'], orderBy: 'name asc', length: 1 })).rejects.toMatchObject(
      refused,
    );
  });
});
