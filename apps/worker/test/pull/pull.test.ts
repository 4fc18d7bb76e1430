import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CODE } from '@biolistener/brands/zk-tcp';
import { asPin, punchIdOf } from '@biolistener/core';
import { zkteco } from '../../../../packages/brands/src/zkteco/index.ts';
import { uploadOf } from '@biolistener/intake';
import type { ZkTcpOptions } from '@biolistener/simulator';
import type { PullDeps } from '../../src/pull/deps.ts';
import { Enabled } from '../../src/pull/enabled.ts';
import { hasRead, keepingLog, openStage, SN, statusOf, until, vault, type Stage } from './stage.ts';

// Against simulated terminals over real sockets, and a real store.

jest.setTimeout(120_000);

let stage: Stage;
const wallAt = (at: number): string =>
  new Date(Date.UTC(2026, 0, 5) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');

async function set(options: Partial<ZkTcpOptions> = {}): Promise<number> {
  stage = await openStage(options);
  return stage.terminal.start();
}

function fill(count: number, from = 0): void {
  for (let at = from; at < from + count; at += 1)
    stage.terminal.record({ userId: String(1 + (at % 500)), wallTime: wallAt(at), state: at % 2 });
}

const stored = async (): Promise<number> => (await stage.store.counts()).punches;

afterEach(() => stage.end());

describe('a read', () => {
  test.each(['tft', 'bw', 'bw-short', 'speedface', 'wl20'] as const)(
    'brings every record of a %s once',
    async (profile) => {
      const port = await set({ profile });
      for (let id = 1; id <= 500; id += 1) stage.terminal.addUser({ userId: String(id), uid: id });
      fill(700);
      await stage.add(port, { live: false });
      const pull = stage.process();
      pull.start();
      const status = await hasRead(pull);
      expect(await stored()).toBe(700);
      expect([status.records, status.proof]).toEqual([700, profile === 'wl20' ? 'uncounted' : 'counted']);
    },
  );

  test('goes by UDP to units that stay mute on TCP', async () => {
    const port = await set({ profile: 'ma300' });
    for (let id = 1; id <= 500; id += 1) stage.terminal.addUser({ userId: String(id), uid: id });
    fill(300);
    await stage.add(port, { live: false, transport: 'udp' });
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    expect(await stored()).toBe(300);
  });

  test.each([
    ['bw', 1500],
    ['bw-short', 500],
    ['tft', 1000],
  ] as const)(
    'by UDP that loses, doubles and turns round datagrams a %s gives each record once',
    async (profile, count) => {
      const port = await set({ profile });
      for (let id = 1; id <= 500; id += 1) stage.terminal.addUser({ userId: String(id), uid: id });
      fill(count);
      stage.terminal.faults.datagrams = { loss: 0.01, doubled: 0.02, reordered: 0.02 };
      await stage.add(port, { live: false, transport: 'udp', patience: 0.02 });
      const pull = stage.process();
      pull.start();
      await until(async () => ((await stored()) >= count ? true : undefined));
      const punches = await stage.store.listPunches({ serialNumber: SN, limit: count + 1 });
      expect(new Set(punches.map(({ wallTime, pin }) => `${wallTime}/${pin}`))).toEqual(
        new Set(Array.from({ length: count }, (_, at) => `${wallAt(at)}/${1 + (at % 500)}`)),
      );
      expect(await stage.store.listParked({ serialNumber: SN, limit: 1 })).toEqual([]);
    },
  );

  test('goes on after punches that came meanwhile, and reads only what is new at a hint', async () => {
    const port = await set();
    fill(3000);
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    const before = stage.terminal.asked.length;
    stage.terminal.punch({ userId: '7', wallTime: wallAt(900_000) });
    await until(async () => ((await stored()) === 3001 ? true : undefined));
    const ranges = stage.terminal.asked.slice(before).filter((code) => code === 1504).length;
    expect(ranges).toBeLessThan(6);
  });

  test('parks what cannot be a punch, with its bytes, and brings the rest', async () => {
    const port = await set({ profile: 'bw-short' });
    stage.terminal.addUser({ userId: '5', uid: 5 });
    stage.terminal.record({ userId: '5', wallTime: wallAt(1) });
    stage.terminal.memory.addEntry({ ...stage.terminal.record({ userId: '9', wallTime: wallAt(2) }), uid: 77 });
    await stage.add(port, { live: false });
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    const parked = await stage.store.listParked({ serialNumber: SN, limit: 10 });
    expect(await stored()).toBe(1);
    expect(parked.map(({ reason }) => reason)).toEqual(['ZKT_USER_UNKNOWN', 'ZKT_USER_UNKNOWN']);
  });

  test('finds what a push lost, and counts nothing twice that push had brought', async () => {
    const port = await set();
    fill(10);
    await stage.add(port, { live: false }, 'zkteco');
    const terminal = (await stage.store.findTerminal(SN)) ?? undefined;
    if (!terminal) throw new Error('no terminal');
    const lines = Array.from({ length: 7 }, (_, at) => `${1 + at}\t${wallAt(at)}\t${at % 2}\t1\t0\t0\t0`).join('\n');
    const target = `/iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=1`;
    const input = {
      method: 'POST',
      target,
      httpVersion: '1.1',
      headers: [],
      remoteAddress: '',
      body: Buffer.from(lines),
    };
    const decoded = zkteco.decode(input, { now: Date.now(), terminal });
    const identity = zkteco.identify(input);
    const arrival = { correlationId: 'p', terminal, identity, head: input, receivedAt: Date.now() };
    expect((await stage.store.commitUpload(uploadOf(arrival, decoded, vault))).newPunches).toBe(7);
    const pull = stage.process();
    pull.start();
    expect((await hasRead(pull)).found).toBe(3);
    const told = stage.lines.find(({ message }) => message.includes('had not pushed'));
    expect(told?.fields).toMatchObject({ found: 3 });
    expect(await stored()).toBe(10);
  });

  test('says that a counter lies instead of calling the read complete', async () => {
    const port = await set({ faults: { countOff: 5 } });
    fill(100);
    await stage.add(port, { live: false });
    const pull = stage.process();
    pull.start();
    expect((await hasRead(pull)).proof).toBe('differs');
    expect(await stored()).toBe(100);
  });
});

describe('who may speak', () => {
  test('a key is sealed in the store; a wrong one is not tried again until somebody changes it', async () => {
    const port = await set({ commKey: 123_457 });
    fill(5);
    await stage.add(port, { live: false });
    await stage.setKey('1');
    const pull = stage.process();
    pull.start();
    await until(() => (statusOf(pull)?.state === 'stopped' ? true : undefined));
    expect(stage.terminal.asked.filter((code) => code === 1102).length).toBe(1);
    await stage.setKey('123457');
    await hasRead(pull);
    expect(await stored()).toBe(5);
    expect(JSON.stringify([await stage.store.listSettings(), stage.lines])).not.toContain('123457');
  });

  test('another terminal at the address is not read', async () => {
    const port = await set({ serialNumber: 'ZKT0000099' });
    fill(5);
    await stage.add(port, { live: false });
    const pull = stage.process();
    pull.start();
    const trouble = await until(() => statusOf(pull)?.trouble);
    expect(trouble).toContain('ZKT0000099');
    expect(await stored()).toBe(0);
  });

  test('of two processes one speaks; the other takes over when it ends', async () => {
    const port = await set();
    fill(5);
    await stage.add(port);
    const [first, second] = [stage.process(), stage.process()];
    first.start();
    await hasRead(first);
    second.start();
    await until(() => (statusOf(second)?.state === 'elsewhere' ? true : undefined));
    expect(stage.terminal.clients).toBe(1);
    await first.stop();
    await hasRead(second);
  });

  test('a holder that was overtaken writes no more', async () => {
    const port = await set();
    fill(5);
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    const name = `pull:${SN}`;
    expect(await stage.store.claimLease(name, 'another', 60_000, Date.now() + 3_600_000)).toBe(true);
    stage.terminal.punch({ userId: '7', wallTime: wallAt(900_000) });
    await until(() => (statusOf(pull)?.trouble?.includes('another process') === true ? true : undefined));
    expect(await stored()).toBe(5);
  });
});

test('a holder that was overtaken carries out no command', async () => {
  const port = await set();
  stage.terminal.addUser({ userId: '1' });
  await stage.add(port);
  const pull = stage.process();
  pull.start();
  await hasRead(pull);
  await stage.store.claimLease(`pull:${SN}`, 'another', 60_000, Date.now() + 3_600_000);
  const id = await stage.ask({ kind: 'user.update', parameters: { pin: '1', name: 'Uno' } });
  await until(() => (statusOf(pull)?.trouble?.includes('another process') === true ? true : undefined));
  expect(stage.terminal.asked).not.toContain(8);
  expect(await stage.store.findCommand(id)).toMatchObject({ state: 'queued', attempts: 0 });
});

describe('never disabled', () => {
  test('what an earlier process left disabled is enabled with the first connection', async () => {
    const port = await set();
    stage.terminal.memory.isDisabled = true;
    await stage.store.setCursor(`pull-disabled.${SN}`, 'yes');
    await stage.add(port, { live: false });
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    expect(stage.terminal.isDisabled).toBe(false);
    expect(await stage.store.getCursor(`pull-disabled.${SN}`)).toBe('no');
  });

  test('a note that another process wrote counts, also for one that looked before', async () => {
    await set();
    const enabled = new Enabled({ store: stage.store, log: keepingLog(stage.lines) } as unknown as PullDeps, SN); // no more is used
    expect(await enabled.isOwed()).toBe(false);
    await stage.store.setCursor(`pull-disabled.${SN}`, 'yes');
    expect(await enabled.isOwed()).toBe(true);
  });

  test('a line that breaks while it is disabled: nothing is cleared, and it is enabled over the next one', async () => {
    const port = await set();
    fill(3000);
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    stage.terminal.faults.cutChunks = 1;
    const id = await stage.ask({ kind: 'logs.clear', parameters: { confirmed: true } });
    const ended = await stage.ended(id);
    expect([ended.state, stage.terminal.memory.log.length, stage.terminal.isDisabled]).toEqual(['failed', 3000, false]);
    expect(ended.resultCode).toBe('ZKT_NOT_PROVEN');
    expect(ended.resultInfo['isUntouched']).toBe(true);
  });
});

describe('commands', () => {
  async function ready(options: Partial<ZkTcpOptions> = {}) {
    const port = await set(options);
    stage.terminal.addUser({ userId: '1', name: 'One', privilege: 14 });
    fill(50);
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    return pull;
  }
  const run = async (kind: Parameters<Stage['ask']>[0]['kind'], parameters = {}) =>
    stage.ended(await stage.ask({ kind, parameters }));

  test('people come and go, and what is not said stays as it was', async () => {
    await ready();
    expect((await run('user.update', { pin: '44', name: 'Neu', card: '777' })).state).toBe('verified');
    expect((await run('user.update', { pin: '1', name: 'Uno' })).state).toBe('verified');
    expect(stage.terminal.memory.userOf('44')).toMatchObject({ name: 'Neu', card: 777, group: 1, uid: 2 });
    expect(stage.terminal.memory.userOf('1')).toMatchObject({ name: 'Uno', privilege: 14 });
    expect((await run('user.delete', { pin: '44' })).state).toBe('verified');
    expect(stage.terminal.memory.userOf('44')).toBeUndefined();
    expect(stage.terminal.memory.unrefreshed).toBe(0);
  });

  /** Five records of one who has slot 1, in a log that names slots alone; then he goes. */
  async function oneLeaves(): Promise<void> {
    const port = await set({ profile: 'bw-short' });
    stage.terminal.addUser({ userId: '101', uid: 1 });
    for (let at = 0; at < 5; at += 1) stage.terminal.record({ userId: '101', wallTime: wallAt(at) });
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await hasRead(pull);
    expect((await run('user.delete', { pin: '101' })).state).toBe('verified');
  }
  const pinsOf = async (): Promise<string[]> =>
    (await stage.store.listPunches({ serialNumber: SN, limit: 20 })).map(({ pin }) => pin);

  test('one who leaves takes his slot along, so that nobody gets his punches', async () => {
    await oneLeaves();
    expect((await run('user.update', { pin: '202' })).state).toBe('verified');
    expect(stage.terminal.memory.userOf('202')?.uid).toBe(2);
    expect((await run('logs.query')).resultInfo).toMatchObject({ records: 5, newPunches: 0 });
    expect(await pinsOf()).toEqual(Array(5).fill('101'));
    expect(await stage.store.listParked({ serialNumber: SN, limit: 1 })).toEqual([]);
  });

  test('who gets that slot at the terminal itself gets no punches that are stored already', async () => {
    await oneLeaves();
    stage.terminal.addUser({ userId: '202', uid: 1 });
    stage.terminal.record({ userId: '202', wallTime: wallAt(100) });
    expect((await run('logs.query')).resultInfo).toMatchObject({ records: 6, newPunches: 1 });
    expect((await pinsOf()).toSorted()).toEqual([...Array<string>(5).fill('101'), '202']);
  });

  test('a template is written byte for byte and told back; the terminal is enabled afterwards', async () => {
    await ready();
    const data = Buffer.from('SIM zk-fingerprint-10\nfeatures of a finger');
    const template = { pin: '1', kind: 'fingerprint', no: 6, version: '10', algorithm: 'zk' };
    expect((await run('template.update', { ...template, data: data.toString('base64') })).state).toBe('verified');
    expect(stage.terminal.memory.templates.get('1/6')).toEqual(data);
    expect(stage.terminal.isDisabled).toBe(false);
    await run('user.query', { pin: '1', hasTemplates: true });
    expect((await stage.store.counts()).templates).toBe(1);
    expect((await run('template.delete', { pin: '1', kind: 'fingerprint', no: 6 })).state).toBe('verified');
    expect(stage.terminal.memory.templates.size).toBe(0);
  });

  test('a template without its user is refused so that the roster puts the user again', async () => {
    await ready();
    const data = Buffer.from('SIM zk-fingerprint-10\nfeatures of a finger').toString('base64');
    const template = { pin: '77', kind: 'fingerprint', no: 6, version: '10', algorithm: 'zk', data };
    const refused = await run('template.update', template);
    expect(refused).toMatchObject({ state: 'failed', resultInfo: { isUserMissing: true } });
  });

  test('reach a terminal that refuses its log, and why it does is told', async () => {
    const port = await set({ profile: 'speedface-acc' });
    stage.terminal.addUser({ userId: '1' });
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    expect(await until(() => statusOf(pull)?.trouble)).toContain('not in time attendance mode');
    expect((await run('user.update', { pin: '1', name: 'Uno' })).state).toBe('verified');
    expect(statusOf(pull)).toMatchObject({ state: 'ready', trouble: expect.stringContaining('4989') });
  });

  test('a punch at a terminal that refuses its log costs it no connection', async () => {
    const port = await set({ profile: 'speedface-acc' });
    stage.terminal.addUser({ userId: '1' });
    await stage.add(port);
    const pull = stage.process();
    pull.start();
    await until(() => (statusOf(pull)?.state === 'ready' ? true : undefined));
    const before = stage.terminal.asked.length;
    const since = (): readonly number[] => stage.terminal.asked.slice(before);
    stage.terminal.punch({ userId: '1', wallTime: wallAt(1) });
    await until(() => (since().includes(CODE.prepareBuffer) ? true : undefined));
    expect((await run('user.update', { pin: '1', name: 'Uno' })).state).toBe('verified');
    expect(since()).not.toContain(CODE.connect);
    expect(statusOf(pull)?.trouble).toContain('4989');
  });

  test('clock, door and restart', async () => {
    await ready({ wallTime: () => '2001-01-01 00:00:00', faults: { isRestartMute: true } });
    expect((await run('clock.set')).state).toBe('verified');
    expect(stage.terminal.wallTime() > '2026').toBe(true);
    expect((await run('door.open', { seconds: 3 })).state).toBe('verified');
    expect(stage.terminal.memory.unlocks).toEqual([30]);
    expect((await run('restart')).state).toBe('verified');
    expect(stage.terminal.memory.restarts).toBe(1);
  });

  test('a log is cleared once every record of it is stored, and stays where the counter is not right', async () => {
    await ready();
    expect((await run('logs.clear', {})).reason).toBe('ZKT_NEEDS_CONFIRMATION');
    stage.terminal.faults.countOff = 1;
    expect((await run('logs.clear', { confirmed: true })).state).toBe('failed');
    expect(stage.terminal.memory.log.length).toBe(50);
    stage.terminal.faults.countOff = 0;
    expect((await run('logs.clear', { confirmed: true })).state).toBe('verified');
    expect([stage.terminal.memory.log.length, await stored(), stage.terminal.isDisabled]).toEqual([0, 50, false]);
    const alerts = await stage.store.listOperations({ serialNumber: SN, alertsOnly: true, limit: 5 });
    expect(alerts.map(({ code }) => code)).toEqual(['logs.clear']);
  });

  test('what the terminal cannot hold is refused before it is spoken to', async () => {
    await ready();
    expect((await run('user.update', { pin: 'A77' })).reason).toBe('ZKT_PIN_UNFIT');
    expect(stage.terminal.asked.filter((code) => code === 8)).toEqual([]);
  });

  test('the identity of a punch is that of push', async () => {
    await ready();
    const [newest] = await stage.store.listPunches({ serialNumber: SN, limit: 1 });
    const { pin, wallTime, state } = newest ?? {};
    expect(newest?.id).toBe(punchIdOf(SN, [pin ?? asPin(''), wallTime, state, '1', '0'], wallTime));
  });
});
