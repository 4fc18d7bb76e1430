import type { SerialNumber } from '@biolistener/core';
import type { CommandWait, StoredCommand, TakeOptions } from '../contract/index.ts';
import { moveRevision } from './audit.ts';
import { lapseLost } from './commands-lapse.ts';
import { commandOf, numbersOfIds } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { int, orNull } from './rows.ts';

/** The order of one person's commands counts: a template before its user would be refused. */
export const TAKEABLE = `SELECT c.id, c.bytes FROM commands c
  WHERE c.terminal_id = ?1 AND c.state = 'queued' AND (c.not_before IS NULL OR c.not_before <= ?2) AND c.deadline > ?2
    AND NOT EXISTS (SELECT 1 FROM commands o WHERE o.terminal_id = ?1 AND o.state = 'queued' AND o.not_before > ?2
      AND o.pin = c.pin AND o.id < c.id AND o.priority <= c.priority)
  ORDER BY c.priority, c.id LIMIT ?3`;

const isOut = (db: Database, terminal: number): boolean =>
  db.get(
    "SELECT 1 FROM commands INDEXED BY commands_out WHERE terminal_id = ? AND state IN ('leased', 'sent') LIMIT 1",
    terminal,
  ) !== undefined;

/** As many as fit into the portion, in their order; the first one however large it is. */
function portionOf(rows: readonly Row[], maxBytes: number): number[] {
  const ids: number[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += int(row, 'bytes');
    if (ids.length > 0 && bytes > maxBytes) break;
    ids.push(int(row, 'id'));
  }
  return ids;
}

export function takeCommands(db: Database, serialNumber: SerialNumber, options: TakeOptions): StoredCommand[] {
  const { now, leaseMs, maxBytes, isOneOutstanding } = options;
  const known = db.get('SELECT id FROM terminals WHERE serial_number = ?', serialNumber);
  if (!known) return [];
  const terminal = int(known, 'id');
  lapseLost(db, now, { terminal });
  if (isOneOutstanding && isOut(db, terminal)) return [];
  const limit = Math.max(0, Math.min(Math.trunc(options.limit), isOneOutstanding ? 1 : Infinity));
  const ids = portionOf(db.all(TAKEABLE, terminal, now, limit), maxBytes);
  if (ids.length === 0) return [];
  const taken = db.all(
    `UPDATE commands SET state = 'leased', lease_until = ?2, attempts = attempts + 1, not_before = NULL
     WHERE id IN (SELECT value FROM json_each(?1)) RETURNING *, ?3 AS serial_number`,
    JSON.stringify(ids),
    now + leaseMs,
    serialNumber,
  );
  const byId = new Map(taken.map((row) => [int(row, 'id'), row])); // RETURNING promises no order
  return ids
    .map((id) => byId.get(id))
    .filter((row) => row !== undefined)
    .map(commandOf);
}

export function markSent(db: Database, ids: readonly string[], now: number, answerWithinMs: number): void {
  db.run(
    `UPDATE commands SET state = 'sent', sent_at = ?2, lease_until = ?3
     WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'leased'`,
    JSON.stringify(numbersOfIds(ids)),
    now,
    now + answerWithinMs,
  );
}

/** Its terminal restarted: no answer will come, and it asks again in a moment. */
export function resendCommands(db: Database, ids: readonly string[]): void {
  const again = db.run(
    `UPDATE commands SET state = 'queued', lease_until = NULL, reason = 'silent', detail = 'The terminal restarted.'
     WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'sent' AND attempts < max_attempts`,
    JSON.stringify(numbersOfIds(ids)),
  );
  if (again > 0) moveRevision(db);
}

/** Whoever polls next may have it: so every process has to hear that it waits again. */
export function releaseCommands(db: Database, ids: readonly string[], wait?: CommandWait): void {
  const released = db.run(
    `UPDATE commands SET state = 'queued', lease_until = NULL, attempts = max(0, attempts - 1), not_before = ?2,
       reason = coalesce(?3, reason), detail = coalesce(?4, detail)
     WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'leased'`,
    JSON.stringify(numbersOfIds(ids)),
    orNull(wait?.notBefore),
    orNull(wait?.reason),
    orNull(wait?.detail),
  );
  if (released > 0) moveRevision(db);
}
