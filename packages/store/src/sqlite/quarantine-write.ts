import type { QuarantinedRequest, QuarantineVerdict, Sealed } from '../contract/index.ts';
import type { Database } from './database.ts';
import { int, numberOf } from './rows.ts';
import { terminalIdOf } from './first-sight.ts';
import { touch } from './terminals-write.ts';

export interface QuarantineLimits {
  /** Requests of one terminal. */
  readonly items: number;
  /** Bytes of one terminal. */
  readonly bytes: number;
  /** Bytes of all terminals together. */
  readonly totalBytes: number;
}

export const QUARANTINE_LIMITS: QuarantineLimits = { items: 200, bytes: 8 * 2 ** 20, totalBytes: 64 * 2 ** 20 };

/** What a row costs beside its bytes; without it a flood of empty requests would count as nothing. */
const ROW_BYTES = 512;

/** Bytes that something kept aside counts for. */
export const chargeOf = (kept: { readonly size: number; readonly sealed: Sealed }): number =>
  Math.max(kept.size, kept.sealed.bytes.length) + ROW_BYTES;

const total = (db: Database): number => numberOf(db.get("SELECT value AS n FROM meta WHERE key = 'quarantine_bytes'"));

function count(db: Database, terminal: number, items: number, bytes: number): void {
  db.run('UPDATE terminals SET quarantine_items = quarantine_items + ? WHERE id = ?', items, terminal);
  db.run("UPDATE meta SET value = max(0, value + ?) WHERE key = 'quarantine_bytes'", bytes);
}

function isFull(db: Database, terminal: number, charged: number, limits: QuarantineLimits): boolean {
  const sql = 'SELECT count(*) AS items, total(charged) AS charged FROM quarantine WHERE terminal_id = ?';
  const used = db.get(sql, terminal);
  if (!used || int(used, 'items') >= limits.items || int(used, 'charged') + charged > limits.bytes) return true;
  return total(db) + charged > limits.totalBytes;
}

export function quarantine(db: Database, request: QuarantinedRequest, limits: QuarantineLimits): QuarantineVerdict {
  const terminal = terminalIdOf(db, request, 'contact');
  if (!terminal) return 'full';
  touch(db, terminal, request.receivedAt, request.remoteAddress);
  const again = db.run(
    'UPDATE quarantine SET count = count + 1 WHERE terminal_id = ? AND digest = ?',
    terminal.id,
    request.digest,
  );
  if (again > 0) return 'known';
  const charged = chargeOf(request);
  if (isFull(db, terminal.id, charged, limits)) return 'full';
  db.run(
    `INSERT INTO quarantine
     (terminal_id, brand, operation, remote_address, received_at, digest, size, charged, key_id, sealed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    terminal.id,
    request.brand,
    request.operation,
    request.remoteAddress,
    request.receivedAt,
    request.digest,
    request.size,
    charged,
    request.sealed.keyId,
    request.sealed.bytes,
  );
  count(db, terminal.id, 1, charged);
  return 'kept';
}

export function releaseQuarantine(db: Database, ids: readonly number[]): void {
  for (const id of ids) {
    const row = db.get('DELETE FROM quarantine WHERE id = ? RETURNING terminal_id, charged', id);
    if (row) count(db, int(row, 'terminal_id'), -1, -int(row, 'charged'));
  }
}
