import type { CommandResult, Json } from '@biolistener/core';
import { moveRevision } from './audit.ts';
import { noteVerified } from './commands-end.ts';
import { numberOfId } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { markCellsAt, markCellsOf } from './marks.ts';
import { flag, int, jsonObject, orNull, text, textOr } from './rows.ts';

/** How long a command waits that a terminal could not do for the moment; twice as long after each attempt. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;
const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS);

const ANSWER = `UPDATE commands SET result_code = ?2, result_info = ?3, answered_at = ?4, state = ?5, reason = ?6,
    detail = ?7, proof = ?8, closed_at = ?9, not_before = ?10, lease_until = iif(?5 IN ('leased', 'sent'), lease_until, NULL) WHERE id = ?1`;

/** What becomes of an open command by what the terminal says of it. */
function verdictOn(
  row: Row,
  result: CommandResult,
  at: number,
): { state: string; reason?: string; notBefore?: number } {
  const attempts = int(row, 'attempts');
  if (result.verdict === 'done') return { state: flag(row, 'needs_proof') ? 'answered' : 'verified' };
  if (result.verdict === 'failed-for-good') return { state: 'failed', reason: 'refused' };
  if (result.verdict === 'uncertain') return { state: text(row, 'state') }; // nobody knows: its lease goes on
  const reason = result.verdict === 'unclear' ? 'unclear' : 'busy';
  const isLast = attempts >= int(row, 'max_attempts') || (reason === 'unclear' && isRemoval(row));
  return isLast ? { state: 'failed', reason } : { state: 'queued', reason, notBefore: at + pauseAfter(attempts) };
}

/** Done twice it may be answered otherwise, or not at all; whether the record is gone tells a question. */
const isRemoval = (row: Row): boolean => text(row, 'kind').endsWith('.delete');

const DETAILS: Readonly<Record<string, string>> = {
  refused: 'The terminal refused it',
  busy: 'The terminal could not do it at that moment',
  unclear: 'The terminal did not say whether it was done',
};

function settle(db: Database, row: Row, result: CommandResult, at: number): string {
  const { state, reason, notBefore } = verdictOn(row, result, at);
  const isVerified = state === 'verified';
  db.run(
    ANSWER,
    int(row, 'id'),
    result.code,
    JSON.stringify(result.info),
    at,
    state,
    orNull(reason),
    reason === undefined ? null : `${DETAILS[reason]}, code ${result.code}.`,
    isVerified ? 'answer' : null,
    isVerified || state === 'failed' ? at : null,
    orNull(notBefore),
  );
  if (isVerified) noteVerified(db, row, at);
  return state;
}

/** Told again and again the same, a count goes up; the row stays small. */
function keepLate(db: Database, row: Row, result: CommandResult, at: number): boolean {
  const info = jsonObject(row, 'result_info');
  const times = (info['late'] as { readonly times?: number } | undefined)?.times ?? 0; // written here only
  const late = { code: result.code, verdict: result.verdict, at, times: times + 1 } satisfies Record<string, Json>;
  const wasGivenUp = text(row, 'state') === 'expired' || ['silent', 'unclear'].includes(textOr(row, 'reason') ?? '');
  const isDone = wasGivenUp && result.verdict === 'done';
  db.run(
    `UPDATE commands SET result_info = ?2, result_code = coalesce(result_code, ?3), state = iif(?4, 'verified', state),
       proof = iif(?4, 'answer', proof), reason = iif(?4, NULL, reason), detail = iif(?4, ?6, detail), answered_at = iif(?4, ?5, answered_at), closed_at = iif(?4, ?5, closed_at)
     WHERE id = ?1`,
    int(row, 'id'),
    JSON.stringify({ ...info, late }),
    result.code,
    isDone ? 1 : 0,
    at,
    'The terminal answered after it had been given up.',
  );
  // also one that nobody wanted any more when it had just left: it happened
  if (result.verdict === 'done' && times === 0) noteVerified(db, row, at);
  return isDone;
}

const COMMAND = `SELECT id, terminal_id, kind, pin, state, attempts, max_attempts, needs_proof, reason, result_info
  FROM commands WHERE id = ? AND terminal_id = ?`;

/** Of one that was queued again meanwhile these say nothing new. */
const RETOLD: ReadonlySet<CommandResult['verdict']> = new Set(['failed-for-now', 'uncertain', 'unclear']);

/** Whether the command came to an end by it, or to its proof. */
function applyResult(db: Database, terminal: number, result: CommandResult, at: number): Row | undefined {
  const row = db.get(COMMAND, numberOfId(result.id) ?? -1, terminal);
  if (!row || int(row, 'attempts') === 0) return undefined; // nobody asked
  const state = text(row, 'state');
  if (state === 'answered' || state === 'verified') return undefined; // told already
  if (state === 'failed' || state === 'expired' || state === 'cancelled')
    return keepLate(db, row, result, at) ? row : undefined;
  const isRetold = state === 'queued' && RETOLD.has(result.verdict);
  if (isRetold) return undefined; // it waits for its next turn already
  const next = settle(db, row, result, at);
  return next === 'queued' || next === state ? undefined : row;
}

const WAITING = "SELECT 1 FROM commands INDEXED BY commands_queued WHERE terminal_id = ? AND state = 'queued' LIMIT 1";

/**
 * What a terminal said about its commands. When more wait for it, the revision moves: a poll that got nothing because one
 * was out made the listener believe that its mailbox is empty.
 */
export function applyResults(db: Database, terminal: number, at: number, results: readonly CommandResult[]): void {
  if (results.length === 0) return;
  const ended = results.map((result) => applyResult(db, terminal, result, at)).filter((row) => row !== undefined);
  markCellsOf(
    db,
    ended.map((row) => int(row, 'id')),
  );
  // one that waits for proof is closed by whoever looks at its cell, also when its row was planned anew meanwhile
  for (const row of ended) if (int(row, 'needs_proof') === 1) markCellsAt(db, terminal, textOr(row, 'pin') ?? '');
  if (db.get(WAITING, terminal)) moveRevision(db);
}
