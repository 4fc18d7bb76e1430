import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ErpNextClient } from '@biolistener/erpnext';
import type { RunningWorker } from '../src/index.ts';
import { Bench, until } from './helpers/bench.ts';
import { startSpyProxy } from './helpers/spy-proxy.ts';

jest.setTimeout(60_000);

let bench: Bench;
let admin: ErpNextClient;
const ONE = 'HR-EMP-00001';
const TWO = 'HR-EMP-00002';

beforeEach(async () => {
  bench = await Bench.open();
  admin = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
});
afterEach(async () => {
  admin.close();
  await bench.close();
});

const delivering = (worker: RunningWorker): Promise<void> => until(() => worker.status().isDelivering, 'delivering');
const outcomes = async (id: Parameters<Bench['delivery']>[0]): Promise<string[]> =>
  (await bench.store.listAttempts(bench.targetId, id)).map((attempt) => attempt.outcome);

/** PIN 1 belongs to the other employee from now on, and the mirror knows. */
async function movePin(): Promise<void> {
  await admin.update('Employee', ONE, { attendance_device_id: '' });
  await admin.update('Employee', TWO, { attendance_device_id: '1' });
  const holders = async () => (await bench.store.findEmployees(bench.targetId, '1')).map((row) => row.name);
  await until(async () => String(await holders()) === TWO, 'the mirror knows');
}

describe('a change of the employee id field', () => {
  beforeEach(async () => {
    // the two fields name each other's employee
    await admin.update('Employee', ONE, { employee_number: '2' });
    await admin.update('Employee', TWO, { employee_number: '1' });
    bench.settings = { ...bench.settings, mirrorEverySeconds: 3600 };
  });
  const changeField = (): void => void (bench.settings = { ...bench.settings, employeeIdField: 'employee_number' });

  test('credits no punch by the old field, in any of several workers', async () => {
    const workers = [await bench.worker(), await bench.worker()];
    await Promise.all(workers.map(delivering));
    changeField();
    await bench.punch(['1', '2026-03-09 09:00:00'], ['2', '2026-03-09 09:01:00']);
    await bench.allDone(2);
    expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:01:00`, `${TWO} 2026-03-09 09:00:00`]);
    await Promise.all(workers.map(delivering));
  });

  test('holds deliveries without an attempt and says so, until all employees are read by it', async () => {
    const worker = await bench.worker();
    await delivering(worker);
    const fault = bench.sandbox.faults.add({ kind: 'maintenance', method: 'GET', path: 'resource/Employee$' });
    changeField();
    const [id] = await bench.punch(['1', '2026-03-09 09:00:00']);
    await until(() => /by the field employee_number: .*Session Stopped/.test(worker.status().message), 'it says so');
    expect(worker.status()).toMatchObject({ isDelivering: false, mirror: { heldIdField: '' } });
    expect(await outcomes(id!)).toEqual([]);
    bench.sandbox.faults.remove(fault);
    await bench.allDone(1);
    expect(bench.checkins()).toEqual([`${TWO} 2026-03-09 09:00:00`]);
  });

  test('that another process has begun holds deliveries here too', async () => {
    const worker = await bench.worker();
    await delivering(worker);
    await bench.store.claimLease(`mirror:${bench.targetId}`, 'another', 60_000, Date.now() + 1e9);
    await bench.store.setCursor(`mirror-field.${bench.targetId}`, '');
    const [id] = await bench.punch(['1', '2026-03-09 09:00:00']);
    await until(() => !worker.status().isDelivering, 'held');
    expect(await outcomes(id!)).toEqual([]);
    expect(bench.checkins()).toEqual([]);
    await bench.store.setCursor(`mirror-field.${bench.targetId}`, 'attendance_device_id');
    await bench.allDone(1);
    expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:00:00`]);
  });
});

test('the employees of a worker that is killed are looked at by another one 15 s later', async () => {
  await delivering(await bench.worker());
  const isFree = (at: number) => bench.store.claimLease(`mirror:${bench.targetId}`, 'another', 60_000, at);
  expect(await isFree(Date.now() + 15_001)).toBe(true); // as if nobody had renewed it since
});

test('a killed process that still has the lease of the mirror holds no delivery', async () => {
  const killed = await bench.worker();
  await delivering(killed);
  await killed.stop();
  const name = `mirrored.${bench.targetId}.attendance_device_id`;
  expect(await bench.store.getCursor(name)).toMatch(/^\d+$/);
  await bench.store.setCursor(name, String(Date.now() - 5_000)); // too old to count as fresh
  await bench.store.claimLease(`mirror:${bench.targetId}`, 'killed', 120_000, Date.now());
  await delivering(await bench.worker());
  await bench.punch(['1', '2026-03-09 09:00:00']);
  await bench.allDone(1);
  expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:00:00`]);
});

describe('a PIN that moved to another employee makes no second check-in', () => {
  test('when a delivered punch is replayed', async () => {
    await bench.worker();
    const [id] = await bench.punch(['1', '2026-03-09 09:00:00']);
    await bench.allDone(1);
    await movePin();
    await bench.store.replay(bench.targetId, [id!], 'test');
    await until(async () => (await outcomes(id!)).length === 2, 'replayed');
    expect(await outcomes(id!)).toEqual(['created', 'found']);
    expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:00:00`]);
  });

  test('when the answer got lost before', async () => {
    const worker = await bench.worker();
    await delivering(worker);
    bench.sandbox.faults.add({ kind: 'drop-after-commit', path: 'Employee Checkin', method: 'POST', count: 1 });
    const down = bench.sandbox.faults.add({ kind: 'maintenance', path: 'Employee Checkin', skip: 1 });
    const [id] = await bench.punch(['1', '2026-03-09 09:00:00']);
    await until(async () => (await outcomes(id!)).length >= 1, 'answer lost');
    await movePin();
    bench.sandbox.faults.remove(down);
    await bench.allDone(1);
    expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:00:00`]);
    expect((await outcomes(id!)).at(-1)).toBe('found');
  });

  test('nor does one that the site refused go to the new employee', async () => {
    await admin.update('Employee', ONE, { status: 'Inactive' });
    await bench.worker();
    const ids = await bench.punch(['1', '2026-03-09 09:00:00']);
    expect(await bench.allParked(ids)).toEqual(['inactive-employee']);
    await movePin();
    await until(async () => (await outcomes(ids[0]!)).length === 2, 'tried again');
    expect(await bench.allParked(ids)).toEqual(['inactive-employee']);
    await admin.update('Employee', ONE, { status: 'Active' });
    await bench.allDone(1);
    expect(bench.checkins()).toEqual([`${ONE} 2026-03-09 09:00:00`]);
  });
});

test('an employee that the site lists and yet does not find is parked after one request, with its text', async () => {
  const text = `Could not find Employee: ${ONE}`;
  const proxy = await startSpyProxy(bench.sandbox.url, (employee) => (employee === ONE ? text : undefined));
  bench.onClose(() => proxy.stop());
  bench.siteUrl = proxy.url;
  await bench.worker();
  const ids = await bench.punch(['1', '2026-03-09 09:00:00']);
  expect(await bench.allParked(ids)).toEqual(['refused']);
  expect((await bench.delivery(ids[0]!))?.detail).toContain(text);
  expect(proxy.posts()).toHaveLength(1);
});

test('after the key was rotated, the status says that a person must act; nothing is parked', async () => {
  const worker = await bench.worker();
  await delivering(worker);
  await bench.sandbox.faults.rotateKey('sandbox@example.com');
  await bench.punch(['1', '2026-03-09 09:00:00']);
  await until(() => worker.status().circuit.state !== 'closed', 'held back');
  expect(worker.status().message).toContain('refuses our key or its rights; a person must act');
  expect((await bench.store.deliveryCounts(bench.targetId)).parked).toBe(0);
  await bench.sandbox.faults.rotateKey('sandbox@example.com', 'sandbox');
  await bench.allDone(1);
});
