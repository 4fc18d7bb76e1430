import { expect, test } from '@jest/globals';
import { TokenBuckets } from './token-buckets.ts';

test('so many at once, then so many a second, each on its own', () => {
  let now = 0;
  const buckets = new TokenBuckets({ burst: 2, perSecond: 1 }, () => now);
  expect([buckets.take('a'), buckets.take('a'), buckets.take('a'), buckets.take('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  now = 900;
  expect(buckets.take('a')).toBe(false);
  now = 1100;
  expect([buckets.take('a'), buckets.take('a')]).toEqual([true, false]);
  now = 60_000;
  expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([true, true, false]);
});

test('remembers no more than it must', () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 0 }, () => 0);
  expect(buckets.take('first')).toBe(true);
  for (let i = 0; i < 10_000; i += 1) buckets.take(`address ${i}`);
  expect(buckets.take('first')).toBe(true); // forgotten, as the one that was longest silent
  expect(buckets.take('address 9999')).toBe(false);
});
