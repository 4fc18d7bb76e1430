import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { findBrand } from '@biolistener/brands';
import { DEVICE_COMMAND, DEVICE_USER } from '@biolistener/erpnext';
import { DEFAULT_ROSTER_SETTINGS } from '@biolistener/roster';
import { deskCommands } from '../../src/desk/make-commands.ts';
import { until } from '../helpers/bench.ts';
import { DeskBench, sn, ZONE } from './desk-bench.ts';

jest.setTimeout(120_000);
let bench: DeskBench;

afterEach(() => bench.close());

const order = async (type: string, more: object = {}, who = bench.people): Promise<string> => {
  const doc = { device: 'DESK0001', type, door_order: 1, manager_order: 1, ...more };
  return String((await who.create(DEVICE_COMMAND, doc)).data['name']);
};
const field = (name: string, of: string): unknown => bench.doc(DEVICE_COMMAND, name)?.[of];
const status = (name: string) => field(name, 'status');
const isTold = (name: string) => Boolean(field(name, 'asked_by'));

describe('two equal ones that wait are one command', () => {
  const equal = async () => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001');
    const desk = await bench.started();
    const names = [await order('Get Info'), await order('Get Info')];
    for (const name of names) await until(() => Boolean(field(name, 'command_id')), 'told');
    const [command] = await bench.commandsOf(names[0]!);
    return { first: names[0]!, second: names[1]!, id: command!.id, desk };
  };
  const state = async (id: string) => (await bench.store.findCommand(id))?.state;
  const isDone = async (id: string) => {
    const how = { limit: 1, maxBytes: 1e6, now: Date.now(), leaseMs: 1e4, isOneOutstanding: true };
    await bench.store.takeCommands(sn('DESK0001'), how);
    await bench.store.markSent([id], Date.now(), 60_000);
    await bench.store.verifyCommands([id], 'answer', Date.now());
  };

  test('cancelling the first leaves it to the second, and cancelling that one ends it', async () => {
    const { first, second, id } = await equal();
    await bench.people.update(DEVICE_COMMAND, first, { cancel_requested: 1 });
    await until(() => status(first) === 'Closed', 'closed');
    expect([await state(id), status(second)]).toEqual(['queued', 'Pending']);
    await bench.people.update(DEVICE_COMMAND, second, { cancel_requested: 1 });
    await until(() => status(second) === 'Closed', 'closed as well');
    expect(await state(id)).toBe('cancelled');
  });

  test('deleting the first leaves it to the second, and deleting that one ends it', async () => {
    const { first, second, id } = await equal();
    const admin = bench.admin();
    await admin.remove(DEVICE_COMMAND, first);
    await until(async () => (await bench.commandsOf(second)).length === 1, 'handed over');
    expect(await state(id)).toBe('queued');
    await admin.remove(DEVICE_COMMAND, second);
    await until(async () => (await state(id)) === 'cancelled', 'ended');
    admin.close();
  });

  test('cancelling the first while nobody listened leaves it to the second, which tells its end', async () => {
    const { first, second, id, desk } = await equal();
    await desk.stop();
    await bench.people.update(DEVICE_COMMAND, first, { cancel_requested: 1 });
    await bench.started();
    await until(() => status(first) === 'Closed', 'closed');
    await isDone(id);
    await until(() => status(second) === 'Success', 'success');
  });

  test('cancelling both ends it', async () => {
    const { first, second, id, desk } = await equal();
    await desk.stop();
    for (const name of [first, second]) await bench.people.update(DEVICE_COMMAND, name, { cancel_requested: 1 });
    await bench.started();
    for (const name of [first, second]) await until(() => status(name) === 'Closed', 'closed');
    expect(await state(id)).toBe('cancelled');
  });

  test.each(['roster', 'service'] as const)('what the %s wanted first goes on without the order', async (origin) => {
    bench = await DeskBench.open();
    await bench.hear();
    await bench.device('DESK0001');
    await bench.started();
    await until(async () => (await bench.terminal('DESK0001')) !== undefined, 'known');
    const wanted = { serialNumber: sn('DESK0001'), kind: 'info', parameters: {}, mergeKey: 'info {}' } as const;
    const how = { priority: 9, deadline: Date.now() + 3_600_000, maxAttempts: 3, bytes: 100 };
    const [queued] = await bench.store.queueCommands([{ ...wanted, ...how, origin, askedBy: 'system' }], Date.now());
    const name = await order('Get Info');
    await until(() => field(name, 'command_id') === queued!.id, 'merged');
    await bench.people.update(DEVICE_COMMAND, name, { cancel_requested: 1 });
    await until(() => status(name) === 'Closed', 'closed');
    expect(await bench.store.findCommand(queued!.id)).toMatchObject({ state: 'queued', deskName: undefined });
  });
});

describe('a user who is not enabled', () => {
  test.each([
    ['Enroll User', {}],
    ['Update User', {}],
    ['Copy To Devices', { parameters: '{"to":"DESK0002"}' }],
  ])('%s is refused with the reason, and allows them nowhere', async (type, more) => {
    bench = await DeskBench.open();
    await bench.hear();
    for (const serial of ['DESK0001', 'DESK0002']) await bench.device(serial);
    await bench.people.create(DEVICE_USER, { user_id: '7', user_name: 'Bo', enabled: 0 });
    await bench.started();
    const name = await order(type, { device_user: '7', ...more });
    await until(() => status(name) === 'Failed', 'refused');
    expect(field(name, 'response')).toBe('This user is not enabled.');
    expect(bench.doc(DEVICE_USER, '7')?.['devices'] ?? []).toEqual([]);
  });
});

describe('a door', () => {
  const SECOND = 1000;
  const rules = () =>
    deskCommands({
      store: bench.store,
      rulesOf: (brand) => findBrand(brand)?.roster,
      settings: () => DEFAULT_ROSTER_SETTINGS,
      now: () => bench.now(),
    });
  const opened = async (isToldAfterMs: number, zone = ZONE) => {
    bench = await DeskBench.open();
    await bench.device('DESK0001', { brand: 'aiface' });
    const name = await order('Open Door', {}, bench.as('door'));
    bench.now = () => Date.now() + isToldAfterMs;
    await bench.started({ ...rules(), site: { isReady: () => true, zone: () => zone } });
    await until(() => isTold(name), 'looked at');
    return name;
  };
  const taken = async () => {
    const how = { limit: 1, maxBytes: 1e6, now: bench.now(), leaseMs: 1e4, isOneOutstanding: true };
    return (await bench.store.takeCommands(sn('DESK0001'), how)).map(({ kind }) => kind);
  };

  test('that was ordered while nobody listened stays shut, and the order says so', async () => {
    const name = await opened(12 * 3600 * SECOND);
    expect([status(name), field(name, 'response')]).toEqual(['Failed', expect.stringMatching(/^Too late/)]);
    expect([await bench.commandsOf(name), await taken()]).toEqual([[], []]);
  });

  test('that was ordered just now opens, for no longer than a minute after the order', async () => {
    const at = Date.now();
    const name = await opened(20 * SECOND);
    const [command] = await bench.commandsOf(name);
    expect(status(name)).toBe('Pending');
    expect(command!.deadline).toBeLessThanOrEqual(at + 60 * SECOND);
    expect(await taken()).toEqual(['door.open']);
  });

  test('that was ordered in the future by our clock stays shut', async () => {
    const name = await opened(0, 'UTC');
    expect([status(name), field(name, 'response')]).toEqual(['Failed', expect.stringContaining('clocks')]);
    expect(await taken()).toEqual([]);
  });
});
