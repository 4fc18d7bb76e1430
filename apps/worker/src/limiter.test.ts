import { expect, test } from '@jest/globals';
import { adapt, INITIAL_LIMIT, Limiter, type LimitState } from './limiter.ts';

const feed = (state: LimitState, ms: number, times: number, isGood = true): LimitState =>
  Array.from({ length: times }).reduce<LimitState>(
    (s) => adapt(s, { ms, isGood, inFlight: Math.floor(s.limit) }),
    state,
  );

test('the limit grows to four while latency is calm and the places are used', () => {
  expect(Math.floor(feed(INITIAL_LIMIT, 40, 60).limit)).toBe(4);
});

test('places that nobody uses add none', () => {
  expect(adapt(INITIAL_LIMIT, { ms: 40, isGood: true, inFlight: 1 }).limit).toBe(2);
});

test('the limit shrinks to one when the site slows down, and grows again when it recovers', () => {
  const slow = feed(feed(INITIAL_LIMIT, 40, 60), 800, 30);
  expect(Math.floor(slow.limit)).toBe(1);
  expect(Math.floor(feed(slow, 40, 100).limit)).toBe(4);
});

test('an outage halves the limit, and it never falls under one', () => {
  expect(feed({ ...INITIAL_LIMIT, limit: 4 }, 0, 1, false).limit).toBe(2);
  expect(feed({ ...INITIAL_LIMIT, limit: 4 }, 0, 10, false).limit).toBe(1);
});

test('no more are let in than the limit says, and who waits comes in turn', async () => {
  const limiter = new Limiter();
  const leaves = [await limiter.enter(), await limiter.enter()];
  const order: number[] = [];
  const waiting = [1, 2].map((n) => limiter.enter().then((leave) => (order.push(n), leave)));
  expect(limiter.status()).toMatchObject({ inFlight: 2, waiting: 2 });
  leaves[0]!(undefined);
  (await waiting[0]!)(undefined);
  await waiting[1];
  expect(order).toEqual([1, 2]);
});
