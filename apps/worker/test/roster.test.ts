import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { digestOf } from '@biolistener/core';
import { closeRedis, openCommandRedis, type Redis } from '@biolistener/queue';
import type { StoredCommand } from '@biolistener/store';
import { startPrivateRedis, type PrivateRedis } from '../../../packages/queue/test/redis-server.ts';
import { rulesOf } from '../../../packages/roster/test/fake-brands.ts';
import { World } from '../../../packages/roster/test/world.ts';
import { NO_METRICS } from '../src/deps.ts';
import { RosterProcess } from '../src/roster/roster-process.ts';
import { memoryLog, until } from './helpers/bench.ts';

jest.setTimeout(60_000);

const NAMES = ['A', 'B', 'C', 'D'];
const SLOT = 'fingerprint:5:0';

let world: World;
let server: PrivateRedis;
let redis: Redis;
let processes: RosterProcess[];

beforeEach(async () => {
  [world, server] = await Promise.all([World.open({ isRealTime: true }), startPrivateRedis()]);
  redis = openCommandRedis(server.url);
  processes = [];
  for (const name of NAMES) await world.terminal(name);
});
afterEach(async () => {
  for (const each of processes) await each.stop();
  closeRedis(redis);
  await server.stop();
  await world.close();
});

function startRoster(): RosterProcess {
  const started = new RosterProcess({
    store: world.store,
    redis,
    redisUrl: server.url,
    settings: () => world.settings,
    rulesOf,
    metrics: NO_METRICS,
    clock: { now: () => Date.now(), random: () => 0.5 },
    log: memoryLog(),
  });
  processes.push(started);
  started.start();
  return started;
}

/** Terminals poll until each of them has the finger, and everything about them is proven. */
async function allHave(bytes: string): Promise<void> {
  await until(async () => {
    for (const name of NAMES) await world.poll(name);
    const states = await Promise.all(NAMES.map((name) => world.states(name, '7')));
    const areProven = states.every((rows) => Object.values(rows).every((state) => state === 'confirmed'));
    return areProven && NAMES.every((name) => world.kept(name, '7')?.[SLOT] === digestOf(bytes));
  }, `every terminal has ${bytes}`);
}

/** Done, or overtaken by one with the name, which was not known yet: that one is cancelled, even when it is on its way already. */
const isDone = ({ state, kind, parameters }: StoredCommand): boolean =>
  state === 'verified' || (state === 'cancelled' && kind === 'user.update' && parameters['name'] === undefined);

test('marks become jobs, jobs become commands, and no mark is left', async () => {
  startRoster();
  await world.enrol('A', '7', 5, 'five');
  await world.assign('7', ...NAMES);
  await allHave('five');
  await until(async () => (await world.store.listMarks(10)).length === 0, 'no mark');
});

test('Redis that is wiped in the middle loses nothing', async () => {
  startRoster();
  await world.enrol('A', '7', 5, 'five');
  await world.assign('7', ...NAMES);
  for (let n = 0; n < 5; n += 1) {
    await redis.flushall();
    for (const name of NAMES) await world.poll(name, 1);
  }
  await allHave('five');
});

test('Redis that comes late, and one that is killed, hold things up and lose nothing', async () => {
  await server.kill();
  startRoster();
  await world.enrol('A', '7', 5, 'five');
  await world.assign('7', ...NAMES);
  await server.start();
  await allHave('five');
  await server.kill();
  await world.enrol('B', '7', 5, 'new');
  await server.start();
  await allHave('new');
});

test('two processes share the work, and one goes on when the other stops', async () => {
  const first = startRoster();
  startRoster();
  await world.enrol('A', '7', 5, 'five');
  await world.assign('7', ...NAMES);
  await allHave('five');
  await first.stop();
  await world.enrol('C', '7', 5, 'new');
  await allHave('new');
  // the last question about what is there may still be on its way when all of it is proven
  await until(async () => {
    for (const name of NAMES) await world.poll(name);
    return (await world.store.listCommands({ limit: 1000 })).every(isDone);
  }, 'no command is open or has failed');
});

test('what is in Redis are ids, no templates and no names', async () => {
  await world.enrol('A', '7', 5, 'five', 'Somebody Real');
  await world.assign('7', ...NAMES);
  startRoster();
  await until(async () => (await redis.keys('*converge*')).length > 0, 'a job');
  const values = await redis.keys('*');
  const texts = await Promise.all(
    values.map(async (key) => ((await redis.type(key)) === 'hash' ? JSON.stringify(await redis.hgetall(key)) : key)),
  );
  expect(texts.join('\n')).not.toMatch(/Somebody|sealed|five/);
  await allHave('five');
});
