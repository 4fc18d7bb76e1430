import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openSqliteStore } from '@biolistener/store';
import { openWorkplace, type Workplace } from './run-bin.ts';
import { NEW, seed } from './seed.ts';

jest.setTimeout(120_000);

interface Report {
  readonly status: string;
  readonly findings: readonly {
    readonly hop: string;
    readonly state: string;
    readonly message: string;
    readonly todo?: string;
  }[];
}

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.remove());

const diagnose = async (): Promise<{ code: number; report: Report }> => {
  const { code, value } = await place.json('doctor');
  return { code, report: value as Report };
};

test('with nothing running and nothing made, it looks to the end and says what to do at each hop', async () => {
  const { code, report } = await diagnose();
  expect(code).toBe(4);
  const bad = report.findings.filter((one) => one.state === 'bad');
  expect(bad.map((one) => one.hop)).toEqual(['data folder', 'store', 'Redis', 'listener', 'nginx', 'API', 'ERPNext']);
  for (const one of bad) expect(one.todo).toBeTruthy();
  expect(bad.at(-1)?.todo).toContain('biolistener start sandbox');
  expect(report.findings.at(-1)).toMatchObject({ hop: 'versions', state: 'ok' });
  const { stdout } = await place.run('doctor');
  expect(stdout).toContain('mend the first BAD from the top');
});

test('where nginx is not on this machine, as in a container, its silence is a note', async () => {
  const { stdout } = await place.runWith({ NGINX_BINARY: join(place.dir, 'no-nginx') }, 'doctor', '--json');
  const found = (JSON.parse(stdout) as Report).findings.find((one) => one.hop === 'nginx');
  expect(found).toMatchObject({ state: 'warn', message: expect.stringContaining('no nginx on this machine') });
});

test('settings that do not fit are the first finding, and the only one that counts', async () => {
  const { code, stdout } = await place.runWith({ BIOLISTENER_PORT: 'eight' }, 'doctor', '--json');
  expect(code).toBe(4);
  const report = JSON.parse(stdout) as Report;
  expect(report.findings[0]).toMatchObject({ hop: 'settings', state: 'bad' });
  expect(report.findings[0]?.message).toContain('BIOLISTENER_PORT');
});

test('with a store it tells of terminals that wait, are silent, and of what is parked', async () => {
  await seed(place.dataDir);
  const { report } = await diagnose();
  const said = report.findings.map((one) => `${one.state} ${one.hop}: ${one.message}`).join('\n');
  expect(said).toContain('ok store');
  expect(said).toMatch(new RegExp(`warn terminals: 1 terminal wait.*${NEW}`));
  expect(said).toContain('warn terminals: silent:');
  expect(said).toContain('warn parked: 1 punch: unknown-pin');
  expect(said).toContain('bad deliveries');
  expect(said).toContain('but check-ins still go to https://erp.example.com');
});

test('Shift Types that go by log types which the settings do not send are a note with what to do', async () => {
  const store = await openSqliteStore({ path: join(place.dataDir, 'store', 'biolistener.db') });
  const [target] = await store.listTargets();
  const capabilities = { verdict: 'ready', checkedAt: '2026-03-09T03:00:00Z', strictShiftTypes: ['Day Shift'] };
  await store.upsertTarget({ ...target!, capabilities });
  await store.close();
  const found = async () => (await diagnose()).report.findings.find((one) => one.hop === 'log types');
  expect(await found()).toMatchObject({ state: 'warn', message: expect.stringContaining('Day Shift') });
  expect((await found())?.todo).toContain('log_type.policy');
  await place.run('config', 'set', 'log_type.policy', 'alternate');
  expect(await found()).toBeUndefined();
});

test('a store file that is none is named, and the rest is still looked at', async () => {
  const other = await openWorkplace();
  try {
    await seed(other.dataDir);
    writeFileSync(
      join(other.dataDir, 'store', 'biolistener.db'),
      'this is no database, however long it is'.repeat(200),
    );
    const { code, value } = await other.json('doctor');
    const { findings } = value as Report;
    expect(code).toBe(4);
    expect(findings.find((one) => one.hop === 'store')).toMatchObject({ state: 'bad' });
    expect(findings.at(-1)).toMatchObject({ hop: 'versions' });
  } finally {
    other.remove();
  }
});

test('a program of somebody else on our ports is not taken for ours, and one that hangs does not hang us', async () => {
  const stranger = createServer((req, res) => {
    if (req.url === '/health') return; // never answers
    res.writeHead(200).end('<html>hello</html>');
  });
  const port = await new Promise<number>((resolve) => {
    stranger.listen(0, '127.0.0.1', () => {
      const address = stranger.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  try {
    const ports = { BIOLISTENER_LISTENER_PORT: String(port), BIOLISTENER_API_PORT: '1' };
    const listener = await place.runWith(ports, 'doctor', '--json');
    const { findings } = JSON.parse(listener.stdout) as Report;
    expect(findings.find((one) => one.hop === 'listener')?.message).toContain('somebody else answers');
    const hanging = await place.runWith({ BIOLISTENER_API_PORT: String(port) }, 'doctor', '--json');
    const api = (JSON.parse(hanging.stdout) as Report).findings.find((one) => one.hop === 'API');
    expect(api?.message).toContain('no answer within');
  } finally {
    stranger.closeAllConnections();
    await new Promise((done) => stranger.close(done));
  }
});
