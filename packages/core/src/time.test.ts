import { describe, expect, test } from '@jest/globals';
import { isZone, localTimeOf, offsetMinutes, toInstant, toLocal, toOffsetIso, type LocalTime } from './time.ts';

const wall = (text: string): LocalTime => text as LocalTime;
const utc = (text: string, zone: string): string => new Date(toInstant(wall(text), zone).instant).toISOString();

describe('a wall time', () => {
  test('is refused when no such date exists', () => {
    expect(localTimeOf(2026, 2, 30)).toBeUndefined();
    expect(localTimeOf(2023, 2, 29)).toBeUndefined();
    expect(localTimeOf(2024, 2, 29, 23, 59, 59)).toBe('2024-02-29 23:59:59');
    expect(localTimeOf(2026, 13, 1)).toBeUndefined();
    expect(localTimeOf(2026, 1, 1, 24)).toBeUndefined();
  });

  test('gets its instant from the zone, also where offsets are half and quarter hours', () => {
    expect(utc('2026-03-09 14:05:30', 'Asia/Kolkata')).toBe('2026-03-09T08:35:30.000Z');
    expect(utc('2026-03-09 14:05:30', 'Asia/Kathmandu')).toBe('2026-03-09T08:20:30.000Z');
    expect(utc('2026-03-09 14:05:30', 'UTC-03:30')).toBe('2026-03-09T17:35:30.000Z');
  });

  test('that happens twice takes the first instant and says so', () => {
    const at = toInstant(wall('2026-10-25 02:30:00'), 'Europe/Berlin');
    expect(new Date(at.instant).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(at.certainty).toBe('ambiguous');
  });

  test('that never happens says so and keeps its place in order', () => {
    const at = toInstant(wall('2026-03-29 02:30:00'), 'Europe/Berlin');
    expect(at.certainty).toBe('skipped');
    expect(new Date(at.instant).toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });

  test('next to a change is exact on both sides', () => {
    expect(toInstant(wall('2026-10-25 01:59:59'), 'Europe/Berlin').certainty).toBe('exact');
    expect(toInstant(wall('2026-10-25 03:00:00'), 'Europe/Berlin').certainty).toBe('exact');
    expect(utc('2026-10-25 03:00:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
    expect(utc('2026-04-05 02:15:00', 'Australia/Lord_Howe')).toBe('2026-04-04T15:45:00.000Z');
  });

  test('and its instant are inverse through a whole year of hours', () => {
    for (const zone of ['America/St_Johns', 'Africa/Casablanca', 'Pacific/Chatham', 'America/Sao_Paulo']) {
      for (let hour = 0; hour < 24 * 365; hour += 7) {
        const instant = Date.UTC(2026, 0, 1) + hour * 3_600_000 + 17 * 60_000;
        const back = toInstant(toLocal(instant, zone), zone);
        if (back.certainty === 'exact') expect(back.instant).toBe(instant);
        else expect(Math.abs(back.instant - instant)).toBeLessThanOrEqual(3_600_000);
      }
    }
  });
});

test('zones are names that exist or fixed offsets', () => {
  expect([isZone('Asia/Kolkata'), isZone('UTC+05:30'), isZone('Mars/Base'), isZone('')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(offsetMinutes('Asia/Kolkata', 0)).toBe(330);
  expect(toOffsetIso(Date.UTC(2026, 2, 9, 8, 35, 30), 'Asia/Kolkata')).toBe('2026-03-09T14:05:30+05:30');
});
