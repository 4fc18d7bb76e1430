import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asPin, asSerialNumber } from '@biolistener/core';
import { commandListing, NEXT_AT, WITH_COMMANDS } from '../src/sqlite/commands-read.ts';
import { TAKEABLE } from '../src/sqlite/commands-take.ts';
import { openReading, type Database } from '../src/sqlite/database.ts';
import { DUE, LANE, LAST_DECISION, STALE, UNDONE } from '../src/sqlite/deliveries-read.ts';
import { PINS } from '../src/sqlite/owners-read.ts';
import { REPLACEABLE } from '../src/sqlite/first-sight.ts';
import { LAST_ARRIVAL, SINCE, listingSql } from '../src/sqlite/punches-read.ts';
import { ITEMS, SEEN, SEEN_TEMPLATES } from '../src/sqlite/roster-cells.ts';
import { PERSONS_OF_TERMINAL } from '../src/sqlite/roster-read.ts';
import { WITH_QUARANTINE } from '../src/sqlite/terminals-read.ts';
import { UNREAD } from '../src/sqlite/unread.ts';
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
  test('the PINs of an employee come from what is known of the employee', () => {
    const plan = planOf(PINS);
    for (const index of ['pin_owners_by_employee (target_id=? AND employee=?)', 'persons_by_employee (employee=?)'])
      expect(plan).toContain(index);
    expect(plan).not.toMatch(/SCAN (pin_owners|persons)\b/);
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
  test('the oldest undone punches start at the open deliveries and at the cursor', () => {
    const plan = planOf(UNDONE);
    expect(plan).toContain('deliveries_open (target=? AND state=?)');
    expect(plan).toContain('attempts_by_delivery (target=? AND punch_seq=?)');
    expect(plan).not.toMatch(/SCAN (p|d|a)\b/);
  });
  test('mailboxes with something to take goes from terminal to terminal, never along what one of them holds', () => {
    const plan = planOf(WITH_COMMANDS);
    for (const index of ['commands_queued (terminal_id=?)', 'commands_out (terminal_id=? AND lease_until<?)'])
      expect(plan).toContain(index);
    expect(plan).toContain('COVERING INDEX commands_queued');
    expect(plan).not.toContain('commands_by_state');
    expect(plan).not.toMatch(/SCAN (t|c|o)\b/);
  });
  test('the punches of a terminal since a time are counted from its own ones and the tail', () => {
    const plan = planOf(SINCE);
    expect(plan).toContain('COVERING INDEX punch_times_by_terminal (terminal_id=?)');
    expect(plan).not.toMatch(/SCAN (p|u|x)\b/);
  });
  test('the last arrival is that of punches of the stretch, and of the tail', () => {
    const plan = planOf(LAST_ARRIVAL);
    expect(plan).toContain('punch_times_by_terminal (terminal_id=? AND instant>? AND instant<?)');
    expect(plan).not.toMatch(/SCAN (p|u|x)\b/);
  });
  test('what nobody has read starts at what is parked, and at the terminals to take in', () => {
    const plan = planOf(UNREAD);
    expect(plan).toContain('parked_by_state (state=?)');
    expect(plan).toContain('terminals_to_take_in');
    expect(plan).not.toMatch(/SCAN (k|q)\b/);
  });
  test('the next command is the first of two indexes, and what a terminal may take comes in its order', () => {
    const plan = planOf(NEXT_AT);
    for (const index of ['commands_due (not_before>?)', 'commands_lost (lease_until>?)']) expect(plan).toContain(index);
    const take = planOf(TAKEABLE);
    expect(take).toContain('SEARCH c USING INDEX commands_queued (terminal_id=?)');
    expect(take).toContain('commands_delayed (terminal_id=? AND not_before>?)');
    expect(take).not.toContain('TEMP B-TREE');
  });
  test.each([
    ['a terminal', { serialNumber: asSerialNumber('S') }, 'commands_by_terminal'],
    ['a PIN', { pin: asPin('1') }, 'commands_by_pin'],
    ['a document in Desk', { deskName: 'D' }, 'commands_by_desk_name'],
    ['some states', { states: ['failed'] as const }, 'commands_by_state'],
  ])('commands of %s come from their index', (_, filter, index) => {
    const { sql, values } = commandListing({ limit: 9, ...filter });
    const plan = db
      .all(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      .map((row) => String(row['detail']))
      .join('\n');
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/SCAN (c|t)\b/);
  });
  test.each([
    ['items', ITEMS],
    ['what was seen', SEEN],
    ['templates that were seen', SEEN_TEMPLATES],
    ['persons of a terminal', PERSONS_OF_TERMINAL],
  ])('%s of cells are searched one by one', (_, sql) => {
    expect(planOf(sql)).not.toMatch(/SCAN [imptu]\b|SCAN (persons|roster_items|assignments)$/m);
  });
});
