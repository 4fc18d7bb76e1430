import { NOBODY, type BiolistenerError, type JsonObject, type SerialNumber } from '@biolistener/core';
import { MOST_PENDING } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import type { Database, Row } from './database.ts';
import { int, numberOf } from './rows.ts';

/** A terminal's number, and columns of its row as far as they were read or written in this transaction, or remembered. */
export interface KnownTerminal {
  readonly id: number;
  profile?: JsonObject;
  stamps?: JsonObject;
}

export interface FirstSight {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly at: number;
  readonly address: string | null;
  readonly lastContactAt: number;
  readonly isBare: boolean;
}

export const tooManyPending = (): BiolistenerError =>
  storeError('STORE_TOO_MANY_PENDING', `${MOST_PENDING} terminals wait for approval, and something is kept of each`);

export function insertTerminal(db: Database, seen: FirstSight): Row {
  const row = db.get(
    `INSERT INTO terminals (serial_number, brand, status, first_seen_at, last_contact_at, last_address, is_bare)
     VALUES (?, ?, 'pending', ?, ?, ?, ?) RETURNING *`,
    seen.serialNumber,
    seen.brand,
    seen.at,
    seen.lastContactAt,
    seen.address,
    seen.isBare ? 1 : 0,
  );
  if (!row) throw storeError('STORE_REJECTED', `no row for terminal ${seen.serialNumber}`);
  return row;
}

/** NOBODY has a row among the pending ones, and is no terminal that waits. */
const PENDING = `SELECT count(*) -
  (SELECT count(*) FROM terminals WHERE serial_number = '${NOBODY}' AND status = 'pending') AS n
  FROM terminals WHERE status = 'pending'`;

/** The one that was silent for longest, of those of which nothing is kept: most likely somebody invented it. */
export const REPLACEABLE = `SELECT id FROM terminals
  WHERE status = 'pending' AND is_bare = 1 AND quarantine_items = 0 ORDER BY last_contact_at LIMIT 1`;

/** Whether one more may wait for approval, if need be in place of another. */
function hasPlace(db: Database): boolean {
  if (numberOf(db.get(PENDING)) < MOST_PENDING) return true;
  return db.run(`DELETE FROM terminals WHERE id = (${REPLACEABLE})`) > 0;
}

/** Who brought something, as requests and contacts say it. */
export interface Sender {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly receivedAt: number;
  readonly remoteAddress: string;
  readonly isReplay?: boolean;
}

/**
 * The terminal that something came from; made as pending when it is new. `content`: something of it is going to be kept,
 * so it does not make room for others any more. Undefined when it is new and has no place: nothing was written then.
 */
export function terminalIdOf(db: Database, from: Sender, brings: 'contact' | 'content'): KnownTerminal | undefined {
  const isBare = brings === 'contact';
  const known = db.get('SELECT id, is_bare FROM terminals WHERE serial_number = ?', from.serialNumber);
  if (!known) return create(db, from, isBare);
  const id = int(known, 'id');
  if (!isBare && known['is_bare'] === 1) db.run('UPDATE terminals SET is_bare = 0 WHERE id = ?', id);
  return { id };
}

function create(db: Database, from: Sender, isBare: boolean): KnownTerminal | undefined {
  const { serialNumber, brand, receivedAt: at } = from;
  if (serialNumber !== NOBODY && !hasPlace(db)) return undefined;
  const contact = from.isReplay
    ? { lastContactAt: 0, address: null }
    : { lastContactAt: at, address: from.remoteAddress };
  return { id: int(insertTerminal(db, { serialNumber, brand, at, isBare, ...contact }), 'id') };
}
