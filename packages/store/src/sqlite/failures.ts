import { BiolistenerError, messageOf } from '@biolistener/core';
import { storeError, type STORE_ERRORS } from '../errors.ts';

type Code = keyof typeof STORE_ERRORS;

/** SQLite's primary result codes (sqlite.org/rescode.html) that say something about the place, not about the write. */
const CODES: Readonly<Record<number, Code>> = {
  5: 'STORE_UNAVAILABLE', // BUSY: another process holds the lock beyond the time-out
  6: 'STORE_UNAVAILABLE', // LOCKED
  7: 'STORE_UNAVAILABLE', // NOMEM
  8: 'STORE_UNAVAILABLE', // READONLY
  10: 'STORE_UNAVAILABLE', // IOERR
  11: 'STORE_BROKEN', // CORRUPT
  13: 'STORE_UNAVAILABLE', // FULL
  14: 'STORE_UNAVAILABLE', // CANTOPEN
  15: 'STORE_UNAVAILABLE', // PROTOCOL: lock race in the log
  26: 'STORE_BROKEN', // NOTADB
};

/** The primary result code of an error of SQLite; undefined for any other. */
export function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether the file or the disk failed: then nothing of the whole commit may be believed. */
export function isPlaceFailure(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && code in CODES;
}

/** Any thrown thing as an error of this package. */
export function asStoreError(error: unknown, fallback: Code): BiolistenerError {
  if (error instanceof BiolistenerError) return error;
  const code = resultCode(error);
  const known = code === undefined ? undefined : CODES[code];
  return storeError(known ?? fallback, messageOf(error), error);
}

/** What of an error crosses from the writer thread: errors themselves lose their class on the way. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export const failureOf = (error: BiolistenerError): Failure => ({ code: error.code, message: error.message });

const CODES_BY_NAME: Readonly<Record<string, Code>> = {
  STORE_UNAVAILABLE: 'STORE_UNAVAILABLE',
  STORE_TOO_NEW: 'STORE_TOO_NEW',
  STORE_BROKEN: 'STORE_BROKEN',
  STORE_TOO_MANY_PENDING: 'STORE_TOO_MANY_PENDING',
  STORE_PARKED_FULL: 'STORE_PARKED_FULL',
  STORE_LEASE_LOST: 'STORE_LEASE_LOST',
  STORE_NOT_FOUND: 'STORE_NOT_FOUND',
  STORE_WRONG_STATE: 'STORE_WRONG_STATE',
  STORE_REJECTED: 'STORE_REJECTED',
} satisfies Record<Code, Code>;

export const errorOf = (failure: Failure): BiolistenerError =>
  storeError(CODES_BY_NAME[failure.code] ?? 'STORE_REJECTED', failure.message);

/** What an operation that wrote nothing answers instead of throwing: the others of its commit need not be done again. */
export class Refusal {
  readonly error: BiolistenerError;

  constructor(error: BiolistenerError) {
    this.error = error;
  }
}
