import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Seats } from './seats.ts';

test('a number is given again once its guest left, and never before', () => {
  const seats = new Seats<string>();
  const [a, b] = [seats.take('a'), seats.take('b')];
  expect(seats.leave(a)).toBe('a');
  expect(seats.leave(a)).toBeUndefined();
  expect(seats.leave(99)).toBeUndefined();
  expect(seats.take('c')).toBe(a);
  expect([seats.leave(b), seats.leave(a), seats.size]).toEqual(['b', 'c', 0]);
});

test('all leave at once, and the seats are free', () => {
  const seats = new Seats<string>();
  const a = seats.take('a');
  seats.take('b');
  seats.leave(a);
  seats.take('c');
  expect(seats.leaveAll().sort()).toEqual(['b', 'c']);
  expect([seats.size, seats.leaveAll()]).toEqual([0, []]);
});

test('holds whoever a map would hold', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (steps) => {
      const [seats, map] = [new Seats<number>(), new Map<number, number>()];
      steps.forEach((step, at) => {
        if (step > 10) map.set(seats.take(at + 1), at + 1);
        else expect(seats.leave(step)).toBe(map.get(step));
        if (step <= 10) map.delete(step);
        expect(seats.size).toBe(map.size);
      });
    }),
  );
});
