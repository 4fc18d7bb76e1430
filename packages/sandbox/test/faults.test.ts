import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Fault, type Sandbox, startSandbox } from '../src/index.ts';
import { type Client, clientOf, resource, type Told } from './client.ts';

let site: Sandbox;
let ask: Client;
beforeEach(async () => {
  site = await startSandbox({ port: 0, employees: 3 });
  ask = clientOf(site.url);
});
afterEach(() => site.stop());

let minute = 0;
function punch(signal?: AbortSignal): Promise<Told> {
  minute += 1;
  const time = `2026-03-09 ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
  return ask(resource('Employee Checkin'), { body: { employee: 'HR-EMP-00001', time }, ...(signal ? { signal } : {}) });
}
const control = (body: unknown): Promise<Told> => ask('/__sandbox/faults', { as: '', body });
const state = async () => (await ask('/__sandbox/state', { as: '' })).json;

describe('faults', () => {
  test('a dropped answer leaves the row; a drop before the commit leaves none', async () => {
    site.faults.add({ kind: 'drop-after-commit', count: 1 });
    await expect(punch()).rejects.toThrow();
    expect(site.checkins()).toHaveLength(1);
    site.faults.add({ kind: 'drop-before-commit', count: 1 });
    await expect(punch()).rejects.toThrow();
    expect(site.checkins()).toHaveLength(1);
    expect((await punch()).status).toBe(200);
  });

  test('a delay outlasts the client, and the write happens all the same', async () => {
    site.faults.add({ kind: 'delay', ms: 60_000, count: 1 });
    const leaving = new AbortController();
    const gone = punch(leaving.signal);
    while (site.faults.list()[0]!.hits === 0) await ask('/__sandbox/state'); // the request is in
    leaving.abort();
    await expect(gone).rejects.toThrow();
    expect(site.checkins()).toHaveLength(0);
    await site.stop(); // ends the wait, not the work
    expect(site.checkins()).toHaveLength(1);
    site = await startSandbox({ port: 0, employees: 0 });
  });

  test.each<[Fault, number, string | undefined]>([
    [{ kind: 'bad-gateway' }, 502, undefined],
    [{ kind: 'unavailable' }, 503, undefined],
    [{ kind: 'gateway-timeout' }, 504, undefined],
    [{ kind: 'broken', status: 521 }, 521, undefined],
    [{ kind: 'broken', status: 500, exception: 'redis.exceptions.ConnectionError' }, 500, 'ConnectionError'],
    [{ kind: 'maintenance' }, 503, 'SessionStopped'],
    [{ kind: 'unauthorized' }, 401, 'AuthenticationError'],
    [{ kind: 'deadlock' }, 500, 'QueryDeadlockError'],
    [{ kind: 'lock-timeout' }, 500, 'QueryTimeoutError'],
  ])('%j answers %i and stores nothing', async (fault, status, type) => {
    site.faults.add(fault);
    const told = await punch();
    expect([told.status, told.json['exc_type']]).toEqual([status, type]);
    expect(told.headers.get('content-type')).toContain(type === undefined ? 'text/html' : 'application/json');
    expect(site.checkins()).toHaveLength(0);
  });

  test('meet the requests of their scope only', async () => {
    site.faults.add({ kind: 'bad-gateway', path: 'Employee Checkin', method: 'post', skip: 1, count: 1 });
    expect((await ask(resource('Employee Checkin'))).status).toBe(200);
    const statuses = [await punch(), await punch(), await punch()].map(({ status }) => status);
    expect(statuses).toEqual([200, 502, 200]);
  });

  test('with a probability throw a seeded dice', async () => {
    const statuses = async (): Promise<number[]> => {
      site.faults.clear();
      site.faults.add({ kind: 'unavailable', probability: 0.2, seed: 7 });
      const told: number[] = [];
      for (let i = 0; i < 100; i += 1) told.push((await ask('/api/method/ping')).status);
      return told;
    };
    const first = await statuses();
    expect(await statuses()).toEqual(first);
    const dropped = first.filter((status) => status === 503).length;
    expect(dropped).toBeGreaterThan(5);
    expect(dropped).toBeLessThan(40);
  });

  test('a zone change moves the wall clock of what is written next', async () => {
    const offset = async (): Promise<number> => {
      const told = await punch();
      const creation = Date.parse(`${String(told.at('data.creation')).replace(' ', 'T').slice(0, 19)}Z`);
      return Math.round((creation - Date.parse(told.headers.get('date')!)) / 60_000);
    };
    expect(await offset()).toBe(330);
    await site.faults.setTimeZone('Asia/Dubai');
    expect(await offset()).toBe(240);
  });

  test('a rotated key refuses the old secret', async () => {
    expect(await site.faults.rotateKey('sandbox@example.com', 'fresh')).toBe('fresh');
    expect((await punch()).status).toBe(401);
  });
});

describe('the control path', () => {
  test('arms, lists and clears faults', async () => {
    const told = await control([
      { kind: 'bad-gateway', id: 'mine' },
      { kind: 'race', ms: 5, path: 'Checkin' },
    ]);
    expect(told.json['ok']).toBe(true);
    expect((await ask('/api/method/ping')).status).toBe(502);
    expect((await ask('/__sandbox/state')).at('faults.0')).toMatchObject({ id: 'mine', hits: 1, isSpent: false });
    await control({ kind: 'remove', id: 'mine' });
    expect((await ask('/api/method/ping')).status).toBe(200);
    await ask('/__sandbox/faults', { method: 'DELETE' });
    expect(site.faults.list()).toEqual([]);
  });

  test('changes the site', async () => {
    const changes = [
      { kind: 'time-zone', timeZone: 'Asia/Dubai' },
      { kind: 'rename-employee', from: 'HR-EMP-00002', to: 'E-2' },
      { kind: 'tracebacks', on: false },
      { kind: 'hrms', on: false },
      { kind: 'rotate-key', user: 'sandbox@example.com', secret: 'fresh' },
    ];
    const told = await control(changes);
    expect(told.at('results.4')).toEqual({ secret: 'fresh' });
    expect(await state()).toMatchObject({ timeZone: 'Asia/Dubai', hasTracebacks: false, hasHrms: false });
    expect(site.employees().map((doc) => doc['name'])).toContain('E-2');
  });

  test.each([
    { kind: 'nope' },
    { kind: 'delay' },
    { kind: 'delay', ms: -1 },
    { kind: 'time-zone', timeZone: 'Mars/Base' },
    7,
  ])('refuses %j with a reason', async (instruction) => {
    const told = await control(instruction);
    expect([told.status, told.json['ok']]).toEqual([400, false]);
    expect(told.json['problem']).not.toBe('');
  });
});

describe('the page', () => {
  const page = async (): Promise<string> => (await ask('/app/employee-checkin', { as: '' })).text;

  test('says what it is, also while it is empty', async () => {
    const html = await page();
    expect(html).toContain('ERPNext sandbox: not a real site');
    expect(html).toContain('No check-ins yet.');
    expect(html).not.toMatch(/(?:src|href)=/);
  });

  test('shows the newest check-in first and escapes what it shows', async () => {
    const body = (device: string, time: string) => ({ employee: 'HR-EMP-00001', device_id: device, time });
    await ask(resource('Employee Checkin'), { body: body('FIRST', '2026-03-09 10:00:00') });
    await ask(resource('Employee Checkin'), { body: body('<script>alert(1)</script>', '2026-03-09 09:00:00') });
    const html = await page();
    expect(html).not.toContain('<script>');
    expect(html.indexOf('alert(1)')).toBeLessThan(html.indexOf('FIRST'));
  });
});

describe('bad requests', () => {
  test('a body over 25 MiB is 413 HTML, and the site lives on', async () => {
    const told = await ask(resource('Employee Checkin'), { raw: 'x'.repeat(25 * 1024 * 1024 + 1) });
    expect([told.status, told.headers.get('content-type')]).toEqual([413, 'text/html; charset=utf-8']);
    expect((await ask('/api/method/ping')).status).toBe(200);
  });

  test.each([
    '/api/resource/%',
    '/api/resource/Employee?filters=[[1]]',
    '/api/resource',
    '/api/',
    '/api/method/',
    '//',
    '/%zz',
  ])('%s gets an answer', async (path) => {
    expect((await ask(path)).status).toBeGreaterThanOrEqual(400);
    expect((await ask('/api/method/ping')).status).toBe(200);
  });

  test.each(['[]', '7', 'null', '{"employee":{"a":1},"time":[1]}', '{"__proto__":{"x":1},"constructor":1}'])(
    'the body %s gets an answer',
    async (raw) => {
      expect((await ask(resource('Employee Checkin'), { raw })).status).toBeGreaterThanOrEqual(400);
    },
  );
});
