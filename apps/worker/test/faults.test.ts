import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ErpNextClient, provisionPunchIdField, PUNCH_ID_FIELD } from '@biolistener/erpnext';
import type { Fault } from '@biolistener/sandbox';
import { Bench, until, ZONE } from './helpers/bench.ts';

jest.setTimeout(60_000);

let bench: Bench;
const provision = async (): Promise<void> => {
  const client = new ErpNextClient({ url: bench.sandbox.url, apiKey: 'sandbox', apiSecret: 'sandbox' });
  await provisionPunchIdField(client);
  client.close();
};
const minute = (i: number): string => `2026-03-09 08:${String(i).padStart(2, '0')}:00`;
const tenPunches = Array.from({ length: 10 }, (_, i) => [String(1 + (i % 3)), minute(i)] as const);
const expected = tenPunches.map(([pin, time]) => `HR-EMP-0000${pin} ${time}`).sort();

afterEach(() => bench.close());

const NO_DATABASE = {
  status: 500,
  exception: 'pymysql.err.OperationalError',
  text: "(2003, \"Can't connect to MySQL server on '127.0.0.1'\")",
} as const;

describe.each([true, false])('with the punch id field: %s, every punch arrives exactly once', (hasField) => {
  beforeEach(async () => {
    bench = await Bench.open();
    if (hasField) await provision();
  });

  const onCheckIns = { path: 'Employee Checkin', method: 'POST' } as const;
  const faults: readonly (readonly [string, Fault])[] = [
    ['the connection drops after the commit', { kind: 'drop-after-commit', ...onCheckIns, count: 4 }],
    ['the connection drops before the commit', { kind: 'drop-before-commit', ...onCheckIns, count: 4 }],
    ['the answer comes after our patience', { kind: 'delay-answer', ms: 2500, ...onCheckIns, count: 2 }],
    ['the commit comes after our patience', { kind: 'delay', ms: 2500, ...onCheckIns, count: 2 }],
    ['the proxy says 502', { kind: 'bad-gateway', ...onCheckIns, count: 4 }],
    ['the site has no database', { kind: 'broken', ...NO_DATABASE, ...onCheckIns, count: 4 }],
    ['the site cannot be reached behind its proxy', { kind: 'broken', status: 521, count: 4 }],
    ['the site is in maintenance', { kind: 'maintenance', count: 3 }],
    ['the site is read-only for a while', { kind: 'read-only', count: 3 }],
    ['the site asks to slow down', { kind: 'rate-limit', retryAfterSeconds: 1, count: 2 }],
    ['the key is refused for a while', { kind: 'unauthorized', count: 3 }],
    ['writes deadlock', { kind: 'deadlock', ...onCheckIns, count: 2 }],
  ];
  test.each(faults)('when %s', async (_story, fault) => {
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    bench.sandbox.faults.add(fault);
    await bench.punch(...tenPunches);
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
    expect(bench.sandbox.faults.list()[0]!.hits).toBeGreaterThan(0);
  });
});

describe('when the site is away', () => {
  beforeEach(async () => {
    bench = await Bench.open();
  });

  test('few requests are made, the status says why, and nothing is parked', async () => {
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    const fault = bench.sandbox.faults.add({ kind: 'maintenance', path: 'Employee Checkin' });
    const before = bench.sandbox.requestCount();
    await bench.punch(...tenPunches);
    await until(() => worker.status().circuit.failures >= 3, 'three probes');
    expect(worker.status().message).toContain('maintenance');
    expect(bench.sandbox.requestCount() - before).toBeLessThan(30);
    expect((await bench.store.deliveryCounts(bench.targetId)).parked).toBe(0);
    bench.sandbox.faults.remove(fault);
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
  });

  test.each([
    ['a page with 500', { status: 500 }, 'HTTP 500'],
    ['no database', NO_DATABASE, "Can't connect to MySQL server"],
  ])('%s opens the circuit, the status says so, and nothing is parked', async (_what, how, words) => {
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    const fault = bench.sandbox.faults.add({ kind: 'broken', ...how });
    await bench.punch(...tenPunches);
    await until(() => worker.status().circuit.failures >= 2, 'two probes');
    expect(worker.status().message).toContain(words);
    expect((await bench.store.deliveryCounts(bench.targetId)).parked).toBe(0);
    bench.sandbox.faults.remove(fault);
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
  });

  test('a user whose times are replaced by now delivers nothing, and says so', async () => {
    const worker = await bench.worker({ key: 'employee' });
    await bench.punch(...tenPunches);
    await until(() => worker.status().site.state === 'refused', 'refused');
    // this user may not even delete the probe, so the report names it
    const [probe, ...others] = bench.sandbox.checkins();
    expect(probe).toMatchObject({ device_id: 'Biolistener self-test', skip_auto_attendance: 1 });
    expect(others).toEqual([]);
    expect(worker.status().message).toContain('Not delivering');
    expect(worker.status().message).toContain(probe!['name']);
  });

  test('a zone that changes under way stops delivery before a wrong time stays', async () => {
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    await bench.sandbox.faults.setTimeZone('Europe/Berlin');
    await bench.punch(['1', minute(1)]);
    await until(() => worker.status().site.state === 'refused', 'refused');
    // the self-test that follows writes a probe, and removes it
    expect(bench.sandbox.checkins().filter((doc) => doc['device_id'] === 'Gate 1')).toEqual([]);
  });

  test('a row with a wrong time that could not be removed is corrected once the cause is gone', async () => {
    await provision();
    const worker = await bench.worker({ key: 'hr-user' });
    await until(() => worker.status().isDelivering, 'delivering');
    await bench.sandbox.faults.setTimeZone('Europe/Berlin');
    const [id] = await bench.punch(['1', minute(1)]);
    await until(() => worker.status().site.state === 'refused', 'refused');
    await worker.stop();
    const ofPunch = () => bench.sandbox.checkins().filter((doc) => doc[PUNCH_ID_FIELD] === id);
    expect(ofPunch()).toHaveLength(1); // this user may not delete
    const berlin = {
      kind: 'sandbox',
      url: bench.siteUrl,
      apiKey: 'hr-user',
      apiSecret: 'hr-user',
      label: 'x',
    } as const;
    await bench.worker({ target: { ...berlin, siteZone: 'Europe/Berlin' } });
    await bench.allDone(1);
    expect(ofPunch().map((doc) => doc['time'])).toEqual(['2026-03-09 05:01:00']);
  });
});

describe('Redis', () => {
  test('that comes late is waited for, without a flood of log lines', async () => {
    bench = await Bench.open({ hasRedis: false });
    const worker = await bench.worker();
    await bench.punch(...tenPunches);
    await until(() => worker.status().message.startsWith('Waiting for Redis'), 'waiting for Redis');
    await until(() => worker.status().site.state === 'ready', 'site ready');
    await bench.redis.start();
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
    expect(bench.log.lines.filter((line) => /Redis is away/.test(line))).toHaveLength(1);
  });

  test('that is gone holds up no worker that stops', async () => {
    bench = await Bench.open();
    const worker = await bench.worker();
    await until(() => worker.status().isDelivering, 'delivering');
    await bench.redis.kill();
    await until(() => worker.status().redis.state === 'down', 'Redis missed');
    const stopped = worker.stop().then(() => 'stopped');
    await expect(stopped).resolves.toBe('stopped');
  });

  test('that is wiped in the middle loses nothing', async () => {
    bench = await Bench.open();
    bench.sandbox.faults.add({ kind: 'delay', ms: 100, path: 'Employee Checkin', method: 'POST' });
    await bench.worker();
    await bench.punch(...tenPunches);
    await until(() => bench.sandbox.checkins().length >= 2, 'some delivered');
    const { Redis } = await import('ioredis');
    const redis = new Redis(bench.redis.url);
    await redis.flushall();
    redis.disconnect();
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
  });

  test('that is killed and comes back empty loses nothing', async () => {
    bench = await Bench.open();
    bench.sandbox.faults.add({ kind: 'delay', ms: 100, path: 'Employee Checkin', method: 'POST' });
    const worker = await bench.worker();
    await bench.punch(...tenPunches);
    await until(() => bench.sandbox.checkins().length >= 2, 'some delivered');
    await bench.redis.kill();
    await until(() => worker.status().redis.state === 'down', 'Redis missed');
    await bench.redis.start();
    await bench.allDone(10);
    expect(bench.checkins()).toEqual(expected);
  });
});

test('a worker that is killed in the middle is followed by one that finishes', async () => {
  bench = await Bench.open();
  await provision();
  bench.sandbox.faults.add({ kind: 'delay', ms: 150, path: 'Employee Checkin', method: 'POST' });
  const given = { path: bench.storePath, redis: bench.redis.url, url: bench.siteUrl, zone: ZONE };
  const script = new URL('helpers/worker-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(given)], { stdio: 'inherit' });
  await bench.punch(...tenPunches);
  await until(
    () => bench.sandbox.checkins().filter((doc) => doc['device_id'] === 'Gate 1').length >= 2,
    'some delivered',
  );
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await bench.worker();
  await until(async () => (await bench.store.deliveryCounts(bench.targetId)).done === 10, 'the rest', 50_000);
  expect(bench.checkins().filter((line) => !line.includes(' 2000-'))).toEqual(expected);
});
