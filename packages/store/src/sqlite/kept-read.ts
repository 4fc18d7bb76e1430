import { asSerialNumber, NOBODY, type JsonObject, type SerialNumber } from '@biolistener/core';
import type { ParkedItem, QuarantinedItem, Sealed, StoreCounts, StoredTransfer } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { bytes, flag, int, jsonObject, limited, numberOf, orNull, text, textOr } from './rows.ts';
import { SEARCHED } from './search-rows.ts';

const sealedOf = (row: Row): Sealed => ({ keyId: text(row, 'key_id'), bytes: bytes(row, 'sealed') });

export function findTransfer(db: Database, serialNumber: SerialNumber, key: string): StoredTransfer | undefined {
  const row = db.get(
    'SELECT f.* FROM terminals t JOIN transfers f ON f.terminal_id = t.id WHERE t.serial_number = ? AND f.key = ?',
    serialNumber,
    key,
  );
  return (
    row && {
      key,
      lastBlock: int(row, 'last_block'),
      bytes: bytes(row, 'bytes'),
      memo: jsonObject(row, 'memo'),
      touchedAt: int(row, 'touched_at'),
    }
  );
}

export const listQuarantine = (db: Database, serialNumber: SerialNumber, limit: number): QuarantinedItem[] =>
  db
    .all(
      `SELECT q.* FROM terminals t JOIN quarantine q ON q.terminal_id = t.id
       WHERE t.serial_number = ? ORDER BY q.id LIMIT ?`,
      serialNumber,
      limited(limit),
    )
    .map((row) => ({
      id: int(row, 'id'),
      serialNumber,
      brand: text(row, 'brand'),
      operation: text(row, 'operation'),
      remoteAddress: text(row, 'remote_address'),
      receivedAt: int(row, 'received_at'),
      digest: text(row, 'digest'),
      size: int(row, 'size'),
      sealed: sealedOf(row),
      count: int(row, 'count'),
    }));

const parkedOf = (row: Row): ParkedItem => ({
  id: int(row, 'id'),
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  brand: text(row, 'brand'),
  reason: text(row, 'reason'),
  detail: text(row, 'detail'),
  table: text(row, 'source_table'),
  digest: text(row, 'digest'),
  size: int(row, 'size'),
  isSensitive: flag(row, 'is_sensitive'),
  request: jsonObject(row, 'request'),
  firstAt: int(row, 'first_at'),
  lastAt: int(row, 'last_at'),
  count: int(row, 'count'),
  state: text(row, 'state') as ParkedItem['state'], // the table checks it
  sealed: sealedOf(row),
});

const PARKED = 'SELECT k.*, t.serial_number FROM parked k JOIN terminals t ON t.id = k.terminal_id';

/** Newest first. */
export const listParked = (
  db: Database,
  filter: { readonly serialNumber?: SerialNumber; readonly state?: ParkedItem['state']; readonly limit: number },
): ParkedItem[] =>
  db
    .all(
      `${PARKED} WHERE (?1 IS NULL OR t.serial_number = ?1) AND (?2 IS NULL OR k.state = ?2) ORDER BY k.id DESC LIMIT ?3`,
      orNull(filter.serialNumber),
      orNull(filter.state),
      limited(filter.limit),
    )
    .map(parkedOf);

export function findParked(db: Database, id: number): ParkedItem | undefined {
  const row = db.get(`${PARKED} WHERE k.id = ?`, id);
  return row && parkedOf(row);
}

export interface ListedOperation {
  readonly serialNumber: SerialNumber;
  readonly source: string;
  readonly code: string;
  readonly wallTime: string | undefined;
  readonly isAlert: boolean;
  readonly details: JsonObject;
  readonly receivedAt: number;
}

/** Newest first. */
export const listOperations = (
  db: Database,
  filter: { readonly serialNumber?: SerialNumber; readonly alertsOnly?: boolean; readonly limit: number },
): ListedOperation[] =>
  db
    .all(
      `SELECT o.*, t.serial_number FROM operations o JOIN terminals t ON t.id = o.terminal_id
       WHERE (?1 IS NULL OR t.serial_number = ?1) ${filter.alertsOnly ? 'AND o.is_alert = 1' : ''}
       ORDER BY o.seq DESC LIMIT ?2`,
      orNull(filter.serialNumber),
      limited(filter.limit),
    )
    .map((row) => ({
      serialNumber: asSerialNumber(text(row, 'serial_number')),
      source: text(row, 'source'),
      code: text(row, 'code'),
      wallTime: textOr(row, 'wall_time'),
      isAlert: flag(row, 'is_alert'),
      details: jsonObject(row, 'details'),
      receivedAt: int(row, 'received_at'),
    }));

export function counts(db: Database): StoreCounts {
  const n = (sql: string): number => numberOf(db.get(sql));
  const terminals = { pending: 0, approved: 0, blocked: 0, ...statusCounts(db) };
  return {
    punches: n(
      `SELECT (SELECT coalesce(sum(punches), 0) FROM terminals) + (SELECT count(*) FROM punches WHERE seq > ${SEARCHED}) AS n`,
    ),
    terminals,
    parkedPieces: n("SELECT count(*) AS n FROM parked WHERE state IN ('parked', 'retry')"),
    quarantined: n('SELECT count(*) AS n FROM quarantine'),
    templates: n('SELECT count(*) AS n FROM templates'),
    photos: n('SELECT count(*) AS n FROM photos'),
    users: n('SELECT count(*) AS n FROM users'),
  };
}

const statusCounts = (db: Database): Record<string, number> =>
  Object.fromEntries(
    db
      .all('SELECT status, count(*) AS n FROM terminals WHERE serial_number <> ? GROUP BY status', NOBODY)
      .map((row) => [text(row, 'status'), int(row, 'n')]),
  );
