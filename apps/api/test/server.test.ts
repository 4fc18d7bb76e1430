import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSerialNumber } from '@biolistener/core';
import { openSqliteStore, type Store } from '@biolistener/store';
import { openMetrics, silentLog, type HealthCheck, type Log } from '@biolistener/telemetry';
import { OPS_ROUTES, startApi, startOps, type ApiOptions, type RunningServer } from '../src/index.ts';
import { emptyStore, HOSTILE } from './view.ts';

const closers: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const metrics = openMetrics({ withProcess: true });
const ok =
  (part: string): HealthCheck =>
  () => ({ part, state: 'ok', message: 'works' });

async function api(own: Partial<ApiOptions> = {}): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const server = await startApi({
    host: '127.0.0.1',
    port: 0,
    checks: new Map([['listener', ok('listener')]]),
    metrics,
    log: silentLog,
    store: emptyStore(),
    ...own,
  });
  return asked(server);
}

function asked(server: RunningServer): (path: string, init?: RequestInit) => Promise<Response> {
  closers.push(() => server.stop());
  return (path, init) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

describe('health', () => {
  const failing = new Map<string, HealthCheck>([
    ['listener', ok('listener')],
    ['store', () => Promise.reject(new Error('disk full'))],
  ]);

  test('/health and /ready tell each part and its state', async () => {
    const get = await api();
    for (const path of ['/health', '/ready']) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        status: 'ok',
        parts: [{ part: 'listener', state: 'ok', message: 'works' }],
      });
    }
  });

  test('a part that failed makes /ready 503; /health stays 200, for the process lives', async () => {
    const get = await api({ checks: failing });
    const ready = await get('/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'failed',
      parts: [{ state: 'ok' }, { part: 'store', state: 'failed', message: 'disk full' }],
    });
    const health = await get('/health');
    expect([health.status, await health.json()]).toMatchObject([200, { status: 'failed' }]);
  });

  test('a part that waits is no failure', async () => {
    const waiting: HealthCheck = () => ({ part: 'worker', state: 'waiting', message: 'the site is away' });
    const ready = await (await api({ checks: new Map([['worker', waiting]]) }))('/ready');
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'waiting' }]);
  });

  test('a part that terminals can do without is told as failed, and does not keep them away', async () => {
    const refused: HealthCheck = () => ({ part: 'worker', state: 'failed', message: 'wrong times', isVital: false });
    const ready = await (await api({ checks: new Map([['worker', refused]]) }))('/ready');
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'failed' }]);
  });

  test('a check that never answers is a failed part, and does not hold up the answer', async () => {
    const never = new Promise<never>(() => undefined);
    const checks = new Map<string, HealthCheck>([...failing, ['stuck', () => never]]);
    const ready = await (await api({ checks }))('/ready', { signal: AbortSignal.timeout(10_000) });
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ parts: [{}, {}, { part: 'stuck', state: 'failed' }] });
  });
});

describe('metrics', () => {
  test('every metric of the way of a punch is there, with the gauges brought up to date first', async () => {
    const get = await api({ refresh: () => Promise.resolve(metrics.deliveries.set({ state: 'parked' }, 7)) });
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('biolistener_')).length).toBeGreaterThanOrEqual(15);
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
    expect(text).toContain('biolistener_deliveries{state="parked"} 7');
  });

  test('a process without an API answers health and metrics alone', async () => {
    const options = { host: '127.0.0.1', port: 0, checks: new Map(), metrics, log: silentLog };
    const get = asked(await startOps(options));
    for (const path of Object.keys(OPS_ROUTES)) expect((await get(path)).status).toBe(200);
    expect((await get('/')).status).toBe(404);
  });
});

describe('the status page', () => {
  test('comes as HTML that may load and run nothing, is never kept, and names no framework', async () => {
    const answer = await (await api())('/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'"]));
    expect(policy).not.toMatch(/script-src|unsafe-eval|\*/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  test('shows what a real store holds, hostile names as text, the ones last seen first', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'biolistener-api-'));
    const store = await openSqliteStore({ path: join(dir, 'store.db') });
    closers.push(async () => {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    });
    for (let i = 1; i <= 30; i += 1) {
      const contact = { serialNumber: asSerialNumber(`SEEN${i}`), brand: 'zkteco', at: i * 60_000, address: '' };
      await store.noteTerminal(contact);
    }
    const change = { status: 'approved', settings: { zone: 'UTC', name: HOSTILE } } as const;
    await store.changeTerminal(asSerialNumber('SEEN30'), change, 'test');
    await store.upsertTarget({ id: 't', kind: 'sandbox', url: 'http://127.0.0.1:1', label: 'x', isActive: true });
    const text = await (await (await api({ store }))('/')).text();
    expect(text).toContain('Check-ins go to the sandbox, not to a real ERPNext.');
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x');
    const shown = [...text.matchAll(/<td class="" data-label="Serial number">SEEN(\d+)<\/td>/g)].map((found) =>
      Number(found[1]),
    );
    expect(shown).toEqual(Array.from({ length: 20 }, (_, i) => 30 - i));
  });
});

test('a store that hangs does not hang the status page: it says so, and what the parts say', async () => {
  const store = emptyStore({ counts: () => new Promise<never>(() => undefined) });
  const answer = await (await api({ store, pageTimeoutMs: 20 }))('/', { signal: AbortSignal.timeout(10_000) });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
  const text = await answer.text();
  expect(text).toContain('the store does not answer');
  expect(text).toContain('listener');
});

describe('what goes wrong', () => {
  test('a page that is not there is 404 as JSON, whatever is asked', async () => {
    const get = await api();
    for (const [path, method] of [
      ['/nothing', 'GET'],
      ['/health/../etc', 'GET'],
      ['/health', 'POST'],
      ['/%00', 'GET'],
    ] as const) {
      const answer = await get(path, { method });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(await answer.json()).toEqual({ error: 'API_NOT_FOUND', message: 'there is no such page' });
    }
  });

  test('a store that fails gives 500 without particulars, which stand in the log', async () => {
    const lines: string[] = [];
    const log: Log = {
      ...silentLog,
      info: () => undefined,
      error: (fields, message) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    };
    const secret = 'no such column of /secret/place/store.db';
    const store: Store = emptyStore({ counts: () => Promise.reject(new Error(secret)) });
    const answer = await (await api({ store, log }))('/');
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({ error: 'API_FAILED', message: 'this failed; the log says why' });
    expect(lines).toEqual([expect.stringContaining(secret)]);
  });

  test('a target that cannot be decoded is answered without particulars', async () => {
    const answer = await (await api())('/%E0%A4%A');
    expect([400, 404, 500]).toContain(answer.status);
    expect(await answer.text()).not.toMatch(/URIError|node_modules|at /);
  });

  test('a port that is taken is told by its number and where to change it', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    closers.push(() => new Promise((done) => other.close(done)));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(api({ port })).rejects.toMatchObject({
      code: 'API_PORT_TAKEN',
      message: expect.stringContaining(String(port)),
    });
  });
});
