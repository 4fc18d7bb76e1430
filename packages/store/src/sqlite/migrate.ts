import { digestOf } from '@biolistener/core';
import { storeError } from '../errors.ts';
import type { Database } from './database.ts';
import { resultCode } from './failures.ts';
import { text } from './rows.ts';
import { punches } from './steps/1-punches.ts';
import { keptAside } from './steps/2-kept-aside.ts';
import { deliveries } from './steps/3-deliveries.ts';
import { people } from './steps/4-people.ts';
import { control } from './steps/5-control.ts';
import { limits } from './steps/6-limits.ts';
import { roster } from './steps/7-roster.ts';
import { owners } from './steps/8-owners.ts';
import { tallies } from './steps/9-tallies.ts';

export interface Step {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** Forward only, in order, never edited once released: a change of the tables is a new step at the end. */
export const STEPS: readonly Step[] = [
  punches,
  keptAside,
  deliveries,
  people,
  control,
  limits,
  roster,
  owners,
  tallies,
];

/** `BIOL`: marks the file as ours (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x42494f4c;

function checkOurs(db: Database): void {
  const marked = db.get('PRAGMA application_id')?.['application_id'];
  const tables = db.get('SELECT count(*) AS n FROM sqlite_schema')?.['n'];
  if (marked !== APPLICATION_ID && tables !== 0)
    throw storeError('STORE_BROKEN', 'this SQLite file belongs to another program');
}

function checkApplied(db: Database, steps: readonly Step[]): number {
  const rows = db.all('SELECT id, name, digest FROM migrations ORDER BY id');
  if (rows.length > steps.length)
    throw storeError('STORE_TOO_NEW', `the store has ${rows.length} steps, this version knows ${steps.length}`);
  rows.forEach((row, index) => {
    const step = steps[index];
    if (!step || row['id'] !== step.id || text(row, 'digest') !== digestOf(step.sql))
      throw storeError('STORE_BROKEN', `step ${text(row, 'name')} of the store is not the one that this version knows`);
  });
  return rows.length;
}

/** Runs what is missing in one transaction: a process that dies in between leaves the file as it was. */
function applyMissing(db: Database, steps: readonly Step[]): number {
  checkOurs(db);
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at INTEGER NOT NULL)',
  );
  const missing = steps.slice(checkApplied(db, steps));
  for (const step of missing) {
    db.exec(step.sql);
    db.run('INSERT INTO migrations VALUES (?, ?, ?, ?)', step.id, step.name, digestOf(step.sql), Date.now());
  }
  if (missing.length > 0) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  return missing.length;
}

/** The switch to WAL answers BUSY at once, whatever the time-out, while another process does the same. */
function switchToWal(db: Database, timeoutMs: number): void {
  const end = Date.now() + timeoutMs;
  const idle = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (resultCode(error) !== 5 || Date.now() > end) throw error;
      Atomics.wait(idle, 0, 0, 20);
    }
  }
}

/**
 * Brings the file to the newest known step, under SQLite's write lock: of two processes that start together one does it
 * and the other finds it done. Answers how many steps ran.
 * Errors: STORE_TOO_NEW for a file with steps that this version lacks, STORE_BROKEN for a file that is no store.
 */
export function migrate(db: Database, timeoutMs: number, steps: readonly Step[] = STEPS): number {
  checkOurs(db); // before the switch: another program's file keeps its journal mode
  switchToWal(db, timeoutMs);
  db.exec('BEGIN EXCLUSIVE');
  try {
    const done = applyMissing(db, steps);
    db.exec('COMMIT');
    return done;
  } catch (error) {
    if (db.connection.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
