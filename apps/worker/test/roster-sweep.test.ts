import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber, type LocalDate } from '@biolistener/core';
import { World } from '../../../packages/roster/test/world.ts';
import { RosterSweep } from '../src/roster/sweep.ts';
import { memoryLog } from './helpers/bench.ts';

jest.setTimeout(30_000);

const HOUR = 3_600_000;

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const sweepOf = (): RosterSweep =>
  new RosterSweep({
    store: world.store,
    settings: () => world.settings,
    clock: { now: () => world.tick(), random: () => 0.5 },
    log: memoryLog(),
  });
const subjects = async (): Promise<string[]> => (await world.store.listMarks(100)).map(({ subject }) => subject);
const forget = async (): Promise<void> => world.store.clearMarks(await world.store.listMarks(100));

test('the day on which a validity ends takes the person off, also when the service was off over midnight', async () => {
  await world.terminal('A');
  await world.person('7', { name: 'Ann', isEverywhere: true, validTo: '2026-03-09' as LocalDate });
  await world.settle();
  await sweepOf().round();
  await forget();
  world.now += 20 * HOUR; // the 10th
  await sweepOf().round(); // another process: it knows from the store when the last look was
  expect(await subjects()).toContain('person:1');
  await world.settle();
  expect(world.model('A').users.size).toBe(0);
});

test('a terminal that comes back after a silence has its failures tried again', async () => {
  await world.terminal('A');
  await world.terminal('B');
  world.model('B').manners.isSilent = true;
  await world.enrol('A', '7', 5, 'five');
  await world.assign('7', 'B');
  await world.settle();
  expect(await world.states('B', '7')).toMatchObject({ user: 'failed' });
  const sweep = sweepOf();
  await sweep.round();
  await forget();
  world.model('B').manners.isSilent = false;
  world.now += 2 * HOUR;
  await world.poll('B');
  await sweep.round();
  expect(await subjects()).toContain('terminal:B');
  await world.settle();
  expect(world.kept('B', '7')).toBeDefined();
});

test('what people asked and nobody did is closed after days; what the roster wants is not', async () => {
  await world.terminal('A');
  const command = {
    serialNumber: asSerialNumber('A'),
    kind: 'info',
    parameters: {},
    origin: 'cli',
    askedBy: 'cli:root',
    priority: 5,
    deadline: world.now + 1000 * HOUR,
    maxAttempts: 5,
    bytes: 100,
  } as const;
  await world.store.queueCommands([command], world.tick());
  await world.person('7', { name: 'Ann', isEverywhere: true });
  await world.look();
  const sweep = sweepOf();
  await sweep.round();
  world.now += world.settings.forceCloseAfterMs + HOUR;
  await sweep.round();
  const states = (await world.store.listCommands({ limit: 10 })).map(({ origin, state }) => [origin, state]);
  expect(states.toSorted()).toEqual([
    ['cli', 'cancelled'],
    ['roster', 'queued'],
  ]);
});

test('a lease that ran out goes again, and the one that sweeps is one', async () => {
  await world.terminal('A');
  await world.person('7', { name: 'Ann', isEverywhere: true });
  await world.look();
  world.model('A').manners.isSilent = true;
  await world.poll('A');
  const [first, second] = [sweepOf(), sweepOf()];
  world.now += HOUR;
  await first.round();
  await second.round();
  expect([first.status().isLeader, second.status().isLeader]).toEqual([true, false]);
  const [command] = await world.store.listCommands({ pin: asPin('7'), limit: 1 });
  expect(command).toMatchObject({ state: 'queued', reason: 'silent', attempts: 1 });
});

test('terminals are marked to be read again, once in the interval', async () => {
  await world.terminal('A');
  const sweep = sweepOf();
  await sweep.round();
  await forget();
  world.now += world.settings.rereadEveryMs + 1;
  await sweep.round();
  expect(await subjects()).toEqual(['terminal:A']);
  await forget();
  world.now += 61_000;
  await sweep.round();
  expect((await subjects()).length).toBeLessThanOrEqual(1);
});
