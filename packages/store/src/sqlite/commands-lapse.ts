import { moveRevision } from './audit.ts';
import type { Database, Row } from './database.ts';
import { noteVerified } from './commands-end.ts';
import { markCellsOf } from './marks.ts';
import { int } from './rows.ts';

/** So many of each at once: a sweep after a long silence must not hold up the uploads that wait behind it. */
const MOST_AT_ONCE = 5_000;

/** Of one terminal, or of all. */
type Which = { readonly terminal: number } | 'all';

/** The index is named: left alone the planner takes that of all states, which is as long as the past. */
const update = (set: string, index: string, where: string): string =>
  `UPDATE commands SET lease_until = NULL, ${set}
   WHERE id IN (SELECT id FROM commands INDEXED BY ${index} WHERE ${where} LIMIT ${MOST_AT_ONCE})
   RETURNING id, terminal_id, kind, pin`;

const LOST = "state IN ('leased', 'sent') AND lease_until <= ?1";
const lostOfAll = (set: string, more: string): string =>
  update(set, 'commands_lost', `${LOST} AND ${more} AND ?2 IS NULL`);
const lostOfOne = (set: string, more: string): string =>
  update(set, 'commands_out', `${LOST} AND ${more} AND terminal_id = ?2`);

const EXPIRED = (detail: string): string =>
  `state = 'expired', reason = 'too-late', detail = '${detail}', closed_at = ?1`;
const FAILED = `state = 'failed', reason = 'silent', closed_at = ?1,
  detail = 'The terminal took it ' || attempts || iif(attempts = 1, ' time', ' times') || ' and never answered.'`;
const AGAIN = "state = 'queued', reason = 'silent', detail = 'The terminal did not answer.'";

export interface Lapsed {
  readonly requeued: number;
  readonly failed: number;
  readonly expired: number;
}

const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => int(row, 'id'));

/** What was out and did not come back in time. */
export function lapseLost(db: Database, now: number, which: Which): Lapsed {
  const lost = (set: string, more: string): Row[] =>
    which === 'all' ? db.all(lostOfAll(set, more), now, null) : db.all(lostOfOne(set, more), now, which.terminal);
  const expired = lost(EXPIRED('The terminal did not answer before the deadline.'), 'deadline <= ?1');
  const failed = lost(FAILED, 'attempts >= max_attempts');
  const requeued = lost(AGAIN, 'deadline > ?1 AND attempts < max_attempts');
  markCellsOf(db, idsOf([...expired, ...failed]));
  return { requeued: requeued.length, failed: failed.length, expired: expired.length };
}

/** As the index says it. */
const OPEN = "state IN ('queued', 'leased', 'sent', 'answered')";
const LATE = update(
  EXPIRED('The terminal did not ask for it before the deadline.'),
  'commands_ending',
  `${OPEN} AND state = 'queued' AND deadline <= ?1`,
);
/** What cannot be proven is verified by its answer. */
const UNPROVEN = update(
  `state = 'verified', proof = 'answer', detail = 'It was not read back before the deadline.', closed_at = ?1`,
  'commands_ending',
  `${OPEN} AND state = 'answered' AND deadline <= ?1`,
);
const DUE = `UPDATE commands INDEXED BY commands_due SET not_before = NULL WHERE state = 'queued' AND not_before <= ?`;

export function sweepCommands(db: Database, now: number): Lapsed {
  const lapsed = lapseLost(db, now, 'all');
  const late = db.all(LATE, now);
  const unproven = db.all(UNPROVEN, now);
  for (const row of unproven) noteVerified(db, row, now);
  markCellsOf(db, idsOf([...late, ...unproven]));
  const due = db.run(DUE, now);
  if (due + lapsed.requeued > 0) moveRevision(db);
  return { ...lapsed, expired: lapsed.expired + late.length };
}
