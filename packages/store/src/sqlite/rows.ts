import type { JsonObject } from '@biolistener/core';
import { storeError } from '../errors.ts';
import type { Row } from './database.ts';

/** Typed reads of a row: a column of another type than the table promises means a damaged file. */
const wrong = (column: string, what: string): Error => storeError('STORE_BROKEN', `column ${column} is not ${what}`);

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column, 'text');
  return value;
}

export function int(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw wrong(column, 'a number');
  return value;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw wrong(column, 'bytes');
  return value;
}

export const textOr = (row: Row, column: string): string | undefined =>
  row[column] === null ? undefined : text(row, column);

export const intOr = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : int(row, column);

export const flag = (row: Row, column: string): boolean => row[column] === 1;

/** JSON that this package wrote. */
export const json = (row: Row, column: string): unknown => JSON.parse(text(row, column));

export function jsonObject(row: Row, column: string): JsonObject {
  const written = text(row, column);
  return written === '{}' ? {} : (JSON.parse(written) as JsonObject); // only objects are ever written to such a column
}

/** The count of a `SELECT count(*) AS n` or another single number `n`. */
export const numberOf = (row: Row | undefined): number => (row === undefined ? 0 : (intOr(row, 'n') ?? 0));

/** For binding: SQLite has null where we have undefined. */
export const orNull = <T>(value: T | undefined): T | null => (value === undefined ? null : value);

/** No listing answers more rows than this at once: reads run in the caller's thread. */
export const MOST_ROWS = 10_000;
export const limited = (limit: number): number => Math.max(0, Math.min(Math.trunc(limit), MOST_ROWS));
