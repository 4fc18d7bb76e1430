import {
  asSerialNumber,
  NOBODY,
  type SerialNumber,
  type Terminal,
  type TerminalSettings,
  type TerminalStatus,
} from '@biolistener/core';
import type { AuditEntry, TerminalListing } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import type { Database, Row } from './database.ts';
import { int, intOr, jsonObject, limited, numberOf, orNull, text, textOr } from './rows.ts';
import { SEARCHED, tallyOf } from './search-rows.ts';

const STATUSES: readonly string[] = ['pending', 'approved', 'blocked'] satisfies TerminalStatus[];
const isStatus = (word: string): word is TerminalStatus => STATUSES.includes(word);

export function terminalOf(row: Row): Terminal {
  const status = text(row, 'status');
  if (!isStatus(status)) throw storeError('STORE_BROKEN', `a terminal has the status ${status}`);
  return {
    ...(jsonObject(row, 'settings') as TerminalSettings), // written from TerminalChange only
    serialNumber: asSerialNumber(text(row, 'serial_number')),
    brand: text(row, 'brand'),
    status,
    profile: jsonObject(row, 'profile'),
    stamps: jsonObject(row, 'stamps') as Readonly<Record<string, string>>, // written from Upload.stamps only
    firstSeenAt: int(row, 'first_seen_at'),
    lastContactAt: int(row, 'last_contact_at'),
    lastAddress: textOr(row, 'last_address'),
    clockDriftSeconds: intOr(row, 'clock_drift_seconds'),
    clockMeasuredAt: intOr(row, 'clock_measured_at'),
  };
}

const UNCOUNTED = `seq > ${SEARCHED}`;

/** Counters of the row, and what is not counted into it yet (`addSearchRows`) of the terminals in question. */
const listing = (uncounted: string): string => `SELECT t.*, t.punches + coalesce(tail.n, 0) AS all_punches,
  CASE WHEN tail.latest > coalesce(t.last_punch_at, tail.latest - 1) THEN tail.latest ELSE t.last_punch_at END AS latest_punch_at,
  (SELECT count(*) FROM quarantine q WHERE q.terminal_id = t.id) AS quarantined,
  (SELECT count(*) FROM parked k WHERE k.state = 'parked' AND k.terminal_id = t.id) AS parked_pieces
  FROM terminals t LEFT JOIN (${tallyOf(uncounted)}) tail ON tail.terminal_id = t.id
  WHERE t.serial_number <> '${NOBODY}'`;

const listingOf = (row: Row): TerminalListing => ({
  ...terminalOf(row),
  punches: int(row, 'all_punches'),
  lastPunchAt: intOr(row, 'latest_punch_at'),
  quarantined: int(row, 'quarantined'),
  parked: int(row, 'parked_pieces'),
});

const LISTING_ALL = listing(UNCOUNTED);
const LISTING_ONE = `${listing(`${UNCOUNTED} AND terminal_id = (SELECT id FROM terminals WHERE serial_number = ?1)`)}
  AND t.serial_number = ?1`;

export const allTerminals = (db: Database): Terminal[] =>
  db.all('SELECT * FROM terminals WHERE serial_number <> ? ORDER BY serial_number', NOBODY).map(terminalOf);

export const listTerminals = (db: Database, status: TerminalStatus | undefined): TerminalListing[] =>
  db.all(`${LISTING_ALL} AND (?1 IS NULL OR t.status = ?1) ORDER BY t.serial_number`, orNull(status)).map(listingOf);

export function findTerminal(db: Database, serialNumber: SerialNumber): TerminalListing | undefined {
  const row = db.get(LISTING_ONE, serialNumber);
  return row && listingOf(row);
}

export const WITH_QUARANTINE = `SELECT serial_number FROM terminals
  WHERE status = 'approved' AND quarantine_items > 0 ORDER BY serial_number`;

export const terminalsWithQuarantine = (db: Database): SerialNumber[] =>
  db.all(WITH_QUARANTINE).map((row) => asSerialNumber(text(row, 'serial_number')));

export const revision = (db: Database): number =>
  numberOf(db.get("SELECT value AS n FROM meta WHERE key = 'revision'"));

const entryOf = (row: Row): AuditEntry => ({
  at: int(row, 'at'),
  actor: text(row, 'actor'),
  action: text(row, 'action'),
  subject: text(row, 'subject'),
  details: jsonObject(row, 'details'),
});

/** Newest first. */
export function listAudit(db: Database, subject: string | undefined, limit: number): AuditEntry[] {
  if (subject === undefined) return db.all('SELECT * FROM audit ORDER BY id DESC LIMIT ?', limited(limit)).map(entryOf);
  const sql = 'SELECT * FROM audit WHERE subject = ? ORDER BY id DESC LIMIT ?';
  return db.all(sql, subject, limited(limit)).map(entryOf);
}
