import { describe, expect, test } from '@jest/globals';
import { formatDateTime, formatTimeOfDay, isZone, microsOf, readDateTime, readTimeOfDay, wallAt } from './site-time.ts';

describe('a datetime text', () => {
  test.each([
    ['2026-03-09 08:55:10', '2026-03-09 08:55:10'],
    ['2026-03-09T08:55:10', '2026-03-09 08:55:10'],
    ['2026-03-09 08:55:10.5', '2026-03-09 08:55:10.500000'],
    ['2026-03-09 08:55:10.000000', '2026-03-09 08:55:10'],
    ['2026-03-09', '2026-03-09 00:00:00'],
    ['1969-12-31 23:59:59.25', '1969-12-31 23:59:59.250000'],
  ])('%s reads back as %s', (text, expected) => expect(formatDateTime(microsOf(text))).toBe(expected));

  test.each(['', 'garbage', '2026-02-30 00:00:00', '2026-13-01', '2026-03-09 24:00:00', '2026-03-09 08:60'])(
    '%j is none',
    (text) => expect(readDateTime(text)).toBeUndefined(),
  );

  test.each(['2026-03-09T08:55:10Z', '2026-03-09 08:55:10+04:00', '2026-03-09T08:55:10-0330'])(
    '%s has an offset',
    (text) => expect(readDateTime(text)?.hasOffset).toBe(true),
  );
});

test('a time of day prints its hours without a leading zero', () => {
  expect(formatTimeOfDay(readTimeOfDay('09:05')!)).toBe('9:05:00');
  expect(formatTimeOfDay(readTimeOfDay('23:59:59')!)).toBe('23:59:59');
  expect(readTimeOfDay('nine')).toBeUndefined();
});

test('a zone turns an instant into the reading of its wall, also over daylight saving', () => {
  const at = (iso: string, zone: string): string => formatDateTime(wallAt(Date.parse(iso), zone));
  expect(at('2026-03-09T08:35:30.123Z', 'Asia/Kolkata')).toBe('2026-03-09 14:05:30.123000');
  expect(at('2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30:00');
  expect(at('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30:00');
  expect([isZone('Asia/Kolkata'), isZone('Mars/Base')]).toEqual([true, false]);
});
