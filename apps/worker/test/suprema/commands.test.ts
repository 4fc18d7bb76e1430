import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, type CommandKind, type JsonObject } from '@biolistener/core';
import type { StoredCommand } from '@biolistener/store';
import { GATE, SupremaBench, until } from './bench.ts';

// a machine may be busy
jest.setTimeout(120_000);

let bench: SupremaBench;
afterEach(() => bench.close());

const FINGER = Buffer.alloc(384, 5).toString('base64');
const finger = (no: number, data = FINGER) =>
  [0, 1].map((index) => ({ kind: 'fingerprint', no, index, version: '', data }));

async function open(options: Readonly<Record<string, string | boolean>> = {}): Promise<void> {
  bench = await SupremaBench.open();
  bench.biostar.directory.accessGroups.set('4', 'Yard');
  await bench.approve(GATE, { accessGroup: '3', ...options });
  const peer = bench.peer();
  await until('devices', async () => (await bench.store.findTerminal(GATE))?.profile['server'] !== undefined);
  await until('listed', () => peer.status().devices === 1);
}

/** Queues a command and waits until it is over. */
async function done(kind: CommandKind, parameters: JsonObject): Promise<StoredCommand> {
  const now = Date.now();
  const command = { serialNumber: GATE, kind, parameters, origin: 'cli', askedBy: 'test', priority: 5 } as const;
  const limits = { deadline: now + 60_000, maxAttempts: 3, bytes: 100, pin: asPin('2041') };
  const [queued] = await bench.store.queueCommands([{ ...command, ...limits }], now);
  let found: StoredCommand | undefined;
  await until(`${kind} is over`, async () => {
    found = await bench.store.findCommand(queued?.id ?? '');
    return found?.closedAt !== undefined;
  });
  if (!found) throw new Error('no command');
  return found;
}

const userNow = (): JsonObject | undefined => bench.biostar.directory.users.get('2041');
const ids = (list: unknown): unknown[] => (Array.isArray(list) ? list.map((each: { id: unknown }) => each.id) : []);

describe('a user', () => {
  test('is made with the access group of the device, and read back', async () => {
    await open();
    expect(
      await done('user.update', { pin: '2041', name: 'R. Vale', card: '4091827364', templates: finger(3) }),
    ).toMatchObject({ state: 'verified' });
    expect(userNow()).toMatchObject({ name: 'R. Vale', user_title: 'biolistener', user_group_id: { id: '1' } });
    expect(ids(userNow()?.['access_groups'])).toEqual(['3']);
    expect(await done('user.query', { pin: '2041' })).toMatchObject({ state: 'verified', resultInfo: { found: true } });
    const [seen] = await bench.store.templatesOf(asPin('2041'));
    expect(seen).toMatchObject({ kind: 'fingerprint', no: 3, algorithm: 'suprema-finger' });
  });

  test('S16: keeps the card, fingers and access groups that it has', async () => {
    await open();
    await done('user.update', { pin: '2041', name: 'R. Vale', card: '111', templates: finger(3) });
    const before = userNow() ?? {};
    bench.biostar.directory.users.set('2041', { ...before, access_groups: [{ id: '4' }, { id: '3' }] });
    await done('user.update', { pin: '2041', card: '222', templates: finger(4) });
    const after = userNow();
    expect(ids(after?.['cards'])).toHaveLength(2);
    expect(ids(after?.['access_groups'])).toEqual(['4', '3']);
    expect(after?.['fingerprint_templates']).toMatchObject([{ finger_index: '3' }, { finger_index: '4' }]);
    expect(after?.['name']).toBe('R. Vale');
  });

  test('S17: a group that does not exist is told, and nothing is half-made', async () => {
    await open({ userGroup: '77' });
    expect(await done('user.update', { pin: '2041', name: 'R. Vale' })).toMatchObject({
      state: 'failed',
      reason: 'SU_GROUP_UNDEFINED',
      detail: expect.stringContaining('65717'),
    });
    expect(userNow()).toBeUndefined();
  });

  test('of somebody else is not changed, unless that is allowed', async () => {
    await open();
    bench.biostar.directory.users.set('2041', {
      user_id: '2041',
      name: 'By hand',
      user_title: 'Boss',
      access_groups: [{ id: '3' }],
    });
    expect(await done('user.update', { pin: '2041', name: 'R. Vale' })).toMatchObject({
      state: 'failed',
      reason: 'SU_USER_NOT_OURS',
    });
    expect(await done('user.delete', { pin: '2041' })).toMatchObject({ state: 'failed', reason: 'SU_USER_NOT_OURS' });
    await bench.approve(GATE, { accessGroup: '3', takeOverUsers: true });
    expect(await done('user.delete', { pin: '2041' })).toMatchObject({ state: 'verified' });
    expect(userNow()).toMatchObject({ name: 'By hand', access_groups: [] });
  });

  test('leaves the device first and the server last', async () => {
    await open();
    await done('user.update', { pin: '2041', name: 'R. Vale' });
    bench.biostar.directory.users.set('2041', { ...userNow(), access_groups: [{ id: '3' }, { id: '4' }] });
    await done('user.delete', { pin: '2041' });
    expect(ids(userNow()?.['access_groups'])).toEqual(['4']);
    expect(await done('user.query', { pin: '2041' })).toMatchObject({ resultInfo: { found: false } });
    bench.biostar.directory.users.set('2041', { ...userNow(), access_groups: [{ id: '3' }] });
    await done('user.delete', { pin: '2041' });
    expect(userNow()).toBeUndefined();
  });
});

describe('at a device', () => {
  test('two scans of a finger become an enrolment', async () => {
    await open();
    const scan = { body: { FingerprintTemplate: { template0: FINGER, raw: 'AAAA' } } };
    bench.biostar.scans.push(scan, scan);
    expect(await done('enrol.start', { pin: '2041', kind: 'fingerprint', no: 1 })).toMatchObject({ state: 'verified' });
    expect(userNow()?.['fingerprint_templates']).toMatchObject([
      { finger_index: '1', template0: FINGER, template1: FINGER },
    ]);
    expect(await bench.store.templatesOf(asPin('2041'))).toHaveLength(2);
  });

  test('a face and a card are taken too', async () => {
    await open();
    const template = (type: string, size: number) => ({
      template_ex: Buffer.alloc(size, 1).toString('base64'),
      credential_bin_type: type,
    });
    bench.biostar.scans.push({
      body: { credentials: { faces: [{ templates: [template('9', 600), template('5', 544)] }] } },
    });
    await done('enrol.start', { pin: '2041', kind: 'visible-face' });
    const faces = userNow()?.['credentials'] as {
      visualFaces: { templates: { template_ex: string; credential_bin_type: string }[] }[];
    };
    expect(
      faces.visualFaces[0]?.templates.map((each) => [
        each.credential_bin_type,
        Buffer.from(each.template_ex, 'base64').length,
      ]),
    ).toEqual([
      ['5', 544],
      ['9', 544],
    ]);
    bench.biostar.scans.push({ body: { Card: { card_id: '987654' } } });
    await done('enrol.start', { pin: '2041', kind: 'card' });
    expect(userNow()?.['cards']).toMatchObject([{ card_id: '987654' }]);
  });

  test('nobody who comes is no failure of the device', async () => {
    await open();
    bench.biostar.scans.push({ delayMs: 1500 });
    expect(await done('enrol.start', { pin: '2041', kind: 'card' })).toMatchObject({
      state: 'failed',
      resultCode: 'nobody-presented',
    });
  });

  test('events of a range are read when somebody asks', async () => {
    await open();
    bench.punch({ at: new Date(Date.UTC(2020, 5, 1, 8, 0, 0)) });
    const command = await done('logs.query', { from: '2020-06-01 00:00:00', to: '2020-06-02 00:00:00' });
    expect(command).toMatchObject({ state: 'verified' });
    expect(await bench.punches()).toBe(1);
  });

  test('its server says what it is', async () => {
    await open();
    expect(await done('info', {})).toMatchObject({ state: 'verified', resultInfo: { name: 'Gate 1', status: '1' } });
  });
});

test('a server that is away costs an attempt and not the command', async () => {
  await open();
  bench.biostar.switches.htmlErrors = true;
  const now = Date.now();
  const [queued] = await bench.store.queueCommands(
    [
      {
        serialNumber: GATE,
        kind: 'info',
        parameters: {},
        origin: 'cli',
        askedBy: 'test',
        priority: 5,
        deadline: now + 60_000,
        maxAttempts: 5,
        bytes: 10,
      },
    ],
    now,
  );
  await until(
    'told',
    async () =>
      (await bench.store.findCommand(queued?.id ?? ''))?.resultCode !== undefined ||
      (await bench.store.findCommand(queued?.id ?? ''))?.state === 'verified',
  );
  expect((await bench.store.findCommand(queued?.id ?? ''))?.state).not.toBe('failed');
});

test('S24: no template and no PIN of a keypad is ever logged', async () => {
  await open();
  await done('user.update', { pin: '2041', name: 'R. Vale', password: '778899', templates: finger(3) });
  await done('template.update', {
    pin: '2041',
    kind: 'visible-face',
    version: '5',
    data: Buffer.alloc(100, 3).toString('base64'),
  });
  const log = bench.log.lines.join('\n');
  expect(log).toContain('SU_FACE_SIZE');
  expect(log).not.toContain(FINGER.slice(0, 40));
  expect(log).not.toContain('778899');
});
