import type { Command, CommandResult, SerialNumber } from '@biolistener/core';
import type { StoredCommand } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { moveRevision } from './audit.ts';
import { commandOf } from './commands-read.ts';
import type { Database } from './database.ts';
import { int } from './rows.ts';

export function queueCommand(db: Database, serialNumber: SerialNumber, command: Omit<Command, 'id'>): StoredCommand {
  const row = db.get(
    `INSERT INTO commands (terminal_id, kind, parameters, state, created_at)
     SELECT id, ?2, ?3, 'queued', ?4 FROM terminals WHERE serial_number = ?1 RETURNING *, ?1 AS serial_number`,
    serialNumber,
    command.kind,
    JSON.stringify(command.parameters),
    Date.now(),
  );
  if (!row) throw storeError('STORE_NOT_FOUND', `no terminal ${serialNumber}`);
  db.run('UPDATE terminals SET is_bare = 0 WHERE serial_number = ? AND is_bare = 1', serialNumber);
  moveRevision(db);
  return commandOf(row);
}

export function takeCommands(db: Database, serialNumber: SerialNumber, limit: number, now: number): StoredCommand[] {
  return db
    .all(
      `UPDATE commands SET state = 'sent', sent_at = ?3, times_sent = times_sent + 1 WHERE id IN (
         SELECT c.id FROM terminals t JOIN commands c ON c.terminal_id = t.id
         WHERE t.serial_number = ?1 AND c.state = 'queued' ORDER BY c.id LIMIT ?2)
       RETURNING *, ?1 AS serial_number`,
      serialNumber,
      Math.max(0, Math.trunc(limit)),
      now,
    )
    .sort((a, b) => int(a, 'id') - int(b, 'id')) // RETURNING promises no order
    .map(commandOf);
}

/** How often a command goes out that the terminal could not do for the moment. */
const MOST_SENDS = 3;

/** `uncertain` leaves it sent: nobody knows. What is closed stays closed, and answers to what nobody asked are left out. */
export function applyResults(db: Database, terminal: number, at: number, results: readonly CommandResult[]): void {
  for (const result of results) {
    if (!/^[0-9]{1,16}$/.test(result.id)) continue;
    db.run(
      `UPDATE commands SET result_code = ?3, result_info = ?4, answered_at = ?5, state =
         CASE ?6 WHEN 'done' THEN 'done' WHEN 'failed-for-good' THEN 'failed'
           WHEN 'failed-for-now' THEN iif(times_sent < ?7, 'queued', 'failed') ELSE state END
       WHERE id = ?2 AND terminal_id = ?1 AND state = 'sent'`,
      terminal,
      Number(result.id),
      result.code,
      JSON.stringify(result.info),
      at,
      result.verdict,
      MOST_SENDS,
    );
  }
}
