import type { Database } from './database.ts';
import { asStoreError, failureOf, isPlaceFailure, Refusal } from './failures.ts';
import type { Call, Reply } from './protocol.ts';

export interface Performer {
  /** A transaction began: until it ends nobody else writes. */
  begun(db: Database): void;
  /** Finds what a call's name stands for and does it. */
  perform(db: Database, call: Call): unknown;
  /** Something that was performed is undone: nothing that was remembered of it holds. */
  undone(): void;
}

function begin(db: Database, performer: Performer): void {
  db.run('BEGIN IMMEDIATE');
  performer.begun(db);
}

function rollBack(db: Database, performer: Performer): void {
  performer.undone();
  try {
    if (db.connection.isTransaction) db.exec('ROLLBACK'); // a full disk makes SQLite roll back by itself
  } catch {
    // the failure that led here is the one to report; the next BEGIN shows whether the connection still works
  }
}

const failed = (call: Call, error: unknown): Reply => [
  call[0],
  undefined,
  failureOf(asStoreError(error, 'STORE_REJECTED')),
];

const answered = (call: Call, value: unknown): Reply =>
  value instanceof Refusal ? failed(call, value.error) : [call[0], value];

/** One call inside its savepoint: when it fails, only what it did is undone. A failing disk fails the whole commit. */
function performNext(db: Database, call: Call, performer: Performer): Reply {
  db.run('SAVEPOINT call');
  try {
    const value = performer.perform(db, call);
    db.run('RELEASE call');
    return answered(call, value);
  } catch (error) {
    if (isPlaceFailure(error) || !db.connection.isTransaction) throw error;
    performer.undone();
    db.run('ROLLBACK TO call');
    db.run('RELEASE call');
    return failed(call, error);
  }
}

/** All calls, one after the other, without the cost of savepoints: good while none of them fails. */
function performAll(db: Database, calls: readonly Call[], performer: Performer): Reply[] {
  return calls.map((call) => answered(call, performer.perform(db, call)));
}

/** The same when one of them failed: the transaction begins anew, and each call is undone alone when it fails again. */
function performApart(db: Database, calls: readonly Call[], performer: Performer, error: unknown): Reply[] {
  if (isPlaceFailure(error) || !db.connection.isTransaction) throw error;
  performer.undone();
  db.run('ROLLBACK');
  begin(db, performer);
  return calls.map((call) => performNext(db, call, performer));
}

function performTogether(db: Database, calls: readonly Call[], performer: Performer): Reply[] {
  try {
    return performAll(db, calls, performer);
  } catch (error) {
    return performApart(db, calls, performer, error);
  }
}

/**
 * Group commit: all calls in one transaction, answers only after COMMIT returned, which with synchronous=FULL means that
 * the log is on the disk. When the transaction fails, every call of it fails and nothing of them is stored.
 */
export function commitTogether(db: Database, calls: readonly Call[], performer: Performer): Reply[] {
  try {
    begin(db, performer);
    const replies = performTogether(db, calls, performer);
    db.run('COMMIT');
    return replies;
  } catch (error) {
    rollBack(db, performer);
    const failure = failureOf(asStoreError(error, 'STORE_UNAVAILABLE'));
    return calls.map(([id]) => [id, undefined, failure]);
  }
}
