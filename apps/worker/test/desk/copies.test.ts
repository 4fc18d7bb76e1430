import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { DEVICE, DEVICE_COMMAND, DEVICE_USER, RequestFailed } from '@biolistener/erpnext';
import { until } from '../helpers/bench.ts';
import { DeskBench, sn } from './desk-bench.ts';

jest.setTimeout(120_000);
let bench: DeskBench;

beforeEach(async () => {
  bench = await DeskBench.open();
  await bench.hear();
  for (const serial of ['DESK0001', 'DESK0002', 'DESK0003']) await bench.device(serial);
});
afterEach(() => bench.close());

const on = (...serials: string[]) => ({ devices: serials.map((device) => ({ device })) });
const user = (pin: string, more: object = on('DESK0001')) =>
  bench.people.create(DEVICE_USER, { user_id: pin, ...more });
const copy = async (more: object): Promise<string> => {
  const doc = { type: 'Copy To Devices', manager_order: 1, ...more };
  return String((await bench.people.create(DEVICE_COMMAND, doc)).data['name']);
};
const field = (name: string, of: string): unknown => bench.doc(DEVICE_COMMAND, name)?.[of];
const devicesOf = (pin: string): string[] => {
  const rows = bench.doc(DEVICE_USER, pin)?.['devices'];
  return Array.isArray(rows) ? rows.map((row: { device?: unknown }) => String(row.device)).toSorted() : [];
};
const assigned = async (pin: string) => {
  const person = await bench.store.findPerson(asPin(pin));
  return person === undefined ? [] : (await bench.store.assignmentsOf(person.id)).toSorted();
};
const ALL = ['DESK0001', 'DESK0002', 'DESK0003'];
const isRead = async (name: string) => {
  const ids = (await bench.commandsOf(name)).map(({ id }) => id);
  const how = { limit: 9, maxBytes: 1e6, now: Date.now(), leaseMs: 1e4, isOneOutstanding: false };
  await bench.store.takeCommands(sn('DESK0001'), how);
  await bench.store.markSent(ids, Date.now(), 60_000);
  await bench.store.verifyCommands(ids, 'answer', Date.now());
};

test('one user goes to all other devices that take people, and the answer counts them, also after a restart', async () => {
  await bench.device('PEND0001', { time_zone: '' });
  await bench.device('QUIET001', { disable_syncing: 1 });
  await user('7');
  const desk = await bench.started();
  await until(async () => (await bench.terminal('QUIET001'))?.isSyncOff === true, 'known');
  const name = await copy({ device: 'DESK0001', device_user: '7' });
  await until(() => Boolean(field(name, 'command_id')), 'told');
  expect([devicesOf('7'), await assigned('7')]).toEqual([ALL, ALL]);
  expect(field(name, 'response')).toBe('1 user is allowed on 2 other devices; what is missing there is sent.');
  await desk.stop();
  await isRead(name);
  await bench.started();
  await until(() => field(name, 'status') === 'Success', 'success');
  expect(field(name, 'response')).toBe('1 user is allowed on 2 other devices; what is missing there is sent. Done.');
});

test('one user goes to one device', async () => {
  await user('7');
  await bench.started();
  const name = await copy({ device_user: '7', parameters: '{"to":"DESK0003"}' });
  await until(() => field(name, 'status') === 'Success', 'success');
  expect(await assigned('7')).toEqual(['DESK0001', 'DESK0003']);
  expect(field(name, 'response')).toBe('1 user is allowed on 1 other device; what is missing there is sent.');
});

test('one user without a device is sent to where they are allowed, and nowhere else', async () => {
  await user('7', on('DESK0002'));
  await bench.started();
  const name = await copy({ device_user: '7' });
  await until(() => field(name, 'status') === 'Success', 'success');
  expect(await assigned('7')).toEqual(['DESK0002']);
});

test('everybody who is allowed on a device goes to all others, and nobody else', async () => {
  const there = Array.from({ length: 12 }, (_, i) => `A${i}`);
  for (const pin of there) await user(pin);
  await user('B1', on('DESK0002'));
  await user('B2', { ...on('DESK0001'), enabled: 0 });
  await user('B3', { allow_in_all_devices: 1 });
  await bench.started();
  const name = await copy({ device: 'DESK0001' });
  await until(() => Boolean(field(name, 'command_id')), 'told');
  for (const pin of there) expect([devicesOf(pin), await assigned(pin)]).toEqual([ALL, ALL]);
  expect([devicesOf('B1'), devicesOf('B2'), devicesOf('B3')]).toEqual([['DESK0002'], ['DESK0001'], []]);
  expect(field(name, 'response')).toBe('13 users are allowed on 2 other devices; what is missing there is sent.');
});

test('one whom the site will not save is counted, and the others go', async () => {
  for (const pin of ['1', '2', '3']) await user(pin);
  const client = bench.as('service');
  const request = client.request.bind(client);
  client.request = (method, path, options) =>
    method === 'PUT' && path.endsWith('/2') && JSON.stringify(options).includes('DESK0003')
      ? Promise.reject(refusal)
      : request(method, path, options);
  await bench.started({ client });
  const name = await copy({ device: 'DESK0001' });
  await until(() => Boolean(field(name, 'command_id')), 'told');
  expect(field(name, 'response')).toContain('2 users are allowed on 2 other devices, and 1 could not be saved;');
  expect([await assigned('1'), await assigned('2'), await assigned('3')]).toEqual([ALL, ['DESK0001'], ALL]);
});

test('while everybody is copied, it is told what became of other orders', async () => {
  const there = Array.from({ length: 20 }, (_, i) => `A${i}`);
  for (const pin of there) await user(pin);
  const client = bench.as('service');
  const request = client.request.bind(client);
  const copied = () => there.filter((pin) => devicesOf(pin).length === ALL.length).length;
  let spent = 0;
  let other = 'not asked for yet';
  let before: number | undefined;
  bench.now = () => Date.now() + spent;
  client.request = (method, path, options) => {
    if (method !== 'PUT') return request(method, path, options);
    spent += 1000; // each is longer than a turn
    if (path.endsWith(`/${other}`)) before ??= copied();
    return request(method, path, options);
  };
  await bench.started({ client });
  await until(() => there.every((pin) => Boolean(bench.doc(DEVICE_USER, pin)?.['template_summary'])), 'users are told');
  const name = await copy({ device: 'DESK0001' });
  await until(() => copied() > 0, 'it goes on');
  const info = { device: 'DESK0002', type: 'Get Info', manager_order: 1 };
  other = String((await bench.people.create(DEVICE_COMMAND, info)).data['name']);
  await until(() => Boolean(field(other, 'command_id')), 'the other is told');
  await until(() => Boolean(field(name, 'command_id')), 'and the copy comes to its end');
  expect(before).toBeLessThan(there.length);
});

test('one that is cancelled on the way goes no further', async () => {
  for (let i = 10; i <= 21; i += 1) await user(`A${i}`);
  const client = bench.as('service');
  const request = client.request.bind(client);
  let name = '';
  let isCancelled = false;
  client.request = async (method, path, options) => {
    // once the first part is told
    if (method === 'PUT' && path.endsWith(name) && name !== '' && !isCancelled) {
      isCancelled = true;
      await bench.people.update(DEVICE_COMMAND, name, { cancel_requested: 1 });
    }
    return request(method, path, options);
  };
  const desk = await bench.started({ client });
  await until(async () => (await bench.store.listPersons({ state: 'active', limit: 99 })).length === 12, 'known');
  name = await copy({ device: 'DESK0001' });
  await until(() => field(name, 'status') === 'Closed', 'closed');
  expect([field(name, 'response'), await bench.commandsOf(name)]).toEqual(['Cancelled.', []]);
  expect([await assigned('A10'), await assigned('A21')]).toEqual([ALL, ['DESK0001']]);
  expect(desk.status().state).toBe('in-step');
});

test('from a device that is not approved, or where there is no other, it is refused', async () => {
  await user('7');
  await bench.started();
  await until(async () => (await bench.terminal('DESK0001'))?.status === 'approved', 'known');
  for (const serial of ['DESK0002', 'DESK0003']) await bench.people.update(DEVICE, serial, { disabled: 1 });
  await until(async () => (await bench.terminal('DESK0003'))?.status === 'blocked', 'blocked');
  const names = [await copy({ device: 'DESK0002', device_user: '7' }), await copy({ device: 'DESK0001' })];
  for (const name of names) await until(() => field(name, 'status') === 'Failed', 'refused');
  expect(names.map((name) => field(name, 'response'))).toEqual([
    'This device is not approved.',
    'No other device is approved and synced.',
  ]);
  expect(await assigned('7')).toEqual(['DESK0001']);
});

const refusal = new RequestFailed({
  kind: 'refused',
  status: 417,
  excType: 'ValidationError',
  text: 'HTTP 417: not this one',
  html: '',
  retryAfterMs: undefined,
  mayHaveArrived: false,
});
