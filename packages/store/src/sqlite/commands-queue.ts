import type { JsonObject, SerialNumber } from '@biolistener/core';
import type { CommandOrigin, NewCommand } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { audit, moveRevision } from './audit.ts';
import { numberOfId } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { cellMark, mark } from './marks.ts';
import { flag, int, orNull, text, textOr } from './rows.ts';

/** Row ids of terminals by serial number, each looked up once. */
export function terminalsBySerial(db: Database): (serialNumber: SerialNumber) => number {
  const known = new Map<SerialNumber, number>();
  return (serialNumber) => {
    let id = known.get(serialNumber);
    if (id === undefined) {
      const row = db.get('SELECT id FROM terminals WHERE serial_number = ?', serialNumber);
      if (!row) throw storeError('STORE_NOT_FOUND', `no terminal ${serialNumber}`);
      known.set(serialNumber, (id = int(row, 'id')));
    }
    return id;
  };
}

/** A back-off stays, unless somebody wants it more urgently than whoever asked first. */
const MERGE = `UPDATE commands SET
    not_before = CASE WHEN attempts > 0 AND priority <= ?3 THEN not_before
      WHEN not_before IS NULL OR ?5 IS NULL THEN NULL ELSE min(not_before, ?5) END,
    priority = min(priority, ?3), deadline = max(deadline, ?4), parameters = ?6, bytes = ?7,
    max_attempts = max(max_attempts, ?8), needs_proof = max(needs_proof, ?9), desk_name = coalesce(desk_name, ?10)
  WHERE id = (SELECT id FROM commands INDEXED BY commands_merging WHERE terminal_id = ?1 AND merge_key = ?2 AND state = 'queued' ORDER BY id LIMIT 1)
  RETURNING id`;

function mergeInto(db: Database, terminal: number, command: NewCommand, mergeKey: string): Row | undefined {
  return db.get(
    MERGE,
    terminal,
    mergeKey,
    command.priority,
    command.deadline,
    orNull(command.notBefore),
    JSON.stringify(command.parameters),
    command.bytes,
    command.maxAttempts,
    command.needsProof === true ? 1 : 0,
    orNull(command.deskName),
  );
}

const ADD = `INSERT INTO commands (terminal_id, kind, parameters, state, origin, asked_by, desk_name, pin, merge_key,
    priority, not_before, deadline, max_attempts, bytes, needs_proof, created_at)
  VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const add = (db: Database, terminal: number, command: NewCommand, now: number): number =>
  db.insert(
    ADD,
    terminal,
    command.kind,
    JSON.stringify(command.parameters),
    command.origin,
    command.askedBy,
    orNull(command.deskName),
    orNull(command.pin),
    orNull(command.mergeKey),
    command.priority,
    orNull(command.notBefore),
    command.deadline,
    command.maxAttempts,
    command.bytes,
    command.needsProof === true ? 1 : 0,
    now,
  );

export interface Queued {
  readonly id: string;
  readonly isMerged: boolean;
}

const PEOPLE: ReadonlySet<CommandOrigin> = new Set(['desk', 'cli', 'api']);

/** What people ask is written down with the deed; what a command says stands in its own row. */
function noteAsked(db: Database, id: string, { origin, askedBy, kind, serialNumber }: NewCommand): void {
  if (PEOPLE.has(origin)) audit(db, askedBy, 'command.ask', `command:${id}`, { kind, serialNumber });
}

/** A terminal that has a command makes no room for others: somebody counts on it. */
const KEEP = `UPDATE terminals SET is_bare = 0 WHERE is_bare = 1 AND serial_number IN (SELECT value FROM json_each(?))`;

export function queueCommands(db: Database, commands: readonly NewCommand[], now: number): Queued[] {
  if (commands.length === 0) return [];
  const terminalOf = terminalsBySerial(db);
  const queued = commands.map((command): Queued => {
    const terminal = terminalOf(command.serialNumber);
    const { mergeKey } = command;
    const merged = mergeKey === undefined ? undefined : mergeInto(db, terminal, command, mergeKey);
    const id = String(merged ? int(merged, 'id') : add(db, terminal, command, now));
    noteAsked(db, id, command);
    return { id, isMerged: merged !== undefined };
  });
  db.run(KEEP, JSON.stringify([...new Set(commands.map((command) => command.serialNumber))]));
  moveRevision(db);
  return queued;
}

const retryOf = (row: Row, actor: string, deadline: number): NewCommand => {
  const pin = textOr(row, 'pin');
  const deskName = textOr(row, 'desk_name');
  const mergeKey = textOr(row, 'merge_key');
  return {
    serialNumber: text(row, 'serial_number'),
    kind: text(row, 'kind'),
    parameters: JSON.parse(text(row, 'parameters')) as NewCommand['parameters'],
    origin: text(row, 'origin') as CommandOrigin,
    askedBy: actor,
    ...(deskName !== undefined && { deskName }),
    ...(pin !== undefined && { pin }),
    ...(mergeKey !== undefined && { mergeKey }),
    priority: int(row, 'priority'),
    deadline,
    maxAttempts: int(row, 'max_attempts'),
    bytes: int(row, 'bytes'),
    needsProof: flag(row, 'needs_proof'),
  } as NewCommand; // read from what was written from one
};

const CELLS_OF = `UPDATE roster_items SET command_id = ?2 WHERE command_id = ?1 RETURNING terminal_id, person_id`;

/** Roster rows that waited for the old one wait for the new one from now on. */
export function retryCommand(
  db: Database,
  id: string,
  actor: string,
  deadline: number,
  now: number,
  parameters?: JsonObject,
): string {
  const row = db.get(
    'SELECT c.*, t.serial_number FROM commands c JOIN terminals t ON t.id = c.terminal_id WHERE c.id = ?',
    numberOfId(id) ?? -1,
  );
  if (!row) throw storeError('STORE_NOT_FOUND', `no command ${id}`);
  if (!['failed', 'expired', 'cancelled'].includes(text(row, 'state')))
    throw storeError('STORE_WRONG_STATE', `command ${id} is ${text(row, 'state')}, so it is not asked for again`);
  const again = retryOf(row, actor, deadline);
  const [queued] = queueCommands(db, [{ ...again, parameters: parameters ?? again.parameters }], now);
  if (!queued) throw storeError('STORE_REJECTED', `no row for the retry of command ${id}`);
  const cells = db.all(CELLS_OF, int(row, 'id'), Number(queued.id));
  mark(
    db,
    cells.map((cell) => cellMark(text(row, 'serial_number'), int(cell, 'person_id'))),
  );
  audit(db, actor, 'command.retry', `command:${id}`, { as: queued.id });
  return queued.id;
}
