import {
  asPin,
  asPunchId,
  asSerialNumber,
  type Direction,
  type Instant,
  type InstantCertainty,
  type LocalTime,
  type Punch,
  type PunchFlag,
  type PunchId,
  type SerialNumber,
} from '@biolistener/core';
import type { PunchFilter, StoredPunch } from '../contract/index.ts';
import type { Database, Row, Value } from './database.ts';
import { bytes, int, intOr, jsonObject, limited, text, textOr } from './rows.ts';
import { SEARCHED } from './search-rows.ts';

export const PUNCH_COLUMNS = `p.seq, p.id, t.serial_number, coalesce(p.brand, u.brand) AS brand, p.pin, p.instant, p.wall_time,
  p.zone, p.certainty, p.state AS punch_state, p.verify_mode, p.work_code, p.claimed_direction, p.flags, p.extra, p.raw,
  p.resends, u.correlation_id, u.operation, u.remote_address, u.received_at, u.stored_at`;
export const PUNCH_JOINS = 'JOIN uploads u ON u.id = p.upload_id JOIN terminals t ON t.id = p.terminal_id';

export function punchOf(row: Row): Punch {
  const flags = text(row, 'flags');
  return {
    id: asPunchId(text(row, 'id')),
    serialNumber: asSerialNumber(text(row, 'serial_number')),
    brand: text(row, 'brand'),
    pin: asPin(text(row, 'pin')),
    // These four words were of their types when they were stored, and nothing edits a punch.
    wallTime: text(row, 'wall_time') as LocalTime,
    certainty: text(row, 'certainty') as InstantCertainty,
    claimedDirection: textOr(row, 'claimed_direction') as Direction | undefined,
    flags: flags === '' ? [] : (flags.split(' ') as PunchFlag[]),
    zone: text(row, 'zone'),
    instant: int(row, 'instant'),
    state: intOr(row, 'punch_state'),
    verifyMode: textOr(row, 'verify_mode'),
    workCode: textOr(row, 'work_code'),
    extra: jsonObject(row, 'extra'),
    raw: bytes(row, 'raw'),
  };
}

export const storedPunchOf = (row: Row): StoredPunch => ({
  ...punchOf(row),
  seq: int(row, 'seq'),
  correlationId: text(row, 'correlation_id'),
  remoteAddress: text(row, 'remote_address'),
  operation: text(row, 'operation'),
  receivedAt: int(row, 'received_at'),
  storedAt: int(row, 'stored_at'),
  resends: int(row, 'resends'),
});

export function findPunch(db: Database, id: PunchId): StoredPunch | undefined {
  const row = db.get(`SELECT ${PUNCH_COLUMNS} FROM punches p ${PUNCH_JOINS} WHERE p.id = ?`, id);
  return row && storedPunchOf(row);
}

/** Newest first by storing. A prefix that is too short, or is no hex, finds nothing. */
export function findPunchesByPrefix(db: Database, prefix: string, limit: number): StoredPunch[] {
  if (!/^[0-9a-f]{6,32}$/.test(prefix)) return [];
  const sql = `SELECT ${PUNCH_COLUMNS} FROM punches p ${PUNCH_JOINS}
    WHERE p.id >= ?1 AND p.id < ?1 || 'g' ORDER BY p.seq DESC LIMIT ?2`;
  return db.all(sql, prefix, limited(limit)).map(storedPunchOf);
}

/** Conditions on a punch `x`, and where a delivery narrows it further, on that `d`. */
function conditionsOf(filter: PunchFilter): { readonly where: string[]; readonly values: Value[] } {
  const where: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, value: Value | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition.replace('?', `?${values.length + 1}`)); // ?1 is the limit
  };
  add('x.terminal_id = (SELECT id FROM terminals WHERE serial_number = ?)', filter.serialNumber);
  add('x.pin = ?', filter.pin);
  add('x.instant >= ?', filter.from);
  add('x.instant <= ?', filter.to);
  add('d.target = (SELECT key FROM targets WHERE id = ?)', filter.targetId);
  add('d.state IN (SELECT value FROM json_each(?))', filter.states && JSON.stringify(filter.states));
  return { where, values };
}

/** Open deliveries (all but done) are few beside the punches, so a filter on them starts at their index. */
function sourceOf(table: string, filter: PunchFilter): { readonly from: string; readonly where: string[] } {
  if (filter.targetId === undefined && filter.states === undefined) return { from: `${table} x`, where: [] };
  const isOpenOnly = filter.targetId !== undefined && filter.states !== undefined && !filter.states.includes('done');
  return isOpenOnly
    ? { from: `deliveries d CROSS JOIN ${table} x ON x.seq = d.punch_seq`, where: ["d.state <> 'done'"] }
    : { from: `${table} x CROSS JOIN deliveries d ON d.punch_seq = x.seq`, where: [] };
}

const NEWEST = 'ORDER BY x.instant DESC, x.seq DESC LIMIT ?1';
const TAIL = `x.seq > ${SEARCHED}`;

function candidates(table: string, filter: PunchFilter, conditions: readonly string[]): string {
  const { from, where } = sourceOf(table, filter);
  const all = [...where, ...conditions].join(' AND ');
  // With states but no target, a punch may have a delivery to each of several targets and is still one punch.
  const group = filter.states !== undefined && filter.targetId === undefined ? 'GROUP BY x.seq' : '';
  return `SELECT * FROM (SELECT x.seq, x.instant FROM ${from} ${all && `WHERE ${all}`} ${group} ${NEWEST})`;
}

/** The statement of a listing: the newest that have their search row, and the newest of the tail that has none yet. */
export function listingSql(filter: PunchFilter): { readonly sql: string; readonly values: Value[] } {
  const { where, values } = conditionsOf(filter);
  const sql = `WITH x AS (${candidates('punch_times', filter, where)} UNION ALL ${candidates('punches', filter, [TAIL, ...where])})
    SELECT ${PUNCH_COLUMNS} FROM x CROSS JOIN punches p ON p.seq = x.seq ${PUNCH_JOINS} ${NEWEST}`;
  return { sql, values: [limited(filter.limit), ...values] };
}

/** Newest punch first, by instant and then by order of storing. */
export function listPunches(db: Database, filter: PunchFilter): StoredPunch[] {
  const { sql, values } = listingSql(filter);
  return db.all(sql, ...values).map(storedPunchOf);
}

const RECEIVED_SINCE = 'JOIN uploads u ON u.id = p.upload_id WHERE u.received_at > ?2';
export const SINCE = `WITH one (id) AS MATERIALIZED (SELECT id FROM terminals WHERE serial_number = ?1)
  SELECT (SELECT count(*) FROM one CROSS JOIN punch_times x ON x.terminal_id = one.id CROSS JOIN punches p ON p.seq = x.seq ${RECEIVED_SINCE})
    + (SELECT count(*) FROM punches p ${RECEIVED_SINCE} AND p.terminal_id = (SELECT id FROM one)
        AND p.seq > (SELECT coalesce(max(seq), 0) FROM punch_times)) AS n`;

export const countPunchesSince = (db: Database, serialNumber: SerialNumber, after: Instant): number =>
  int(db.get(SINCE, serialNumber, after) ?? {}, 'n');

export const LAST_ARRIVAL = `WITH one (id) AS MATERIALIZED (SELECT id FROM terminals WHERE serial_number = ?1)
  SELECT max(u.received_at) AS at FROM (
    SELECT x.seq FROM one CROSS JOIN punch_times x ON x.terminal_id = one.id WHERE x.instant > ?2 AND x.instant < ?3
    UNION ALL
    SELECT p.seq FROM punches p WHERE p.seq > (SELECT coalesce(max(seq), 0) FROM punch_times)
      AND p.terminal_id = (SELECT id FROM one) AND p.instant > ?2 AND p.instant < ?3
  ) own CROSS JOIN punches p ON p.seq = own.seq CROSS JOIN uploads u ON u.id = p.upload_id`;

export const lastArrivalOf = (
  db: Database,
  serialNumber: SerialNumber,
  made: { readonly after: Instant; readonly before: Instant },
): Instant | undefined => intOr(db.get(LAST_ARRIVAL, serialNumber, made.after, made.before) ?? {}, 'at');
