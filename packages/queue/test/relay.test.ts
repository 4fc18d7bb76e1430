import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPunchId, type PunchId } from '@biolistener/core';
import {
  claimLane,
  closeRedis,
  isReady,
  openCommandRedis,
  openDeliveryQueue,
  Relay,
  type DeliveryQueue,
  type Redis,
  type RelayStore,
} from '../src/index.ts';
import { startPrivateRedis, type PrivateRedis } from './redis-server.ts';

jest.setTimeout(30_000);

const idOf = (n: number): PunchId => asPunchId(n.toString(16).padStart(32, '0'));

/** The few methods that the relay uses, over a map of states. */
class FakeStore implements RelayStore {
  readonly states = new Map<PunchId, { state: 'waiting' | 'queued'; queuedAt: number }>();
  leader: string | undefined;
  claimLease = (_name: string, owner: string): Promise<boolean> => Promise.resolve((this.leader ??= owner) === owner);
  releaseLease = (): Promise<void> => Promise.resolve((this.leader = undefined));
  fanOut = (): Promise<number> => Promise.resolve(0);
  dueDeliveries = (_target: string, limit: number): Promise<PunchId[]> =>
    Promise.resolve(this.#of('waiting').slice(0, limit));
  staleQueued = (_target: string, before: number): Promise<PunchId[]> =>
    Promise.resolve(this.#of('queued').filter((id) => this.states.get(id)!.queuedAt < before));
  markQueued = (_target: string, ids: readonly PunchId[], now: number): Promise<void> => {
    for (const id of ids) this.states.set(id, { state: 'queued', queuedAt: now });
    return Promise.resolve();
  };
  requeueAll = (): Promise<number> => {
    const ids = this.#of('queued');
    this.add(...ids);
    return Promise.resolve(ids.length);
  };
  add(...ids: readonly PunchId[]): void {
    for (const id of ids) this.states.set(id, { state: 'waiting', queuedAt: 0 });
  }
  #of(state: string): PunchId[] {
    return [...this.states].filter(([, row]) => row.state === state).map(([id]) => id);
  }
}

let server: PrivateRedis;
let redis: Redis;
let queue: DeliveryQueue;
let store: FakeStore;
let now: number;
let rebuilt: number[];

const ready = async (): Promise<void> => {
  if (!isReady(redis)) await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
};
const relayOf = (): Relay =>
  new Relay({
    store,
    queue,
    redis,
    targetId: 't1',
    now: () => now,
    onRebuilt: (count) => rebuilt.push(count),
    onTrouble: () => undefined,
  });

beforeEach(async () => {
  server = await startPrivateRedis();
  redis = openCommandRedis(server.url);
  await ready();
  queue = openDeliveryQueue(redis, 't1', () => undefined);
  [store, now, rebuilt] = [new FakeStore(), 1_000_000, []];
});
afterEach(async () => {
  await queue.close();
  closeRedis(redis);
  await server.stop();
});

describe('the relay', () => {
  test('queues what is due, and the same punch twice is one job', async () => {
    const relay = relayOf();
    store.add(idOf(1), idOf(2));
    await relay.round();
    store.add(idOf(1));
    await relay.round();
    expect(await queue.size()).toBe(2);
  });

  test('queues everything again when Redis has forgotten', async () => {
    const relay = relayOf();
    store.add(idOf(1), idOf(2), idOf(3));
    await relay.round();
    await redis.flushall();
    await relay.round();
    expect([await queue.size(), rebuilt]).toEqual([3, [3]]);
  });

  test('adds a lost job again after half a minute', async () => {
    const relay = relayOf();
    store.add(idOf(1));
    await relay.round();
    await redis.del('{biolistener}:deliver-t1:wait', `{biolistener}:deliver-t1:t1.${idOf(1)}`);
    expect(await queue.size()).toBe(0);
    now += 29_000;
    await relay.round();
    expect(await queue.size()).toBe(0);
    now += 2000;
    await relay.round();
    expect(await queue.size()).toBe(1);
  });

  test('adds at once what the one before marked and, killed, never added', async () => {
    store.add(idOf(1), idOf(2));
    await store.markQueued('t1', [idOf(1), idOf(2)], now);
    await redis.set('{biolistener}:epoch:t1', 'as the one before left it');
    await relayOf().round();
    expect([await queue.size(), rebuilt]).toEqual([2, []]);
  });

  test('keeps Redis small: beyond two thousand the rest waits in the store', async () => {
    store.add(...Array.from({ length: 2500 }, (_, n) => idOf(n)));
    await relayOf().round();
    expect(await queue.size()).toBe(2000);
    expect([...store.states.values()].filter((row) => row.state === 'waiting')).toHaveLength(500);
  });

  test('leaves everything waiting while Redis is away', async () => {
    const closed = new Promise<void>((resolve) => redis.once('close', () => resolve()));
    await server.kill();
    await closed;
    store.add(idOf(1));
    await relayOf().round();
    expect(store.states.get(idOf(1))?.state).toBe('waiting');
  });

  test('runs in one process at a time', async () => {
    const [first, second] = [relayOf(), relayOf()];
    await first.round();
    await second.round();
    expect([first.status().isLeader, second.status().isLeader]).toEqual([true, false]);
  });
});

test('a lane has one holder over all processes, and is free after it', async () => {
  const first = await claimLane(redis, 't1', 'HR-EMP-1');
  expect((await claimLane(redis, 't1', 'HR-EMP-1')).kind).toBe('busy');
  expect((await claimLane(redis, 't2', 'HR-EMP-1')).kind).toBe('held');
  if (first.kind === 'held') await first.release();
  const again = await claimLane(redis, 't1', 'HR-EMP-1');
  expect(again.kind).toBe('held');
  if (again.kind === 'held') await again.release();
});
