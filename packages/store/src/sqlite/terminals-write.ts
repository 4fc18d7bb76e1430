import type { Json, JsonObject, SerialNumber, Terminal } from '@biolistener/core';
import type { Contact, TerminalChange } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { audit, moveRevision } from './audit.ts';
import type { Database, Row } from './database.ts';
import { int, jsonObject, numberOf, orNull } from './rows.ts';
import { terminalOf } from './terminals-read.ts';

/** A flood of invented serial numbers must not fill the disk. */
export const MOST_PENDING = 10_000;

export interface KnownTerminal {
  readonly id: number;
}

const find = (db: Database, serialNumber: SerialNumber): Row | undefined =>
  db.get('SELECT * FROM terminals WHERE serial_number = ?', serialNumber);

interface FirstSight {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly at: number;
  readonly address: string | null;
  readonly lastContactAt: number;
}

function create(db: Database, seen: FirstSight): Row {
  const pending = numberOf(db.get("SELECT count(*) AS n FROM terminals WHERE status = 'pending'"));
  if (pending >= MOST_PENDING)
    throw storeError('STORE_TOO_MANY_PENDING', `${pending} terminals wait for approval already`);
  const row = db.get(
    `INSERT INTO terminals (serial_number, brand, status, first_seen_at, last_contact_at, last_address)
     VALUES (?, ?, 'pending', ?, ?, ?) RETURNING *`,
    seen.serialNumber,
    seen.brand,
    seen.at,
    seen.lastContactAt,
    seen.address,
  );
  if (!row) throw storeError('STORE_REJECTED', `no row for terminal ${seen.serialNumber}`);
  return row;
}

/** The terminal that a request came from; made as pending when it is new. */
export function terminalIdOf(
  db: Database,
  from: {
    readonly serialNumber: SerialNumber;
    readonly brand: string;
    readonly receivedAt: number;
    readonly remoteAddress: string;
  },
): KnownTerminal {
  const at = from.receivedAt;
  const known = db.get('SELECT id FROM terminals WHERE serial_number = ?', from.serialNumber);
  const row =
    known ??
    create(db, {
      serialNumber: from.serialNumber,
      brand: from.brand,
      at,
      address: from.remoteAddress,
      lastContactAt: at,
    });
  return { id: int(row, 'id') };
}

/** Shallow: a key replaces the stored one, `null` forgets it, what is not named stays. */
export function merged(stored: JsonObject, change: Readonly<Record<string, Json | undefined>>): JsonObject {
  const result: Record<string, Json> = { ...stored };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else if (value !== undefined) result[key] = value;
  }
  return result;
}

export interface Learnt {
  readonly profile?: JsonObject;
  readonly stamps?: Readonly<Record<string, string>>;
  readonly clockDriftSeconds?: number;
}

/** Writes what an exchange taught about a terminal, apart from the contact itself. */
export function learn(db: Database, terminal: KnownTerminal, at: number, learnt: Learnt): void {
  const before = (name: 'profile' | 'stamps'): JsonObject =>
    jsonObject(db.get(`SELECT ${name} FROM terminals WHERE id = ?`, terminal.id) ?? {}, name);
  if (learnt.profile)
    db.run(
      'UPDATE terminals SET profile = ? WHERE id = ?',
      JSON.stringify(merged(before('profile'), learnt.profile)),
      terminal.id,
    );
  if (learnt.stamps)
    db.run(
      'UPDATE terminals SET stamps = ? WHERE id = ?',
      JSON.stringify(merged(before('stamps'), learnt.stamps)),
      terminal.id,
    );
  if (learnt.clockDriftSeconds !== undefined)
    db.run(
      `UPDATE terminals SET clock_drift_seconds = ?2, clock_measured_at = ?3
       WHERE id = ?1 AND coalesce(clock_measured_at, 0) <= ?3`,
      terminal.id,
      learnt.clockDriftSeconds,
      at,
    );
}

/** Contacts may be written late and out of order: the last one stays the last. */
export function touch(db: Database, terminal: KnownTerminal, at: number, address: string): void {
  db.run(
    'UPDATE terminals SET last_contact_at = ?2, last_address = ?3 WHERE id = ?1 AND last_contact_at <= ?2',
    terminal.id,
    at,
    address,
  );
}

const current = (db: Database, serialNumber: SerialNumber): Terminal => {
  const row = find(db, serialNumber);
  if (!row) throw storeError('STORE_NOT_FOUND', `no terminal ${serialNumber}`);
  return terminalOf(row);
};

export function noteTerminal(db: Database, seen: Contact & { readonly brand: string }): Terminal {
  const terminal = terminalIdOf(db, { ...seen, receivedAt: seen.at, remoteAddress: seen.address });
  touch(db, terminal, seen.at, seen.address);
  learn(db, terminal, seen.at, seen);
  return current(db, seen.serialNumber);
}

/** Contacts of serial numbers that the store does not hold are left out: a terminal comes in by its first sight. */
export function noteContacts(db: Database, contacts: readonly Contact[]): void {
  for (const contact of contacts) {
    const row = find(db, contact.serialNumber);
    if (!row) continue;
    const terminal = { id: int(row, 'id') };
    touch(db, terminal, contact.at, contact.address);
    learn(db, terminal, contact.at, contact);
  }
}

export function changeTerminal(
  db: Database,
  serialNumber: SerialNumber,
  change: TerminalChange,
  actor: string,
  brand?: string,
): Terminal {
  const now = Date.now();
  const row =
    find(db, serialNumber) ??
    (brand === undefined ? undefined : create(db, { serialNumber, brand, at: now, address: null, lastContactAt: 0 })); // 0: never heard of it yet
  if (!row) throw storeError('STORE_NOT_FOUND', `no terminal ${serialNumber}`);
  const settings = merged(jsonObject(row, 'settings'), change.settings ?? {});
  db.run(
    'UPDATE terminals SET status = coalesce(?, status), settings = ? WHERE id = ?',
    orNull(change.status),
    JSON.stringify(settings),
    int(row, 'id'),
  );
  const details = { ...(change.status && { status: change.status }), settings: { ...change.settings } };
  audit(db, actor, 'terminal.change', serialNumber, details);
  moveRevision(db);
  return current(db, serialNumber);
}
