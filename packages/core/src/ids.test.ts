import { describe, expect, test } from '@jest/globals';
import { punchIdOf } from './ids.ts';
import type { LocalTime } from './time.ts';

const idAt = (wallTime: string, pin = '7'): string => punchIdOf('SN1', [pin, wallTime], wallTime as LocalTime);

describe('the id of a punch', () => {
  test('is the same for the same key and another for any other', () => {
    expect(punchIdOf('SN1', ['7', 1])).toBe(punchIdOf('SN1', ['7', 1]));
    const others = [
      punchIdOf('SN1', ['7', 1]),
      punchIdOf('SN2', ['7', 1]),
      punchIdOf('SN1', ['71']),
      punchIdOf('SN1', ['7', undefined]),
      punchIdOf('SN1', ['7', '']),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  test.each([undefined, '2026-03-09 08:00:05', '9999-12-31 23:59:59', '0001-01-01 00:00:00'])(
    'is 32 hex digits with the wall time %s',
    (wallTime) => {
      expect(punchIdOf('SN1', ['7'], wallTime as LocalTime | undefined)).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  test('starts alike within five minutes of wall time and in the order of time beyond', () => {
    const times = [
      '2026-03-09 08:00:00',
      '2026-03-09 08:04:59',
      '2026-03-09 08:05:00',
      '2026-03-31 23:59:59',
      '2026-04-01 00:00:00',
    ];
    const starts = times.map((time) => idAt(time).slice(0, 7));
    expect(starts[0]).toBe(starts[1]);
    expect(new Set(starts).size).toBe(4);
    expect(starts.toSorted()).toEqual(starts);
  });

  test('differs for two people at the same second', () => {
    expect(idAt('2026-03-09 08:00:00', '7')).not.toBe(idAt('2026-03-09 08:00:00', '8'));
  });
});
