import { asPin, asSerialNumber, type CommandKind, type Pin, type SerialNumber } from '@biolistener/core';
import {
  COMMAND_STATES,
  type CommandFilter,
  type CommandOrigin,
  type CommandProof,
  type CommandState,
  type StoredCommand,
} from '../contract/index.ts';
import type { Database, Row, Value } from './database.ts';
import { flag, int, intOr, jsonObject, limited, text, textOr } from './rows.ts';

const pinOf = (pin: string | undefined): Pin | undefined => (pin === undefined ? undefined : asPin(pin));

export const commandOf = (row: Row): StoredCommand => ({
  id: String(int(row, 'id')),
  kind: text(row, 'kind') as CommandKind, // written from NewCommand only, as origin is
  parameters: jsonObject(row, 'parameters'),
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  state: text(row, 'state') as CommandState, // the table checks it
  origin: text(row, 'origin') as CommandOrigin,
  askedBy: text(row, 'asked_by'),
  deskName: textOr(row, 'desk_name'),
  pin: pinOf(textOr(row, 'pin')),
  priority: int(row, 'priority'),
  notBefore: intOr(row, 'not_before'),
  deadline: int(row, 'deadline'),
  attempts: int(row, 'attempts'),
  maxAttempts: int(row, 'max_attempts'),
  bytes: int(row, 'bytes'),
  needsProof: flag(row, 'needs_proof'),
  leaseUntil: intOr(row, 'lease_until'),
  resultCode: textOr(row, 'result_code'),
  resultInfo: jsonObject(row, 'result_info'),
  reason: textOr(row, 'reason'),
  detail: textOr(row, 'detail'),
  proof: textOr(row, 'proof') as CommandProof | undefined, // written from our own words only
  createdAt: int(row, 'created_at'),
  sentAt: intOr(row, 'sent_at'),
  answeredAt: intOr(row, 'answered_at'),
  closedAt: intOr(row, 'closed_at'),
});

/** Ids are decimal digits; whatever else somebody asks for is no command of ours. */
export const numberOfId = (id: string): number | undefined => (/^[0-9]{1,16}$/.test(id) ? Number(id) : undefined);

export const numbersOfIds = (ids: readonly string[]): number[] => ids.map(numberOfId).filter((id) => id !== undefined);

const COMMAND = 'SELECT c.*, t.serial_number FROM commands c JOIN terminals t ON t.id = c.terminal_id';

export function findCommand(db: Database, id: string): StoredCommand | undefined {
  const row = db.get(`${COMMAND} WHERE c.id = ?`, numberOfId(id) ?? -1);
  return row && commandOf(row);
}

/** Only what is asked stands in the text, so that each kind of question has its own plan. */
export function commandListing(filter: CommandFilter): { readonly sql: string; readonly values: Value[] } {
  const asked: readonly (readonly [string, Value | undefined])[] = [
    ['c.terminal_id = (SELECT id FROM terminals WHERE serial_number = ?)', filter.serialNumber],
    ['c.pin = ?', filter.pin],
    ['c.kind = ?', filter.kind],
    ['c.desk_name = ?', filter.deskName],
    ['c.state IN (SELECT value FROM json_each(?))', filter.states && JSON.stringify(filter.states)],
    ['c.origin = ?', filter.origin],
    ['c.id < ?', filter.beforeId === undefined ? undefined : (numberOfId(filter.beforeId) ?? 0)],
  ];
  const given = asked.filter(([, value]) => value !== undefined);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
  return {
    sql: `${COMMAND} ${where} ORDER BY c.id DESC LIMIT ?`,
    values: [...given.map(([, value]) => value ?? null), limited(filter.limit)],
  };
}

/** Newest first. */
export function listCommands(db: Database, filter: CommandFilter): StoredCommand[] {
  const { sql, values } = commandListing(filter);
  return db.all(sql, ...values).map(commandOf);
}

/**
 * From mailbox to mailbox by the index, without walking what each of them holds: every listener asks this whenever the
 * revision moved, also while hundreds of thousands of commands wait.
 */
export const WITH_COMMANDS = `WITH RECURSIVE
  queued (id) AS (
    SELECT min(terminal_id) FROM commands INDEXED BY commands_queued WHERE state = 'queued' UNION ALL
    SELECT (SELECT min(terminal_id) FROM commands INDEXED BY commands_queued WHERE state = 'queued' AND terminal_id > queued.id)
    FROM queued WHERE queued.id IS NOT NULL),
  out (id) AS (
    SELECT min(terminal_id) FROM commands INDEXED BY commands_out WHERE state IN ('leased', 'sent') UNION ALL
    SELECT (SELECT min(terminal_id) FROM commands INDEXED BY commands_out WHERE state IN ('leased', 'sent') AND terminal_id > out.id)
    FROM out WHERE out.id IS NOT NULL)
  SELECT t.serial_number FROM terminals t WHERE t.id IN (
    SELECT id FROM queued WHERE EXISTS (SELECT 1 FROM commands c WHERE c.terminal_id = queued.id AND c.state = 'queued'
      AND (c.not_before IS NULL OR c.not_before <= ?1) AND c.deadline > ?1)
    UNION
    SELECT id FROM out WHERE EXISTS (SELECT 1 FROM commands c WHERE c.terminal_id = out.id
      AND c.state IN ('leased', 'sent') AND c.lease_until <= ?1 AND c.deadline > ?1 AND c.attempts < c.max_attempts))
  ORDER BY t.serial_number`;

export const terminalsWithCommands = (db: Database, now: number): SerialNumber[] =>
  db.all(WITH_COMMANDS, now).map((row) => asSerialNumber(text(row, 'serial_number')));

/** Each is one step into an index; left alone the planner takes the index of all states. */
export const NEXT_AT = `SELECT min(at) AS n FROM (
  SELECT min(not_before) AS at FROM commands INDEXED BY commands_due WHERE state = 'queued' AND not_before > ?1 UNION ALL
  SELECT min(lease_until) FROM commands INDEXED BY commands_lost WHERE state IN ('leased', 'sent') AND lease_until > ?1)`;

export function nextCommandAt(db: Database, now: number): number | undefined {
  const row = db.get(NEXT_AT, now);
  return row && intOr(row, 'n');
}

export function countCommands(db: Database, serialNumber?: SerialNumber): Record<CommandState, number> {
  const rows =
    serialNumber === undefined
      ? db.all('SELECT state, count(*) AS n FROM commands GROUP BY state')
      : db.all(
          `SELECT c.state, count(*) AS n FROM terminals t JOIN commands c ON c.terminal_id = t.id
           WHERE t.serial_number = ? GROUP BY c.state`,
          serialNumber,
        );
  const found = new Map(rows.map((row) => [text(row, 'state'), int(row, 'n')]));
  // one for each of the states: the type of the record
  return Object.fromEntries(COMMAND_STATES.map((state) => [state, found.get(state) ?? 0])) as Record<
    CommandState,
    number
  >;
}
