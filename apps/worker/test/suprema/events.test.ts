import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { findBrand } from '@biolistener/brands';
import { asPin, asSerialNumber } from '@biolistener/core';
import { openQuarantined } from '@biolistener/intake';
import type { Fields } from '@biolistener/brands/suprema';
import { serverIdOf } from '../../src/suprema/cursor.ts';
import { EventIntake } from '../../src/suprema/event-intake.ts';
import { GATE, SupremaBench, until, vault } from './bench.ts';

// a machine may be busy
jest.setTimeout(120_000);

// Conformance cases of the document by their numbers, against the simulated server over real TLS.

let bench: SupremaBench;
afterEach(() => bench.close());

const LATER = 3_600_000;
const calm = { pace: { roundMs: LATER } };

describe('events', () => {
  test('S5: events are asked for only after the socket is bound, however late that is', async () => {
    bench = await SupremaBench.open({ bindDelayMs: 3000 });
    const peer = bench.peer();
    await until('live', () => peer.status().stream === 'live');
    expect(bench.biostar.violations).toEqual([]);
    expect(bench.biostar.listeners()).toBe(1);
  });

  test.each([
    ['in three fragments', { fragmentFrames: true }],
    ['as binary frames', { binaryFrames: true }],
    ['among frames without an event', { strayFrames: true }],
  ])('S6: an event %s is one event', async (_, switches) => {
    bench = await SupremaBench.open(switches);
    await bench.approve();
    const peer = bench.peer({}, calm.pace);
    await until('live and read once', () => peer.status().stream === 'live' && peer.status().lastRoundAt !== undefined);
    bench.punch();
    await bench.waitForPunches(1);
    expect(bench.log.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  test('S7: the same event from the socket and from the search is one punch', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    const peer = bench.peer();
    await until('live', () => peer.status().stream === 'live');
    bench.punch();
    await bench.waitForPunches(1);
    const before = bench.biostar.calls.get('POST /events/search') ?? 0;
    await until('searched again', () => (bench.biostar.calls.get('POST /events/search') ?? 0) > before + 3);
    const again = bench.peer(); // remembers nothing, and reads it once more
    await peer.stop();
    await until('the other one read', () => again.status().lastRoundAt !== undefined, 30_000);
    expect(await bench.punches()).toBe(1);
    expect(bench.nudges).toBe(1);
  });

  test('S8: 50 events that a device kept for two hours arrive after newer ones', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    const peer = bench.peer();
    await until('live', () => peer.status().stream === 'live');
    bench.punch({ at: new Date() });
    await bench.waitForPunches(1);
    const two = Date.now() - 2 * 3_600_000;
    await bench.biostar.stop(); // what happens now is only in the search
    for (let i = 0; i < 50; i++) bench.punch({ at: new Date(two + i * 1000), userId: String(100 + i) });
    await bench.biostar.start();
    await bench.waitForPunches(51);
  });

  test('S9: row numbers that begin again with a month lose and double nothing', async () => {
    let now = Date.UTC(2026, 1, 28, 23, 58, 0);
    bench = await SupremaBench.open({}, () => now);
    await bench.approve();
    const peer = bench.peer({}, { devicesMs: LATER });
    bench.punch({ at: new Date(now) });
    await bench.waitForPunches(1);
    now = Date.UTC(2026, 2, 1, 0, 1, 0);
    bench.punch({ at: new Date(now) });
    await bench.waitForPunches(2);
    const round = peer.status().lastRoundAt;
    now += 1000;
    await until('another round', () => peer.status().lastRoundAt !== round);
    expect(await bench.punches()).toBe(2);
  });

  test('S11: a server nine hours ahead changes neither time nor completeness', async () => {
    const now = Date.UTC(2026, 2, 4, 1, 38, 0);
    bench = await SupremaBench.open({ serverZoneMinutes: 540 }, () => now);
    await bench.approve();
    bench.punch({ at: new Date(now) });
    bench.peer({ zone: 'Asia/Seoul' });
    await bench.waitForPunches(1);
    const [punch] = await bench.store.listPunches({ serialNumber: GATE, limit: 1 });
    expect(punch?.instant).toBe(now);
    bench.punch({ at: new Date(now - 60_000) });
    await bench.waitForPunches(2);
  });

  test('S12: a session that is displaced in silence is noticed and the gap is read', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    const peer = bench.peer({}, { ...calm.pace, pingMs: 50, restartMs: 100, devicesMs: LATER });
    await until('live', () => peer.status().stream === 'live' && peer.status().lastRoundAt !== undefined);
    bench.biostar.sessions.login('sidecar', 'open sesame');
    expect(bench.biostar.listeners()).toBe(0);
    bench.punch(); // nobody hears it
    await until('live again', () => bench.biostar.listeners() === 1);
    await bench.waitForPunches(1);
  });

  test('S21: a log that begins anew keeps old and new events apart', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    bench.peer();
    bench.punch({ index: 1 });
    await bench.waitForPunches(1);
    bench.biostar.report({ deviceId: GATE, code: 0x4200, index: 900 });
    bench.biostar.events.restartIndex(GATE);
    bench.punch({ index: 1 });
    await bench.waitForPunches(2);
  });

  test.each([
    ['does not sort', { ordersUnsupported: true }],
    ['cannot search its own time', { serverTimeUnsearchable: true }],
    ['gives fewer rows than asked for', { mostRows: 7 }],
    ['writes numbers as numbers', { scalarTypes: 'native' as const }],
    ['has ids of 30 digits', { longIds: true }],
  ])('S22, S10: a server that %s loses nothing', async (_, switches) => {
    bench = await SupremaBench.open(switches);
    await bench.approve();
    for (let i = 0; i < 60; i++)
      bench.punch({ at: new Date(Date.now() - 60_000 + Math.floor(i / 20) * 1000), userId: String(i + 1) });
    bench.peer();
    await bench.waitForPunches(60);
  });

  test('a user whom the server does not show holds up nobody', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    bench.biostar.intercept = ({ path }) => (path.startsWith('/users/') ? { code: '30' } : undefined);
    bench.biostar.report({ deviceId: GATE, code: 0x2000, userId: '77' });
    bench.punch();
    bench.peer();
    await bench.waitForPunches(1);
    const warnings = (): string[] => bench.log.lines.filter((line) => line.startsWith('warn'));
    await until('a warning', () => warnings().length > 0); // the user is asked for once the punch is safe
    expect(warnings()).toEqual([expect.stringContaining('does not show a user')]);
  });

  test('a search that was refused once does not change the way for ever', async () => {
    let now = Date.now();
    let refusals = 1;
    bench = await SupremaBench.open({}, () => now);
    await bench.approve();
    const searched: string[] = [];
    bench.biostar.intercept = ({ path, body }) => {
      if (path !== '/events/search') return undefined;
      searched.push(JSON.stringify(body).includes('server_datetime') ? 'server' : 'event');
      return (refusals -= 1) >= 0 ? { code: '65535' } : undefined;
    };
    bench.punch();
    bench.peer();
    await bench.waitForPunches(1);
    expect(searched.slice(0, 2)).toEqual(['server', 'event']);
    now += 2 * LATER;
    const before = searched.length;
    await until('server time again', () => searched.slice(before).includes('server'));
  });

  test('a server that cannot search its own time is read from where an outage began', async () => {
    const day = 24 * LATER;
    let now = Date.now() - 30 * day;
    bench = await SupremaBench.open({ serverTimeUnsearchable: true }, () => now);
    await bench.approve();
    const peer = bench.peer();
    bench.punch({ at: new Date(now) });
    await bench.waitForPunches(1);
    await peer.stop();
    for (let days = 0; days < 12; days += 1) {
      now += day;
      bench.punch({ at: new Date(now) });
    }
    bench.peer();
    await bench.waitForPunches(13);
  });

  test('S25: 5,000 events of one minute arrive exactly once each', async () => {
    const start = Date.UTC(2026, 2, 4, 8, 0, 0);
    let now = start;
    bench = await SupremaBench.open({}, () => now);
    await bench.approve();
    for (let i = 0; i < 5000; i++) {
      now = start + Math.floor((i * 60) / 5000) * 1000;
      bench.punch({ at: new Date(now), userId: String((i % 900) + 1) });
    }
    const peer = bench.peer();
    await until('read', () => peer.status().lastRoundAt !== undefined, 60_000);
    expect(await bench.punches()).toBe(5000);
  }, 90_000);

  test('more events in one second than a page holds are all there', async () => {
    const now = Date.UTC(2026, 2, 4, 8, 0, 0);
    bench = await SupremaBench.open({ mostRows: 50 }, () => now);
    await bench.approve();
    for (let i = 0; i < 330; i++) bench.punch({ at: new Date(now), userId: String(i + 1) });
    bench.peer();
    await bench.waitForPunches(330);
  });
});

describe('devices', () => {
  test('of the server wait for approval, and their events are kept aside and taken in later', async () => {
    bench = await SupremaBench.open();
    bench.biostar.addDevice('7', 'Back door');
    const peer = bench.peer();
    bench.punch();
    await until('pending', async () => (await bench.store.findTerminal(GATE))?.quarantined === 1);
    await until('known', async () => (await bench.store.findTerminal(asSerialNumber('7'))) !== undefined);
    const [item] = await bench.store.listQuarantine(GATE, 10);
    const terminal = await bench.store.findTerminal(GATE);
    if (!item || !terminal) throw new Error('nothing was kept');
    const input = openQuarantined(item, vault);
    expect(findBrand('suprema')?.decode(input, { now: 0, terminal }).events).toMatchObject([{ kind: 'punch' }]);
    expect(terminal).toMatchObject({ brand: 'suprema', status: 'pending', punches: 0 });
    await until('its server is known', async () => {
      const profile = (await bench.store.findTerminal(GATE))?.profile;
      return profile?.['server'] === new URL(bench.biostar.url).host && profile['name'] === 'Gate 1';
    });
    expect(peer.status().devices).toBe(2);
  });

  test('that are blocked lose nothing: what they did meanwhile is read once somebody lets them in', async () => {
    bench = await SupremaBench.open();
    await bench.store.changeTerminal(GATE, { status: 'blocked' }, 'test', 'suprema');
    const peer = bench.peer();
    bench.punch();
    bench.punch();
    await until('read', () => peer.status().lastRoundAt !== undefined);
    await until('owed', async () =>
      ((await bench.store.getCursor(`suprema:${serverIdOf(bench.biostar.url)}`)) ?? '').includes(GATE),
    );
    expect(await bench.punches()).toBe(0);
    await bench.approve();
    await bench.waitForPunches(2);
  });

  test('one whose serial number another brand has is left alone', async () => {
    bench = await SupremaBench.open();
    await bench.store.changeTerminal(GATE, { status: 'approved', settings: { zone: 'UTC' } }, 'test', 'zkteco');
    const peer = bench.peer();
    bench.punch();
    await until('read', () => peer.status().lastRoundAt !== undefined);
    await until('told', () => bench.log.lines.some((line) => line.includes('the serial number of another terminal')));
    expect(await bench.store.findTerminal(GATE)).toMatchObject({ brand: 'zkteco', punches: 0 });
  });

  test('an enrolment at a device brings the templates of that user', async () => {
    bench = await SupremaBench.open();
    await bench.approve();
    const template = Buffer.alloc(384, 9).toString('base64');
    bench.biostar.directory.users.set('2041', {
      user_id: '2041',
      name: 'R. Vale',
      fingerprint_templates: [{ finger_index: '2', finger_mask: 'false', template0: template, template1: template }],
    });
    bench.peer();
    bench.biostar.report({ deviceId: GATE, code: 0x2000, userId: '2041' });
    await until('stored', async () => (await bench.store.templatesOf(asPin('2041'))).length === 2);
  });
});

test('the cursor moves only when everything before it is stored', async () => {
  bench = await SupremaBench.open();
  await bench.approve();
  bench.punch();
  const name = `suprema:${serverIdOf(bench.biostar.url)}`;
  const { store } = bench;
  const real = store.commitUpload.bind(store);
  let refusals = 0;
  store.commitUpload = () => Promise.reject(new Error(`the disk is full ${++refusals}`));
  bench.peer();
  await until('refused twice', () => refusals >= 2);
  expect(await store.getCursor(name)).toBeUndefined();
  store.commitUpload = real;
  await bench.waitForPunches(1);
  await until('moved', async () => (await store.getCursor(name)) !== undefined);
});

test('a server that restarts is found again, and what it stored meanwhile arrives', async () => {
  bench = await SupremaBench.open();
  await bench.approve();
  const peer = bench.peer();
  await until('live', () => peer.status().stream === 'live');
  await bench.biostar.stop();
  bench.punch();
  await until('missed', () => peer.status().trouble !== undefined);
  await bench.biostar.start();
  await bench.waitForPunches(1);
  await until('live again', () => bench.biostar.listeners() === 1);
});

test('two processes: one talks to the server, and the other takes over', async () => {
  bench = await SupremaBench.open();
  await bench.approve();
  const first = bench.peer();
  await until('leads', () => first.status().isLeader);
  const second = bench.peer();
  bench.punch();
  await bench.waitForPunches(1);
  expect(second.status()).toMatchObject({ isLeader: false, stream: 'logged-out' });
  await first.stop();
  bench.punch();
  await bench.waitForPunches(2);
  expect(second.status().isLeader).toBe(true);
});

test('one that was overtaken logs out and rests: two of the same account would end each other without end', async () => {
  bench = await SupremaBench.open();
  await bench.approve();
  const first = bench.peer();
  await until('live', () => first.status().stream === 'live');
  const lease = `suprema:${serverIdOf(bench.biostar.url)}`;
  const later = bench.biostar.now() + 3_600_000;
  expect(await bench.store.claimLease(lease, 'another', 3_600_000, later)).toBe(true);
  await until('rests', () => first.status().stream === 'logged-out' && !first.status().isLeader);
  const { logins } = bench.biostar.sessions;
  // its chores go on asking for the lease: several times that long it must not log in
  let asked = 0;
  const claim = bench.store.claimLease.bind(bench.store);
  jest.spyOn(bench.store, 'claimLease').mockImplementation((...words) => ((asked += 1), claim(...words)));
  await until('asks for the lease again', () => asked > 6);
  expect([bench.biostar.sessions.logins, first.status().stream]).toEqual([logins, 'logged-out']);
  await bench.store.releaseLease(lease, 'another');
  bench.punch();
  await bench.waitForPunches(1);
  await until('leads again', () => first.status().stream === 'live');
});

test('what two takes at the same moment bring is counted for each', async () => {
  bench = await SupremaBench.open();
  const devices = [GATE, asSerialNumber('546832591')];
  for (const device of devices) await bench.approve(device);
  const brand = findBrand('suprema');
  if (!brand) throw new Error('the brand is not in the list');
  const { store, log } = bench;
  const intake = new EventIntake({
    ...{ brand, store, log, vault, now: Date.now, host: 'biostar' },
    nudge: () => undefined,
    readUser: () => Promise.resolve(undefined),
  });
  const row = (id: string, index: number): Fields => ({
    ...{ index: String(index), datetime: '2026-11-20T08:15:28.00Z', server_datetime: '2026-11-20T08:15:31.00Z' },
    ...{ device_id: { id }, event_type_id: { code: '4867' }, user_id: { user_id: '2041' } },
  });
  for (let at = 0; at < 20; at += 1) {
    const taken = await Promise.all(devices.map((id) => intake.take([row(id, at)])));
    expect(taken.map(({ newPunches }) => newPunches)).toEqual([1, 1]);
  }
});
