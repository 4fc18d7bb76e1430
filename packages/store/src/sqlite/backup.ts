import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { storeError } from '../errors.ts';
import { openReading, type Database } from './database.ts';
import { asStoreError } from './failures.ts';

export interface StoreCopy {
  readonly bytes: number;
  readonly punches: number;
  readonly terminals: number;
}

/**
 * Copies a store into one file, as it stood at one moment, also while processes write to it; they are not held up.
 * The copy is read through before it counts, and is on disk when this returns. Its key is not in it.
 * Errors: STORE_NOT_FOUND (no store at `path`), STORE_REJECTED (`target` is there already), STORE_BROKEN, STORE_UNAVAILABLE; then there
 * is no copy.
 */
export function copySqliteStore(path: string, target: string): StoreCopy {
  if (!existsSync(path)) throw storeError('STORE_NOT_FOUND', `there is no store at ${path}`);
  takePlace(target);
  try {
    const db = openReading(path, 5_000);
    try {
      db.run('VACUUM INTO ?', target);
    } finally {
      db.close();
    }
    const copy = readThrough(target);
    for (const place of [target, dirname(target)]) sync(place);
    return copy;
  } catch (error) {
    rmSync(target, { force: true });
    throw asStoreError(error, 'STORE_UNAVAILABLE');
  }
}

/** SQLite writes into an empty file as into none; made here, it is its owner's alone from the first byte. */
function takePlace(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600));
  } catch (error) {
    // node:fs throws nothing else than errno errors
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw storeError('STORE_REJECTED', `${target} is there already`);
    throw storeError('STORE_UNAVAILABLE', `${target} cannot be written`, error);
  }
}

function readThrough(target: string): StoreCopy {
  const db = openReading(target, 5_000);
  try {
    const [verdict] = Object.values(db.get('PRAGMA integrity_check(1)') ?? {});
    if (verdict !== 'ok') throw storeError('STORE_BROKEN', `the copy is not whole: ${String(verdict)}`);
    return { bytes: statSync(target).size, punches: countOf(db, 'punches'), terminals: countOf(db, 'terminals') };
  } finally {
    db.close();
  }
}

const countOf = (db: Database, table: 'punches' | 'terminals'): number =>
  Number(db.get(`SELECT count(*) AS count FROM ${table}`)?.['count']);

function sync(place: string): void {
  const handle = openSync(place, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
