import { describe, expect, test } from '@jest/globals';
import { T0 } from '../test/kit.ts';
import { createGate, createRateLimiter } from './limits.ts';

const times = (count: number, act: () => boolean): number =>
  Array.from({ length: count }, act).filter((isLet) => isLet).length;

describe('a rate limit', () => {
  test('lets a burst through at once and no more', () => {
    const limiter = createRateLimiter(2, 10);
    expect(times(15, () => limiter.take('a', T0))).toBe(10);
  });

  test('fills again with time, up to one burst', () => {
    const limiter = createRateLimiter(2, 10);
    times(10, () => limiter.take('a', T0));
    expect(times(5, () => limiter.take('a', T0 + 1_000))).toBe(2);
    expect(times(50, () => limiter.take('a', T0 + 3_600_000))).toBe(10);
  });

  test('being refused costs nothing: whoever asks too often is let through at the rate all the same', () => {
    const limiter = createRateLimiter(1, 1);
    const asked = Array.from({ length: 41 }, (_, i) => limiter.take('a', T0 + i * 250));
    expect(asked.filter((isLet) => isLet)).toHaveLength(11);
  });

  test('one key does not use up what another has', () => {
    const limiter = createRateLimiter(1, 3);
    times(10, () => limiter.take('a', T0));
    expect(times(10, () => limiter.take('b', T0))).toBe(3);
  });

  test('a clock that is set back gives nothing and breaks nothing', () => {
    const limiter = createRateLimiter(1, 2);
    times(2, () => limiter.take('a', T0));
    expect(limiter.take('a', T0 - 3_600_000)).toBe(false);
    expect(limiter.take('a', T0 - 3_600_000 + 1_000)).toBe(true);
  });

  test('forgets names that are full again and keeps those that are not', () => {
    const limiter = createRateLimiter(1, 10);
    for (let i = 0; i < 1000; i += 1) limiter.take(`made-up-${i}`, T0);
    times(10, () => limiter.take('busy', T0));
    expect(limiter.size).toBe(1001);
    limiter.prune(T0 + 1_000);
    expect(limiter.size).toBe(1);
    expect(times(10, () => limiter.take('busy', T0 + 1_000))).toBe(1);
  });
});

describe('a gate', () => {
  test('holds what one key may have, and lets in again what left', () => {
    const gate = createGate(2, 100);
    expect([gate.enter('a', 1), gate.enter('a', 1), gate.enter('a', 1)]).toEqual([true, true, false]);
    gate.leave('a', 1);
    expect(gate.enter('a', 1)).toBe(true);
    expect(gate.enter('b', 2)).toBe(true);
  });

  test('holds what all may have together', () => {
    const gate = createGate(10, 15);
    expect([gate.enter('a', 10), gate.enter('b', 6), gate.enter('b', 5)]).toEqual([true, false, true]);
    expect(gate.total).toBe(15);
    gate.leave('a', 10);
    expect(gate.total).toBe(5);
    expect(gate.enter('c', 10)).toBe(true);
  });

  test('what was refused is not held', () => {
    const gate = createGate(3, 100);
    for (let i = 0; i < 10; i += 1) gate.enter('a', 4);
    expect(gate.total).toBe(0);
    expect(gate.enter('a', 3)).toBe(true);
  });

  test('does not remember for ever who has left', () => {
    const gate = createGate(1, 100);
    gate.enter('stays', 1);
    for (let i = 0; i < 50_000; i += 1) {
      gate.enter(`made-up-${i}`, 1);
      gate.leave(`made-up-${i}`, 1);
    }
    expect(gate.keys).toBeLessThan(25_000);
    expect(gate.enter('stays', 1)).toBe(false);
    gate.leave('stays', 1);
    expect(gate.enter('stays', 1)).toBe(true);
  });
});
