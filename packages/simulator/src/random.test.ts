import { expect, test } from '@jest/globals';
import { Random } from './random.ts';

const draw = (random: Random): number[] => Array.from({ length: 20 }, () => random.integer(1, 6));

test('the same seed draws the same numbers, another seed others', () => {
  expect(draw(new Random(7))).toEqual(draw(new Random(7)));
  expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
});

test('numbers stay within their bounds and reach both', () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 500 }, () => random.integer(1, 6)));
  expect([...drawn].sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a chance of 0 never happens, of 1 always, of a third about as often', () => {
  const random = new Random(3);
  const hits = Array.from({ length: 3000 }, () => random.chance(1 / 3)).filter(Boolean).length;
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
  expect(hits).toBeGreaterThan(900);
  expect(hits).toBeLessThan(1100);
});

test('a fork has numbers of its own, which repeat with the seed', () => {
  expect(draw(new Random(7).fork('a'))).toEqual(draw(new Random(7).fork('a')));
  expect(draw(new Random(7).fork('a'))).not.toEqual(draw(new Random(7).fork('b')));
});

test('bytes have the length that was asked for', () => {
  expect(new Random(1).bytes(7)).toHaveLength(7);
  expect(new Random(1).bulk(10_000)).toHaveLength(10_000);
  expect(() => new Random(1).pick([])).toThrow(RangeError);
});
