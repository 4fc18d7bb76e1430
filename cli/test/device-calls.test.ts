import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ZkTcpTerminal } from '@biolistener/simulator';
import { openWorkplace, type Workplace } from './run-bin.ts';
import { openStore, seed } from './seed.ts';

// each command is a process of its own, on a machine that may be busy
jest.setTimeout(120_000);

const SN = 'ZKT0000001';
const KEY = '135797';
let place: Workplace;
let port = '';
const terminal = new ZkTcpTerminal({ serialNumber: SN, commKey: Number(KEY) });

beforeAll(async () => {
  place = await openWorkplace();
  await seed(place.dataDir);
  port = String(await terminal.start());
  writeFileSync(join(place.dir, 'right.key'), `${KEY}\n`);
  writeFileSync(join(place.dir, 'wrong.key'), '1\n');
});
afterAll(async () => {
  await terminal.stop();
  place.remove();
});

const keyFile = (name: string): string[] => ['--port', port, '--key-file', join(place.dir, `${name}.key`)];

test('test names the step that fails and what to do, and ends with 4', async () => {
  const closed = await place.run('device', 'test', '127.0.0.1', '--port', '1');
  expect([closed.code, closed.stdout]).toEqual([4, expect.stringMatching(/FAIL {2}reachable: .*\n {6}Check power/)]);
  const keyless = await place.run('device', 'test', '127.0.0.1', ...keyFile('wrong'));
  expect([keyless.code, keyless.stdout]).toEqual([4, expect.stringContaining('FAIL  key: ')]);
});

test('a unit that takes TCP and says nothing: it is told that UDP may be its language, and by UDP it answers', async () => {
  const mute = new ZkTcpTerminal({ serialNumber: 'ZKT0000002', profile: 'ma300' });
  const muted = ['--port', String(await mute.start())];
  try {
    const tcp = await place.run('device', 'test', '127.0.0.1', ...muted);
    expect([tcp.code, tcp.stdout]).toEqual([4, expect.stringContaining('try `--udp`')]);
    const udp = await place.run('device', 'test', '127.0.0.1', '--udp', ...muted);
    expect(udp.stdout).toMatch(/ok    key: [^]*model: SIM-MA/);
  } finally {
    await mute.stop();
  }
});

test('test tells model, serial number, clock and counts, and changes nothing', async () => {
  const { value } = await place.json('device', 'test', '127.0.0.1', ...keyFile('right'));
  expect(value).toMatchObject({ serialNumber: SN, identity: { firmware: 'Ver 6.60 Apr 26 2016' } });
  const steps = (value as { steps: { step: string }[] }).steps.map(({ step }) => step); // as toMatchObject saw
  expect(steps).toEqual([
    'reachable',
    'speaks ZK',
    'key',
    'serial number',
    'model',
    'state',
    'clock',
    'log',
    'capacity',
  ]);
  const details = Object.fromEntries(
    (value as { steps: { step: string; detail: string }[] }).steps.map((one) => [one.step, one.detail]),
  ); // as above
  expect(details).toMatchObject({
    model: 'SIM-TFT, ZMM220_TFT, Ver 6.60 Apr 26 2016, fingerprints of algorithm 10',
    state: 'idle',
    log: '0 of 200000 records',
    capacity: '0 of 3000 users, 0 of 5000 fingerprints, 0 of 0 faces',
  });
  expect(terminal.asked.filter((code) => ![1000, 1001, 1102, 11, 1100, 50, 64, 201].includes(code))).toEqual([]);
});

test('add keeps the address in the open and the key sealed, and says the key nowhere', async () => {
  const added = await place.run(
    'device',
    'add',
    '127.0.0.1',
    ...keyFile('right'),
    '--zone',
    'Asia/Kolkata',
    '--name',
    'Yard',
  );
  expect([added.code, added.stdout]).toEqual([0, expect.stringContaining(`${SN} is called from now on`)]);
  const shown = await place.run('device', 'show', SN);
  const store = await openStore(place.dataDir);
  const [found, settings] = [await store.listTerminals({}), await store.listSettings()];
  await store.close();
  const mine = found.find(({ serialNumber }) => serialNumber === SN);
  expect(mine).toMatchObject({
    brand: 'zk-tcp',
    status: 'approved',
    zone: 'Asia/Kolkata',
    options: { address: '127.0.0.1' },
  });
  expect(settings.map(({ key }) => key)).toContain(`pull.key.${SN}`);
  expect(JSON.stringify([added, shown, mine, settings])).not.toContain(KEY);
});

test('test by serial number takes the kept key, and keeps away while the service speaks with it', async () => {
  expect((await place.run('device', 'test', SN)).stdout).toContain('ok    key: accepted');
  const store = await openStore(place.dataDir);
  await store.claimLease(`pull:${SN}`, 'worker', 60_000, Date.now());
  const before = terminal.asked.length;
  const busy = [
    await place.run('device', 'test', SN),
    await place.run('device', 'test', '127.0.0.1', '--port', port),
    await place.run('device', 'add', '127.0.0.1', ...keyFile('right')),
  ];
  await store.releaseLease(`pull:${SN}`, 'worker');
  await store.close();
  for (const one of busy)
    expect([one.code, one.stderr]).toEqual([1, expect.stringContaining('the service speaks with')]);
  expect(terminal.asked.length).toBe(before);
  expect((await place.run('device', 'test', '127.0.0.1', '--port', port)).stdout).toContain('ok    key: accepted');
});

test('a key that is none, and an address that is none, end with 2', async () => {
  writeFileSync(join(place.dir, 'bad.key'), 'secret!\n');
  expect((await place.run('device', 'add', '127.0.0.1', ...keyFile('bad'))).code).toBe(2);
  expect((await place.run('device', 'test', 'not an address')).code).toBe(2);
});

test('set --key-file keeps the key that a pushing terminal must show sealed; other brands show none', async () => {
  const set = await place.run('device', 'set', 'FRONT00001', '--key-file', join(place.dir, 'right.key'));
  expect([set.code, set.stdout]).toEqual([0, expect.stringMatching(/^FRONT00001: key set\.\n.*restart it/)]);
  const store = await openStore(place.dataDir);
  const settings = await store.listSettings();
  await store.close();
  const kept = settings.find(({ key }) => key === 'push.key.FRONT00001');
  expect(kept?.value).toHaveProperty('keyId');
  expect(JSON.stringify(kept)).not.toContain(KEY);
  expect((await place.run('device', 'show', 'FRONT00001')).stdout).toMatch(/shared key: +must be shown/);
  const forgot = await place.run('device', 'set', 'FRONT00001', '--key-file', '');
  expect([forgot.code, forgot.stdout]).toEqual([0, 'FRONT00001: key set.\n']);
  expect((await place.run('device', 'show', 'FRONT00001')).stdout).not.toContain('shared key');
  writeFileSync(join(place.dir, 'bad.key'), 'two words');
  const bad = await place.run('device', 'set', 'FRONT00001', '--key-file', join(place.dir, 'bad.key'));
  expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('visible ASCII')]);
  const other = await place.run('device', 'set', SN, '--key-file', join(place.dir, 'right.key'));
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('show no shared key')]);
});
