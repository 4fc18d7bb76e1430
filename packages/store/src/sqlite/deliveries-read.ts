import {
  asPin,
  asPunchId,
  asSerialNumber,
  type Direction,
  type Instant,
  type LocalTime,
  type Pin,
  type PunchId,
  type SerialNumber,
  type TerminalSettings,
} from '@biolistener/core';
import type {
  Attempt,
  DeliveredUpTo,
  Delivery,
  DeliveryJob,
  DeliveryState,
  ParkedPin,
  ParkReason,
} from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { punchOf, PUNCH_COLUMNS, PUNCH_JOINS } from './punches-read.ts';
import { int, intOr, jsonObject, limited, text, textOr } from './rows.ts';

const DELIVERY_COLUMNS = `g.id AS target_id, p.id, d.state, d.reason, d.detail, d.employee, d.log_type, d.log_type_source,
  d.checkin, d.attempts, d.created_at, d.queued_at, d.next_at, d.done_at`;

// The words below were of their types when they were stored; the table itself checks the state.
const deliveryOf = (row: Row): Delivery => ({
  targetId: text(row, 'target_id'),
  punchId: asPunchId(text(row, 'id')),
  state: text(row, 'state') as DeliveryState,
  reason: textOr(row, 'reason'),
  detail: textOr(row, 'detail'),
  employee: textOr(row, 'employee'),
  logType: textOr(row, 'log_type') as Direction | '' | undefined,
  logTypeSource: textOr(row, 'log_type_source'),
  checkin: textOr(row, 'checkin'),
  attempts: int(row, 'attempts'),
  createdAt: int(row, 'created_at'),
  queuedAt: intOr(row, 'queued_at'),
  nextAt: int(row, 'next_at'),
  doneAt: intOr(row, 'done_at'),
});

const JOB_COLUMNS = `${DELIVERY_COLUMNS}, ${PUNCH_COLUMNS}, t.settings`;

function jobOf(row: Row): DeliveryJob {
  const settings = jsonObject(row, 'settings') as TerminalSettings; // written from TerminalChange only
  return {
    ...deliveryOf(row),
    punch: punchOf(row),
    correlationId: text(row, 'correlation_id'),
    receivedAt: int(row, 'received_at'),
    terminal: {
      serialNumber: asSerialNumber(text(row, 'serial_number')),
      name: settings.name,
      role: settings.role ?? 'both',
      place: settings.place,
      ...(settings.deviceId === undefined ? {} : { deviceId: settings.deviceId }),
      stateMap: settings.stateMap ?? {},
    },
  };
}

const TARGET = '(SELECT key FROM targets WHERE id = ?)';
const idsOf = (rows: Row[]): PunchId[] => rows.map((row) => asPunchId(text(row, 'id')));

export const DUE = `SELECT p.id FROM deliveries d CROSS JOIN punches p ON p.seq = d.punch_seq
  WHERE d.target = ${TARGET} AND d.state <> 'done' AND d.state = 'waiting' AND d.next_at <= ?
  ORDER BY d.instant, d.punch_seq LIMIT ?`;

export const dueDeliveries = (db: Database, targetId: string, limit: number, now: Instant): PunchId[] =>
  idsOf(db.all(DUE, targetId, now, limited(limit)));

export const STALE = `SELECT p.id FROM deliveries d CROSS JOIN punches p ON p.seq = d.punch_seq
  WHERE d.target = ${TARGET} AND d.state = 'queued' AND d.queued_at < ? ORDER BY d.queued_at LIMIT ?`;

export const staleQueued = (db: Database, targetId: string, before: Instant, limit: number): PunchId[] =>
  idsOf(db.all(STALE, targetId, before, limited(limit)));

export function loadDelivery(db: Database, targetId: string, punchId: PunchId): DeliveryJob | undefined {
  const row = db.get(
    `SELECT ${JOB_COLUMNS} FROM punches p ${PUNCH_JOINS} CROSS JOIN targets g ON g.id = ?
     JOIN deliveries d ON d.target = g.key AND d.punch_seq = p.seq WHERE p.id = ?`,
    targetId,
    punchId,
  );
  return row && jobOf(row);
}

export const LANE = `SELECT d.target, d.punch_seq FROM json_each(?2) i CROSS JOIN deliveries d
  WHERE d.target = (SELECT key FROM targets WHERE id = ?1) AND d.pin = i.value AND d.instant <= ?3
    AND d.state IN ('waiting', 'queued')
  ORDER BY d.instant, d.punch_seq LIMIT ?4`;

export function lane(
  db: Database,
  targetId: string,
  pins: readonly Pin[],
  upTo: Instant,
  limit: number,
): DeliveryJob[] {
  const distinct = JSON.stringify([...new Set(pins)]);
  const sql = `SELECT ${JOB_COLUMNS} FROM (${LANE}) l
    CROSS JOIN deliveries d ON d.target = l.target AND d.punch_seq = l.punch_seq
    CROSS JOIN punches p ON p.seq = l.punch_seq ${PUNCH_JOINS} JOIN targets g ON g.key = l.target
    ORDER BY p.instant, p.seq`;
  return db.all(sql, targetId, distinct, upTo, limited(limit)).map(jobOf);
}

export const LAST_DECISION = `SELECT instant, log_type FROM deliveries WHERE target = ${TARGET} AND employee = ?
  AND instant < ? AND log_type IN ('IN', 'OUT') AND state <> 'skipped' ORDER BY instant DESC, punch_seq DESC LIMIT 1`;

/** Counts every decision but those that somebody discarded: what is parked goes out as decided once its cause is mended. */
export function lastDecision(
  db: Database,
  targetId: string,
  employee: string,
  before: Instant,
): { instant: Instant; logType: Direction } | undefined {
  const row = db.get(LAST_DECISION, targetId, employee, before);
  return row && { instant: int(row, 'instant'), logType: text(row, 'log_type') === 'IN' ? 'IN' : 'OUT' };
}

export const listDeliveries = (db: Database, punchId: PunchId): Delivery[] =>
  db
    .all(
      `SELECT ${DELIVERY_COLUMNS} FROM punches p CROSS JOIN targets g
       JOIN deliveries d ON d.target = g.key AND d.punch_seq = p.seq WHERE p.id = ? ORDER BY g.key`,
      punchId,
    )
    .map(deliveryOf);

/** Oldest first. */
export const listAttempts = (db: Database, targetId: string, punchId: PunchId): Attempt[] =>
  db
    .all(
      `SELECT a.* FROM punches p CROSS JOIN targets g JOIN attempts a ON a.target = g.key AND a.punch_seq = p.seq
       WHERE p.id = ? AND g.id = ? ORDER BY a.id`,
      punchId,
      targetId,
    )
    .map((row) => ({
      at: int(row, 'at'),
      ms: int(row, 'ms'),
      outcome: text(row, 'outcome') as Attempt['outcome'], // as it was stored
      status: intOr(row, 'status'),
      detail: text(row, 'detail'),
    }));

/**
 * Punches that the target lacks, by terminal: the oldest that holds it back, and how many do not any more. One whose clock
 * cannot be believed has no place in time; of an inactive employee no attendance is made. What is parked holds only for a
 * while (decision 0014), counted from the first time that it was parked: tried again, it does not begin anew.
 */
export const UNDONE = `SELECT terminal_id, min(iif(holds, instant, NULL)) AS oldest, sum(NOT holds) AS passed_over FROM (
  SELECT p.terminal_id, p.instant, d.state <> 'parked' OR d.created_at > ?3 OR ?3 < coalesce((SELECT min(a.at) FROM attempts a
      WHERE a.target = d.target AND a.punch_seq = d.punch_seq AND a.outcome = 'parked'), d.created_at) AS holds
    FROM deliveries d INDEXED BY deliveries_open CROSS JOIN punches p ON p.seq = d.punch_seq
    WHERE d.target = ?1 AND d.state <> 'done' AND d.state IN ('waiting', 'queued', 'parked')
      AND d.reason IS NOT 'inactive-employee' AND NOT instr(p.flags, 'clock-implausible')
  UNION ALL
  SELECT p.terminal_id, p.instant, 1 FROM punches p WHERE p.seq > ?2 AND NOT instr(p.flags, 'clock-implausible')
    AND NOT instr(p.flags, 'verification-only')) GROUP BY terminal_id`;

/** The last millisecond before the oldest punch that holds a terminal back; never later than its last contact. */
export function deliveredUpTo(
  db: Database,
  targetId: string,
  serialNumbers: readonly SerialNumber[],
  parkedSince: Instant,
): Map<SerialNumber, DeliveredUpTo> {
  const result = new Map<SerialNumber, DeliveredUpTo>();
  const target = db.get('SELECT key, cursor FROM targets WHERE id = ?', targetId);
  const [key, cursor] = target ? [int(target, 'key'), int(target, 'cursor')] : [0, 0];
  const undone = new Map(db.all(UNDONE, key, cursor, parkedSince).map((row) => [int(row, 'terminal_id'), row]));
  for (const serialNumber of serialNumbers) {
    const terminal = db.get('SELECT id, last_contact_at FROM terminals WHERE serial_number = ?', serialNumber);
    const contact = terminal && int(terminal, 'last_contact_at');
    if (!terminal || !contact) continue; // never heard of: nothing can be said about what it holds
    const row = undone.get(int(terminal, 'id'));
    const oldest = row && intOr(row, 'oldest');
    const instant = oldest === undefined ? contact : Math.min(contact, oldest - 1);
    result.set(serialNumber, { instant, passedOver: row ? int(row, 'passed_over') : 0 });
  }
  return result;
}

export function parkedPins(db: Database, targetId: string, reason: ParkReason, limit: number): ParkedPin[] {
  const sql = `SELECT d.pin, min(p.wall_time) AS since FROM deliveries d CROSS JOIN punches p ON p.seq = d.punch_seq
    WHERE d.target = ${TARGET} AND d.state <> 'done' AND d.state = 'parked' AND d.reason = ?
    GROUP BY d.pin ORDER BY min(d.created_at), d.pin LIMIT ?`;
  const rows = db.all(sql, targetId, reason, limited(limit));
  return rows.map((row) => ({ pin: asPin(text(row, 'pin')), since: text(row, 'since') as LocalTime })); // as stored
}
