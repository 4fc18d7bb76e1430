import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { makeSelfSigned } from '@biolistener/simulator';
import { readCertificate } from '../../src/index.ts';
import { deleteUsers, findUser } from '../../src/suprema/calls.ts';
import { GATE, PASSWORD, SupremaBench, until } from './bench.ts';

// a machine may be busy
jest.setTimeout(120_000);

let bench: SupremaBench;
afterEach(() => bench.close());

const devices = { method: 'GET', path: '/devices' } as const;
const user = (id: string) => ({ user_id: id, name: 'Somebody' });

describe('S1: a certificate that nobody vouches for', () => {
  test('is refused with a sentence that says what to do', async () => {
    bench = await SupremaBench.open();
    await expect(bench.api({ pin: undefined }).call(devices)).rejects.toMatchObject({
      code: 'WORKER_SUPREMA_CERTIFICATE',
      message: expect.stringContaining('biolistener suprema connect'),
    });
    expect(bench.biostar.sessions.logins).toBe(0);
  });

  test('is taken when it is the one that was accepted, however its pin is written', async () => {
    bench = await SupremaBench.open();
    const { fingerprint } = bench.biostar.identity;
    const pin = (fingerprint.toUpperCase().match(/../g) ?? []).join(':');
    await expect(bench.api({ pin }).call(devices)).resolves.toMatchObject({ code: '0' });
  });

  test('is refused when it is another one, before a byte is sent', async () => {
    bench = await SupremaBench.open();
    const { fingerprint } = makeSelfSigned();
    await expect(bench.api({ pin: fingerprint }).call(devices)).rejects.toMatchObject({
      code: 'WORKER_SUPREMA_CERTIFICATE',
    });
    expect([...bench.biostar.calls]).toEqual([]);
  });

  test('is taken as an authority file under the name that it has', async () => {
    bench = await SupremaBench.open();
    const ca = bench.biostar.identity.certificate;
    const api = bench.api({ pin: undefined, ca, serverName: 'BioStar2' });
    await expect(api.call(devices)).resolves.toMatchObject({ code: '0' });
    const wrong = bench.api({ pin: undefined, ca, serverName: 'another.example' });
    await expect(wrong.call(devices)).rejects.toMatchObject({ code: 'WORKER_SUPREMA_CERTIFICATE' });
  });

  test('can be looked at before anything is sent', async () => {
    bench = await SupremaBench.open();
    await expect(readCertificate(bench.biostar.url)).resolves.toMatchObject({
      fingerprint: bench.biostar.identity.fingerprint,
      subject: 'BioStar2',
      isTrusted: false,
    });
    expect([...bench.biostar.calls]).toEqual([]);
  });
});

describe('sessions', () => {
  test('S2: a refused login is not tried again within a minute', async () => {
    bench = await SupremaBench.open();
    let now = 1_000_000;
    const api = bench.api({ password: 'wrong' }, {}, () => now);
    for (let i = 0; i < 5; i++) await expect(api.call(devices)).rejects.toMatchObject({ code: 'WORKER_SUPREMA_LOGIN' });
    expect(bench.biostar.sessions.failedLogins).toBe(1);
    now += 60_001;
    await expect(api.call(devices)).rejects.toMatchObject({ code: 'WORKER_SUPREMA_LOGIN' });
    expect(bench.biostar.sessions.failedLogins).toBe(2);
  });

  test('S3: ten calls on an expired session make one login, and all succeed', async () => {
    bench = await SupremaBench.open();
    const api = bench.api();
    await api.call(devices);
    bench.biostar.sessions.endAll();
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.call(devices)));
    expect(answers.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => '0'));
    expect(bench.biostar.sessions.logins).toBe(2);
    expect(bench.biostar.mostParallel).toBeLessThanOrEqual(4);
  });

  test('S4: HTTP 200 with code 201 is somebody who is not there', async () => {
    bench = await SupremaBench.open();
    await expect(findUser(bench.api(), '404')).resolves.toBeUndefined();
  });

  test('S23: a page of a proxy is neither a crash nor the end of the session', async () => {
    bench = await SupremaBench.open();
    const api = bench.api();
    await api.call(devices);
    const { sessionId } = api;
    bench.biostar.switches.htmlErrors = true;
    await expect(api.call(devices)).rejects.toMatchObject({ code: 'WORKER_SUPREMA_ANSWER', kind: 'transient' });
    bench.biostar.switches.htmlErrors = false;
    await expect(api.call(devices)).resolves.toMatchObject({ code: '0' });
    expect(api.sessionId).toBe(sessionId);
    expect(bench.biostar.sessions.logins).toBe(1);
  });

  test('S23: the peer waits out a proxy and goes on', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    bench.biostar.switches.htmlErrors = true;
    const peer = bench.peer();
    bench.punch();
    await until('told', () => peer.status().trouble?.includes('no JSON') === true);
    bench.biostar.switches.htmlErrors = false;
    await bench.waitForPunches(1);
  });

  test('a server that does not answer in time is named as unreachable', async () => {
    bench = await SupremaBench.open();
    bench.biostar.scans.push({ delayMs: 2000 });
    const ask = { method: 'POST', path: `/devices/${GATE}/scan_card`, body: {}, withinMs: 50 } as const;
    await expect(bench.api().call(ask)).rejects.toMatchObject({ code: 'WORKER_SUPREMA_UNREACHABLE' });
  });
});

test('S18: 250 users go in chunks, and one who is missing in the middle stops nobody', async () => {
  bench = await SupremaBench.open({ deleteLimit: 100 });
  const ids = Array.from({ length: 250 }, (_, i) => String(i + 1));
  for (const id of ids) if (id !== '137') bench.biostar.directory.users.set(id, user(id));
  await expect(deleteUsers(bench.api(), ids)).resolves.toEqual([]);
  expect(bench.biostar.directory.users.size).toBe(0);
});

test('S24: neither password nor session is ever logged', async () => {
  bench = await SupremaBench.open();
  await bench.approve();
  const good = bench.peer();
  await until('live', () => good.status().stream === 'live');
  const sessions = bench.biostar.calls;
  await bench.biostar.stop();
  await until('trouble', () => good.status().trouble !== undefined);
  await bench.biostar.start();
  await good.stop();
  const bad = bench.peer({ password: 'not the right one' });
  await until('refused', () => bad.status().trouble?.includes('refuses the login') === true);
  const log = bench.log.lines.join('\n');
  expect(sessions.size).toBeGreaterThan(0);
  expect(log).toContain('refuses the login');
  expect(log).not.toContain(PASSWORD);
  expect(log).not.toContain('not the right one');
  expect(log).not.toMatch(/[0-9a-f]{32}/);
});
