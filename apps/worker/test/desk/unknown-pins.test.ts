import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asPin, type LocalDate } from '@biolistener/core';
import { DEFAULT_DELIVERY_SETTINGS, DEVICE_USER, ErpNextClient } from '@biolistener/erpnext';
import { Bench, SERIAL, until } from '../helpers/bench.ts';

jest.setTimeout(120_000);
const APP = new URL('../../../frappe', import.meta.url).pathname;
let bench: Bench;
let people: ErpNextClient;

beforeEach(async () => {
  bench = await Bench.open();
  await bench.sandbox.installApp(APP);
  people = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  bench.onClose(() => Promise.resolve(people.close()));
  const roles = ['Biometric Service', 'HR User'].map((role) => ({ role }));
  const keys = { api_key: 'service', api_secret: 'service' };
  await people.create('User', { email: 'service@example.com', first_name: 'service', ...keys, roles });
});
afterEach(() => bench.close());

const start = (unknownEmployee: 'park' | 'park-and-add') =>
  bench.worker({
    key: 'service',
    settings: () => ({ ...DEFAULT_DELIVERY_SETTINGS, unknownEmployee }),
    desk: { rulesOf: () => undefined, paces: { reconcileMs: 100, pushMs: 50, devicesMs: 5, perDocumentMs: 0 } },
  });
const users = () => bench.sandbox.documents(DEVICE_USER);
const isParked = async (id: Parameters<Bench['delivery']>[0]) => (await bench.delivery(id))?.state === 'parked';

test('a PIN that nobody has is shown in Desk, and its punches go once the employee is chosen there', async () => {
  const [late, early] = await bench.punch(['4711', '2026-03-09 08:00:00'], ['4711', '2026-03-07 08:00:00']);
  await start('park-and-add');
  await until(() => users().length === 1, 'shown');
  expect(users()).toMatchObject([{ name: '4711', valid_from: '2026-03-07', enabled: 1 }]);
  await people.update(DEVICE_USER, '4711', { employee: 'HR-EMP-00007' });
  for (const id of [late!, early!]) await until(async () => (await bench.delivery(id))?.state === 'done', 'delivered');
  expect((await bench.delivery(late!))?.employee).toBe('HR-EMP-00007');
});

test('one that a person deletes again does not come back, and the others are shown', async () => {
  const [id] = await bench.punch(['4711', '2026-03-09 08:00:00']);
  await start('park-and-add');
  await until(() => users().length === 1, 'shown');
  await people.remove(DEVICE_USER, '4711');
  await bench.punch(['4712', '2026-03-09 08:00:00']);
  await until(() => users().some((user) => user['name'] === '4712'), 'the other is shown');
  expect([users().length, await isParked(id!)]).toEqual([1, true]);
});

test('somebody who has the PIN by now keeps employee and dates', async () => {
  // punched before they had the PIN
  const [id] = await bench.punch(['4711', '2026-03-09 08:00:00'], ['4712', '2026-03-09 08:00:00']);
  const since = { validFrom: '2026-03-10' as LocalDate, origin: 'cli' as const };
  await bench.store.putPerson({ pin: asPin('4711'), employee: 'HR-EMP-00007', ...since }, 'cli:test', 1);
  await bench.store.putPerson({ pin: asPin('4712'), name: 'Ann', ...since }, 'cli:test', 1);
  await start('park-and-add');
  await until(() => users().length > 0, 'the other is shown');
  await until(async () => (await bench.store.findPerson(asPin('4712')))?.origin === 'desk', 'of Desk now');
  await bench.punch(['4713', '2026-03-09 08:00:00']);
  await until(() => users().some((user) => user['name'] === '4713'), 'another look');
  expect(users().map((user) => user['name'])).not.toContain('4711');
  const [kept, shown] = [await bench.store.findPerson(asPin('4711')), await bench.store.findPerson(asPin('4712'))];
  expect(kept).toMatchObject({ employee: 'HR-EMP-00007', validFrom: '2026-03-10', origin: 'cli' });
  expect([shown?.validFrom, await isParked(id!)]).toEqual(['2026-03-10', true]);
});

test('somebody who is on terminals stays there', async () => {
  const person = await bench.store.putPerson({ pin: asPin('4711'), name: 'Ann', origin: 'cli' }, 'cli:test', 1);
  await bench.store.assign(person.id, [SERIAL], 'cli:test', 1);
  await bench.punch(['4711', '2026-03-09 08:00:00']);
  await start('park-and-add');
  await until(() => users().length === 1, 'shown');
  expect(users()).toMatchObject([{ user_name: 'Ann', devices: [{ device: SERIAL }] }]);
  await until(async () => (await bench.store.findPerson(asPin('4711')))?.origin === 'desk', 'of Desk now');
  expect(await bench.store.assignmentsOf(person.id)).toEqual([SERIAL]);
});

test('nobody is added unless settings say so', async () => {
  const [id] = await bench.punch(['4711', '2026-03-09 08:00:00']);
  await start('park');
  await until(() => isParked(id!), 'parked');
  await people.create(DEVICE_USER, { user_id: '1' });
  await until(() => Boolean(users()[0]?.['template_summary']), 'a round went by');
  expect(users().map((user) => user['name'])).toEqual(['1']);
});
