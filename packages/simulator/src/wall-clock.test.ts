import { describe, expect, test } from '@jest/globals';
import { compactWall, DeviceClock, isoWall, parseCompactWall, parseWall, wallText, zkSeconds } from './wall-clock.ts';

test.each([
  ['2000-01-01 00:00:00', 0],
  ['2024-02-29 23:59:59', 776_563_199],
  ['2026-03-09 14:05:30', 841_759_530],
  ['2026-12-31 23:59:59', 867_801_599],
  ['2018-02-22 14:54:54', 583_080_894],
])('C54: %s is ZK second %i', (text, seconds) => {
  expect(zkSeconds(parseWall(text))).toBe(seconds);
});

test('a wall time is written in three spellings', () => {
  const wall = parseWall('2026-03-09 14:05:30');
  expect([wallText(wall), isoWall(wall), compactWall(wall)]).toEqual([
    '2026-03-09 14:05:30',
    '2026-03-09T14:05:30',
    '20260309140530',
  ]);
});

test('a date that does not exist is no wall time', () => {
  expect(() => parseWall('2026-02-30 10:00:00')).toThrow(RangeError);
  expect(() => parseWall('2026-02-03')).toThrow(RangeError);
  expect(parseCompactWall('20260230010101')).toBeUndefined();
  expect(parseCompactWall('nonsense')).toBeUndefined();
  expect(parseCompactWall('20260309140530')).toBe(parseWall('2026-03-09 14:05:30'));
});

describe('the clock of a terminal', () => {
  const trueTime = (): number => Date.UTC(2026, 2, 9, 8, 35, 30);

  test('shows true time in the zone that it was told', () => {
    expect(wallText(new DeviceClock(330, trueTime).now())).toBe('2026-03-09 14:05:30');
  });

  test('can be wrong, set, and start again at the year of a dead battery', () => {
    const clock = new DeviceClock(330, trueTime);
    clock.setError(-60);
    expect(wallText(clock.now())).toBe('2026-03-09 14:04:30');
    clock.set(parseWall('2026-01-02 03:04:05'));
    expect(wallText(clock.now())).toBe('2026-01-02 03:04:05');
    clock.resetTo(2000);
    expect(wallText(clock.now())).toBe('2000-01-01 00:00:00');
    clock.setError(0);
    expect(wallText(clock.now())).toBe('2026-03-09 14:05:30');
  });
});
