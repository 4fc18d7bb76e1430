import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asPin, asSerialNumber } from '@biolistener/core';
import { openReading, type Database } from '../src/sqlite/database.ts';
import { DUE, LANE, LAST_DECISION, OLDEST_UNDONE, STALE } from '../src/sqlite/deliveries-read.ts';
import { REPLACEABLE } from '../src/sqlite/first-sight.ts';
import { listingSql } from '../src/sqlite/punches-read.ts';
import { WITH_QUARANTINE } from '../src/sqlite/terminals-read.ts';
import { newPlace } from './sqlite-place.ts';

/** Reads run in the thread that serves terminals: none of these may walk a whole table. */
describe('the plan of', () => {
  let place: Awaited<ReturnType<typeof newPlace>>;
  let db: Database;
  beforeAll(async () => {
    place = await newPlace();
    await (await place.open()).close();
    db = openReading(place.path, 100);
  });
  afterAll(async () => {
    db.close();
    await place.remove();
  });
  const planOf = (sql: string): string => {
    const blanks = Array.from({ length: (sql.match(/\?(?!\d)/g) ?? []).length || 9 }, () => null);
    const numbered = new Set(sql.match(/\?\d/g) ?? []).size;
    const values = numbered > 0 ? blanks.slice(0, numbered) : sql.includes('?') ? blanks : [];
    return db
      .all(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      .map((row) => String(row['detail']))
      .join('\n');
  };

  test('due deliveries walks the open ones in order', () => {
    const plan = planOf(DUE);
    expect(plan).toContain('COVERING INDEX deliveries_open (target=? AND state=?)');
    expect(plan).not.toContain('TEMP B-TREE FOR ORDER BY'); // ties may be sorted
  });
  test('stale queued ones uses their index', () => {
    expect(planOf(STALE)).toContain('deliveries_queued (target=? AND queued_at<?)');
  });
  test('the terminal that makes room, and those with quarantine, each come from an index of their own', () => {
    expect(planOf(REPLACEABLE)).toBe('SCAN terminals USING INDEX terminals_replaceable');
    expect(planOf(WITH_QUARANTINE)).toBe('SCAN terminals USING INDEX terminals_to_take_in');
  });
  test('a lane uses person and instant', () => {
    expect(planOf(LANE)).toContain('deliveries_lane (target=? AND pin=? AND instant<?)');
  });
  test('the last decision is one step into its index', () => {
    const plan = planOf(LAST_DECISION);
    expect(plan).toContain('deliveries_decided (target=? AND employee=? AND instant<?)');
    expect(plan).not.toContain('TEMP B-TREE FOR ORDER BY'); // ties may be sorted
  });
  test.each([
    ['all', {}, 'SCAN x USING COVERING INDEX punch_times_by_instant'],
    ['one person', { pin: asPin('1') }, 'punch_times_by_pin (pin=?)'],
    [
      'one person in a month',
      { pin: asPin('1'), from: 0, to: 1 },
      'punch_times_by_pin (pin=? AND instant>? AND instant<?)',
    ],
    [
      'one terminal since',
      { serialNumber: asSerialNumber('S'), from: 0 },
      'punch_times_by_terminal (terminal_id=? AND instant>?)',
    ],
    ['a time', { from: 0, to: 1 }, 'punch_times_by_instant (instant>? AND instant<?)'],
    ['what is parked', { targetId: 't', states: ['parked'] }, 'deliveries_open (target=? AND state=?)'],
  ])('a listing of %s starts at an index and reads only the tail of the punches', (_, filter, index) => {
    const { sql, values } = listingSql({ limit: 10, ...filter });
    const plan = db
      .all(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      .map((row) => String(row['detail']))
      .join('\n');
    expect(plan).toContain(index);
    expect(plan.match(/SCAN x$/gm)).toEqual(['SCAN x']); // the few rows that were collected, and no table
    expect(plan).not.toMatch(/SCAN [pdtu]\b/);
  });
  test('the oldest undone punch starts at the open deliveries and at the cursor', () => {
    const plan = planOf(OLDEST_UNDONE);
    expect(plan).toContain('deliveries_open (target=? AND state=?)');
    expect(plan).not.toMatch(/SCAN (p|d)\b/);
  });
});
