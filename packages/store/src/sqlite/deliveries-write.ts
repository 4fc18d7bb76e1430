import type { PunchId } from '@biolistener/core';
import type { Attempt, ParkReason } from '../contract/index.ts';
import type { Direction } from '@biolistener/core';
import { storeError } from '../errors.ts';
import { audit } from './audit.ts';
import type { Database, Value } from './database.ts';
import { int, text } from './rows.ts';
import { targetKey } from './targets-write.ts';

interface Place {
  readonly target: number;
  readonly seq: number;
}

function placeOf(db: Database, targetId: string, punchId: PunchId): Place | undefined {
  const row = db.get(
    `SELECT t.key, d.punch_seq FROM targets t JOIN punches p ON p.id = ?2
     JOIN deliveries d ON d.target = t.key AND d.punch_seq = p.seq WHERE t.id = ?1`,
    targetId,
    punchId,
  );
  return row && { target: int(row, 'key'), seq: int(row, 'punch_seq') };
}

function getPlace(db: Database, targetId: string, punchId: PunchId): Place {
  const place = placeOf(db, targetId, punchId);
  if (!place) throw storeError('STORE_NOT_FOUND', `no delivery of punch ${punchId} to ${targetId}`);
  return place;
}

/** Changes one delivery; `guard` names the states from which that is allowed, and anything else is left as it is. */
const change = (db: Database, place: Place, set: string, guard: string, ...values: Value[]): number =>
  db.run(
    `UPDATE deliveries SET ${set} WHERE target = ? AND punch_seq = ? AND ${guard}`,
    ...values,
    place.target,
    place.seq,
  );

/** A site that is down for days must not grow a trail without end: the newest attempts tell enough. */
const MOST_ATTEMPTS = 50;

function recordAttempt(db: Database, { target, seq }: Place, attempt: Attempt): void {
  db.run(
    'INSERT INTO attempts (target, punch_seq, at, ms, outcome, status, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    target,
    seq,
    attempt.at,
    Math.round(attempt.ms),
    attempt.outcome,
    attempt.status ?? null,
    attempt.detail,
  );
  const sql =
    'UPDATE deliveries SET attempts = attempts + 1 WHERE target = ? AND punch_seq = ? RETURNING attempts > ? AS is_long';
  const row = db.get(sql, target, seq, MOST_ATTEMPTS);
  if (row?.['is_long'] !== 1) return;
  db.run(
    `DELETE FROM attempts WHERE target = ?1 AND punch_seq = ?2 AND id <=
       (SELECT id FROM attempts WHERE target = ?1 AND punch_seq = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`,
    target,
    seq,
    MOST_ATTEMPTS,
  );
}

export function markQueued(db: Database, targetId: string, ids: readonly PunchId[], now: number): void {
  db.run(
    `UPDATE deliveries SET state = 'queued', queued_at = ?3 WHERE target = ?1 AND state IN ('waiting', 'queued')
       AND punch_seq IN (SELECT p.seq FROM json_each(?2) i CROSS JOIN punches p ON p.id = i.value)`,
    targetKey(db, targetId),
    JSON.stringify(ids),
    now,
  );
}

export const requeueAll = (db: Database, targetId: string): number =>
  db.run(
    "UPDATE deliveries SET state = 'waiting', queued_at = NULL WHERE target = ? AND state = 'queued'",
    targetKey(db, targetId),
  );

/**
 * The first decision stands: what was sent once is sent the same again. Only when the PIN leads to another employee by
 * now, and nothing was delivered, is it decided anew.
 */
export function decide(
  db: Database,
  targetId: string,
  punchId: PunchId,
  decision: { readonly employee: string; readonly logType: Direction | ''; readonly source: string },
): void {
  change(
    db,
    getPlace(db, targetId, punchId),
    'employee = ?1, log_type = ?2, log_type_source = ?3',
    "state <> 'done' AND checkin IS NULL AND (log_type IS NULL OR employee IS NOT ?1)",
    decision.employee,
    decision.logType,
    decision.source,
  );
}

/** The site has it: true from any state, also when somebody discarded it while it was under way. */
export function finishDelivery(
  db: Database,
  targetId: string,
  punchId: PunchId,
  attempt: Attempt,
  checkin: string | undefined,
): void {
  const place = getPlace(db, targetId, punchId);
  recordAttempt(db, place, attempt);
  change(
    db,
    place,
    `state = 'done', reason = NULL, detail = NULL, checkin = coalesce(?, checkin), done_at = coalesce(done_at, ?)`,
    'true',
    checkin ?? null,
    attempt.at,
  );
}

export function parkDelivery(
  db: Database,
  targetId: string,
  punchId: PunchId,
  attempt: Attempt,
  reason: ParkReason,
): void {
  const place = getPlace(db, targetId, punchId);
  recordAttempt(db, place, attempt);
  const guard = "state IN ('waiting', 'queued', 'parked')";
  change(db, place, "state = 'parked', reason = ?, detail = ?, queued_at = NULL", guard, reason, attempt.detail);
}

export function postponeDelivery(
  db: Database,
  targetId: string,
  punchId: PunchId,
  attempt: Attempt,
  nextAt: number,
): void {
  const place = getPlace(db, targetId, punchId);
  recordAttempt(db, place, attempt);
  const set = "state = 'waiting', next_at = ?, detail = ?, queued_at = NULL";
  change(db, place, set, "state IN ('waiting', 'queued')", nextAt, attempt.detail);
}

export interface Unpark {
  readonly reasons?: readonly ParkReason[];
  readonly pins?: readonly string[];
  readonly punchIds?: readonly PunchId[];
}

/**
 * What is given must all hold; with nothing given nothing moves, so that an empty filter never means everything. `actor`
 * is the person who asked; what goes by itself, because its cause is gone, names nobody and is not audited.
 */
export function unpark(db: Database, targetId: string, which: Unpark, actor?: string): number {
  if (!which.reasons && !which.pins && !which.punchIds) return 0;
  const list = (values: readonly string[] | undefined): string | null => (values ? JSON.stringify(values) : null);
  const moved = db.run(
    `UPDATE deliveries SET state = 'waiting', reason = NULL, detail = NULL, queued_at = NULL, next_at = 0
     WHERE target = ?1 AND state <> 'done' AND state = 'parked'
       AND (?2 IS NULL OR reason IN (SELECT value FROM json_each(?2)))
       AND (?3 IS NULL OR pin IN (SELECT value FROM json_each(?3)))
       AND (?4 IS NULL OR punch_seq IN (SELECT p.seq FROM json_each(?4) i CROSS JOIN punches p ON p.id = i.value))`,
    targetKey(db, targetId),
    list(which.reasons),
    list(which.pins),
    list(which.punchIds),
  );
  // one entry for the whole deed: a reason may let a hundred thousand go
  if (actor !== undefined && moved > 0) audit(db, actor, 'delivery.retry', `target:${targetId}`, { ...which, moved });
  return moved;
}

export function discardDelivery(db: Database, targetId: string, punchId: PunchId, actor: string): boolean {
  const place = placeOf(db, targetId, punchId);
  if (!place) return false;
  const set = "state = 'skipped', reason = 'discarded', detail = NULL, queued_at = NULL";
  if (change(db, place, set, "state IN ('waiting', 'queued', 'parked')") === 0) return false;
  audit(db, actor, 'delivery.discard', `punch:${punchId}`, { targetId });
  return true;
}

/** From any state but those that go by themselves anyway. The decision and the check-in's name stay. */
export function replay(db: Database, targetId: string, ids: readonly PunchId[], actor: string): number {
  const moved = db.all(
    `UPDATE deliveries SET state = 'waiting', reason = NULL, detail = NULL, queued_at = NULL, done_at = NULL, next_at = 0
     WHERE target = ?1 AND state IN ('done', 'parked', 'skipped')
       AND punch_seq IN (SELECT p.seq FROM json_each(?2) i CROSS JOIN punches p ON p.id = i.value)
     RETURNING (SELECT id FROM punches WHERE seq = punch_seq) AS id`,
    targetKey(db, targetId),
    JSON.stringify(ids),
  );
  for (const row of moved) audit(db, actor, 'delivery.replay', `punch:${text(row, 'id')}`, { targetId });
  return moved.length;
}
