import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { punchKey, startFleet, startPollers, type Fleet } from '@biolistener/simulator';
import { FakeEbknServer } from './support/fake-ebkn-server.ts';
import { FakeServer } from './support/fake-server.ts';
import { FakeZktecoServer } from './support/fake-zkteco-server.ts';

/** Both brands at one port, as the real listener has them. */
async function openBoth() {
  const zkteco = new FakeZktecoServer();
  const ebkn = new FakeEbknServer();
  const server = new FakeServer((request) =>
    request.header('request_code') === undefined ? zkteco.usual(request) : ebkn.usual(request),
  );
  servers.push(server);
  return { zkteco, ebkn, server, target: await server.open() };
}

const servers: FakeServer[] = [];
const fleets: Fleet[] = [];

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((each) => each.stop()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

test('twenty terminals of both brands deliver every punch, and the account says so', async () => {
  const { zkteco, ebkn, target } = await openBoth();
  const fleet = startFleet({ target, count: 20, seed: 2, timeScale: 0.002, faults: { 'lost-reply': 0.2 } });
  fleets.push(fleet);
  for (let at = 0; at < 200; at++) fleet.punch();
  expect(await fleet.drain(30_000)).toBe(true);
  const totals = fleet.totals();
  expect(totals).toMatchObject({ terminals: 20, punched: 200, distinctAcked: 200, pending: 0, violations: 0 });
  expect(totals.sent).toBeGreaterThan(totals.acked - 1);
  expect(zkteco.rows.size + ebkn.logs.size).toBe(200);
  const moments = fleet.ackedPunches().map((each) => `${each.pin} ${each.wallTime}`);
  expect(new Set(moments).size).toBe(200); // nobody at two doors in one second
  expect(new Set(fleet.ackedPunches().map(punchKey)).size).toBe(200);
}, 30_000);

test('punches at its rate until it has made as many as it may', async () => {
  const { target } = await openBoth();
  const fleet = startFleet({ target, count: 4, punchesPerSecond: 400, maxPunches: 30, timeScale: 0.01 });
  fleets.push(fleet);
  await Promise.all([30].map((wanted) => untilAcked(fleet, wanted)));
  expect(fleet.totals()).toMatchObject({ punched: 30, distinctAcked: 30 });
});

test('stops making punches while too many wait', async () => {
  const fleet = startFleet({
    target: { host: '127.0.0.1', port: 1 }, // nobody listens there
    count: 2,
    punchesPerSecond: 2000,
    maxPending: 50,
    timeScale: 0.01,
  });
  fleets.push(fleet);
  expect(await fleet.drain(1)).toBe(true); // nothing was made yet
  fleet.resumePunching();
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (fleet.totals().pending < 50) return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  expect(fleet.totals().pending).toBeLessThan(50 + 2000 * 0.05 + 1);
  expect(await fleet.drain(20)).toBe(false);
});

test('clones share a serial number and keep an account together', async () => {
  const { target } = await openBoth();
  const fleet = startFleet({ target, count: 2, brandMix: { zkteco: 1 }, clones: 1, timeScale: 0.01 });
  fleets.push(fleet);
  for (let at = 0; at < 30; at++) fleet.punch();
  expect(await fleet.drain(20_000)).toBe(true);
  expect(fleet.terminals.map((each) => each.serialNumber)).toEqual(['SIMZK0001', 'SIMZK0002', 'SIMZK0001']);
  expect(fleet.totals().distinctAcked).toBe(30);
});

test.each([true, false])('pollers poll at their interval, keep-alive %s', async (keepAlive) => {
  const { server, target } = await openBoth();
  const pollers = startPollers({ target, count: 50, intervalMs: 40, keepAlive });
  await server.until(() => server.requests.length >= 200);
  expect(new Set(server.requests.map((each) => each.target)).size).toBe(50);
  if (keepAlive) expect(server.connections).toBe(50);
  else expect(server.connections).toBeGreaterThan(150);
  pollers.stop();
  expect(pollers.totals()).toMatchObject({ refusals: 0 });
  expect(pollers.totals().replies).toBeGreaterThan(100);
});

test('the command prints a line per acknowledged punch and ends when all are delivered', async () => {
  const { target } = await openBoth();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const words = ['--port', String(target.port), '--count', '2', '--max', '5', '--rate', '100', '--time-scale', '0.01'];
  const { code, output } = await runMain([main, ...words]);
  const lines = output.trim().split('\n');
  expect(code).toBe(0);
  expect(
    lines.filter((line) => /^SIM(ZK|EB)\d{4}\t\d+\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t\d+\t\d+$/.test(line)),
  ).toHaveLength(5);
  expect(lines.at(-1)).toMatch(/distinctAcked=5 pending=0 violations=0/);
});

test('the command ends at SIGTERM, with its account', async () => {
  const { server, target } = await openBoth();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const run = runMain([main, '--port', String(target.port), '--count', '1', '--rate', '0', '--summary'], (child) => {
    void server.until(() => server.requests.length > 0).then(() => child.kill('SIGTERM'));
  });
  const { code, output } = await run;
  expect(code).toBe(0);
  expect(output).toMatch(/terminals=1 .* punched=0/);
});

test('the command says what is wrong with its words', async () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const { code } = await runMain([main, '--brand', 'nobody']);
  expect(code).toBe(2);
});

function untilAcked(fleet: Fleet, wanted: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (fleet.totals().distinctAcked >= wanted) resolve();
    };
    for (const terminal of fleet.terminals) terminal.on('acked', look);
  });
}

function runMain(
  words: readonly string[],
  started: (child: ReturnType<typeof spawn>) => void = () => undefined,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => resolve({ code, output }));
    started(child);
  });
}
