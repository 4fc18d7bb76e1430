import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DEFAULT_LOG_TYPE_POLICY } from '@biolistener/core';
import { ErpNextClient, provisionPunchIdField, PUNCH_ID_FIELD } from '@biolistener/erpnext';
import { Bench, until } from './helpers/bench.ts';
import { startSpyProxy } from './helpers/spy-proxy.ts';

jest.setTimeout(60_000);

let bench: Bench;
const provision = async (): Promise<void> => {
  const client = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  await provisionPunchIdField(client);
  client.close();
};

beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

test('a punch becomes one check-in, with site time, device and punch id', async () => {
  await provision();
  await bench.worker();
  const [id] = await bench.punch(['7', '2026-03-09 08:55:10']);
  await bench.allDone(1);
  expect(bench.sandbox.checkins()).toMatchObject([
    { employee: 'HR-EMP-00007', time: '2026-03-09 08:55:10', device_id: 'Gate 1', [PUNCH_ID_FIELD]: id },
  ]);
  expect(await bench.delivery(id!)).toMatchObject({ state: 'done', checkin: bench.sandbox.checkins()[0]!['name'] });
  expect((await bench.store.listAttempts(bench.targetId, id!)).map((attempt) => attempt.outcome)).toEqual(['created']);
});

test('the status says when a Shift Type goes by log types that nobody sends, and punches go all the same', async () => {
  const worker = await bench.worker();
  await until(() => worker.status().isDelivering, 'delivering');
  expect(worker.status().message).toMatch(/^Delivering to .*Day Shift .*strictly by log type.*log_type\.policy/);
  await bench.punch(['7', '2026-03-09 08:55:10']);
  await bench.allDone(1);
  bench.settings = { ...bench.settings, logTypePolicy: { ...DEFAULT_LOG_TYPE_POLICY, kind: 'alternate' } };
  expect(worker.status().message).toBe('Delivering to the sandbox.');
});

test('a terminal in another zone than the site is converted, over a change of daylight saving', async () => {
  await bench.worker();
  await bench.punch(
    ['1', '2026-03-28 23:30:00', { zone: 'Europe/Berlin', instant: Date.UTC(2026, 2, 28, 22, 30) }],
    ['1', '2026-03-29 03:30:00', { zone: 'Europe/Berlin', instant: Date.UTC(2026, 2, 29, 1, 30) }],
  );
  await bench.allDone(2);
  expect(bench.checkins()).toEqual(['HR-EMP-00001 2026-03-29 02:30:00', 'HR-EMP-00001 2026-03-29 05:30:00']);
});

test('many punches of few people arrive once each, with one request in flight per employee', async () => {
  await provision();
  const proxy = await startSpyProxy(bench.sandbox.url);
  bench.onClose(() => proxy.stop());
  bench.siteUrl = proxy.url;
  bench.sandbox.faults.add({ kind: 'delay', ms: 5, path: 'Employee Checkin', method: 'POST' });
  await bench.worker();
  await bench.worker();
  const times = Array.from({ length: 20 }, (_, i) => `2026-03-09 08:${String(10 + i)}:00`);
  await bench.punch(...times.flatMap((time) => ['1', '2', '3', '4', '5'].map((pin) => [pin, time] as const)));
  await bench.allDone(100);
  expect(bench.sandbox.checkins()).toHaveLength(100);
  expect(proxy.mostPerEmployee()).toBe(1);
  expect(proxy.most()).toBeGreaterThan(1);
  const first = proxy.posts().filter((post) => post.employee === 'HR-EMP-00001');
  expect(first.map((post) => post.time)).toEqual(times);
});

describe('log types', () => {
  test('alternate per employee, decided once and kept', async () => {
    bench.settings = { ...bench.settings, logTypePolicy: { ...DEFAULT_LOG_TYPE_POLICY, kind: 'alternate' } };
    await bench.worker();
    const ids = await bench.punch(
      ['1', '2026-03-09 18:00:00'],
      ['1', '2026-03-09 09:00:00'],
      ['1', '2026-03-10 09:00:00'],
    );
    await bench.allDone(3);
    expect(bench.checkins()).toEqual([
      'HR-EMP-00001 2026-03-09 09:00:00 IN',
      'HR-EMP-00001 2026-03-09 18:00:00 OUT',
      'HR-EMP-00001 2026-03-10 09:00:00 IN',
    ]);
    expect((await bench.delivery(ids[0]!))?.logTypeSource).toBe('after IN');
  });

  test('are decided for each punch once: one that comes again turns nothing', async () => {
    bench.settings = { ...bench.settings, logTypePolicy: { ...DEFAULT_LOG_TYPE_POLICY, kind: 'alternate' } };
    await bench.worker();
    const [first] = await bench.punch(['1', '2026-03-09 09:00:00']);
    await bench.allDone(1);
    await bench.punch(['1', '2026-03-09 09:00:00'], ['1', '2026-03-09 09:00:00']);
    await bench.store.replay(bench.targetId, [first!], 'test');
    await bench.punch(['1', '2026-03-09 18:00:00']);
    await bench.allDone(2);
    expect(bench.checkins()).toEqual(['HR-EMP-00001 2026-03-09 09:00:00 IN', 'HR-EMP-00001 2026-03-09 18:00:00 OUT']);
  });

  test("follow the terminal's own table of states", async () => {
    bench.settings = { ...bench.settings, logTypePolicy: { ...DEFAULT_LOG_TYPE_POLICY, kind: 'state' } };
    await bench.terminal({ stateMap: { '4': 'OUT' } });
    await bench.worker();
    await bench.punch(
      ['1', '2026-03-09 09:00:00', { state: 0, claimedDirection: 'IN' }],
      ['1', '2026-03-09 10:00:00', { state: 4 }],
    );
    await bench.allDone(2);
    expect(bench.checkins()).toEqual(['HR-EMP-00001 2026-03-09 09:00:00 IN', 'HR-EMP-00001 2026-03-09 10:00:00 OUT']);
  });
});

describe('parked punches go out by themselves, in time order', () => {
  const admin = (): ErpNextClient =>
    new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });

  test('once the employee of their PIN exists', async () => {
    await bench.worker();
    const ids = await bench.punch(['0099', '2026-03-09 18:00:00'], ['0099', '2026-03-09 09:00:00']);
    expect(await bench.allParked(ids)).toEqual(['unknown-pin', 'unknown-pin']);
    const client = admin();
    await client.update('Employee', 'HR-EMP-00009', { attendance_device_id: '0099' });
    client.close();
    await bench.allDone(2);
    expect(bench.sandbox.checkins().map((doc) => doc['time'])).toEqual(['2026-03-09 09:00:00', '2026-03-09 18:00:00']);
  });

  test('once the employee is active again', async () => {
    const client = admin();
    await client.update('Employee', 'HR-EMP-00003', { status: 'Inactive' });
    await bench.worker();
    const ids = await bench.punch(
      ['3', '2026-03-09 18:00:00'],
      ['3', '2026-03-09 09:00:00'],
      ['4', '2026-03-09 09:00:00'],
    );
    expect(await bench.allParked(ids.slice(0, 2))).toEqual(['inactive-employee', 'inactive-employee']);
    await bench.allDone(1);
    await client.update('Employee', 'HR-EMP-00003', { status: 'Active' });
    client.close();
    await bench.allDone(3);
    const times = bench.sandbox.checkins().filter((doc) => doc['employee'] === 'HR-EMP-00003');
    expect(times.map((doc) => doc['time'])).toEqual(['2026-03-09 09:00:00', '2026-03-09 18:00:00']);
  });

  test('a PIN is text: "0105" is not 105', async () => {
    const client = admin();
    await client.update('Employee', 'HR-EMP-00005', { attendance_device_id: '0105' });
    client.close();
    await bench.worker();
    const ids = await bench.punch(['105', '2026-03-09 09:00:00'], ['0105', '2026-03-09 09:01:00']);
    expect(await bench.allParked([ids[0]!])).toEqual(['unknown-pin']);
    await bench.allDone(1);
    expect(bench.checkins()).toEqual(['HR-EMP-00005 2026-03-09 09:01:00']);
  });

  test('an employee renamed a moment ago gets the check-in under the new name', async () => {
    bench.settings = { ...bench.settings, mirrorEverySeconds: 3600 };
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    await bench.sandbox.faults.renameEmployee('HR-EMP-00002', 'HR-EMP-90002');
    await bench.punch(['2', '2026-03-09 09:00:00']);
    await bench.allDone(1);
    expect(bench.checkins()).toEqual(['HR-EMP-90002 2026-03-09 09:00:00']);
  });
});
