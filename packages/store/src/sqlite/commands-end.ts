import type { CommandChange, CommandProof, CommandReason, CommandState } from '../contract/index.ts';
import { audit, moveRevision } from './audit.ts';
import { numberOfId, numbersOfIds } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { markCellsAt, markCellsOf } from './marks.ts';
import { int, orNull, text, textOr } from './rows.ts';
import { noteGone } from './seen.ts';

const OPEN = `('queued', 'leased', 'sent', 'answered')`;

/** How a command ends. */
interface End {
  readonly state: CommandState;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
  readonly proof?: CommandProof;
}

const END = (from: string): string => `UPDATE commands SET state = ?2, reason = ?3, detail = ?4, proof = ?5,
    closed_at = ?6, lease_until = NULL, not_before = NULL
  WHERE id = ?1 AND state IN ${from} RETURNING id, terminal_id, kind, pin`;

function end(db: Database, id: number, from: string, how: End, now: number): Row | undefined {
  return db.get(END(from), id, how.state, orNull(how.reason), orNull(how.detail), orNull(how.proof), now);
}

/**
 * Somebody who was surely deleted at a terminal is not there any more, whoever asked for it. Rows that do not name the
 * command, such as those of somebody new with this PIN, have to hear of it as well.
 */
export function noteVerified(db: Database, row: Row, now: number): void {
  const pin = textOr(row, 'pin');
  if (text(row, 'kind') !== 'user.delete' || pin === undefined) return;
  const terminal = int(row, 'terminal_id');
  noteGone(db, terminal, pin, now);
  markCellsAt(db, terminal, pin);
}

export function failCommands(db: Database, changes: readonly CommandChange[], now: number): void {
  const ended = changes.filter(({ id, reason, detail }) => {
    const how = { state: 'failed', reason: reason ?? ('refused' satisfies CommandReason), detail } as const;
    return end(db, numberOfId(id) ?? -1, OPEN, how, now) !== undefined;
  });
  markCellsOf(db, numbersOfIds(ended.map(({ id }) => id)));
}

/** Who read back knows already that it ended; of another proof the roster has to hear. */
export function verifyCommands(db: Database, ids: readonly string[], proof: CommandProof, now: number): void {
  const verified: number[] = [];
  for (const id of numbersOfIds(ids)) {
    const row = end(db, id, "('answered', 'sent')", { state: 'verified', proof }, now);
    if (!row) continue;
    verified.push(id);
    noteVerified(db, row, now);
  }
  if (proof !== 'read-back') markCellsOf(db, verified);
}

const UNDER_WAY = 'It was on its way already: the terminal may still do it.';

export function cancelCommands(db: Database, ids: readonly string[], actor: string, now: number): number {
  const cancelled: number[] = [];
  for (const id of numbersOfIds(ids)) {
    const how: End = { state: 'cancelled', reason: 'cancelled' satisfies CommandReason };
    const row =
      end(db, id, "('leased', 'sent')", { ...how, detail: UNDER_WAY }, now) ??
      end(db, id, "('queued', 'answered')", how, now);
    if (!row) continue;
    cancelled.push(id);
    audit(db, actor, 'command.cancel', `command:${id}`, { kind: text(row, 'kind') });
  }
  markCellsOf(db, cancelled);
  if (cancelled.length > 0) moveRevision(db);
  return cancelled.length;
}

export function handOverCommand(db: Database, id: string, deskName: string | undefined): void {
  const sql = `UPDATE commands SET desk_name = ?2 WHERE id = ?1 AND state IN ${OPEN}`;
  db.run(sql, numberOfId(id) ?? -1, orNull(deskName));
}
