import { NOBODY, type Json, type JsonObject, type SerialNumber, type Terminal } from '@biolistener/core';
import type { Contact, TerminalChange } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { audit, moveRevision } from './audit.ts';
import type { Database, Row } from './database.ts';
import { Refusal } from './failures.ts';
import { insertTerminal, terminalIdOf, tooManyPending, type KnownTerminal } from './first-sight.ts';
import { mark, terminalMark } from './marks.ts';
import { markTaught, teaches } from './profile-news.ts';
import { int, jsonObject, orNull } from './rows.ts';
import { terminalOf } from './terminals-read.ts';

const find = (db: Database, serialNumber: SerialNumber): Row | undefined =>
  db.get('SELECT * FROM terminals WHERE serial_number = ?', serialNumber);

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

const readObject = (db: Database, id: number, column: 'profile' | 'stamps'): JsonObject => {
  const row = db.get(`SELECT ${column} FROM terminals WHERE id = ?`, id);
  return row ? jsonObject(row, column) : {};
};

const saysMore = (stored: JsonObject, learnt: JsonObject): boolean =>
  Object.entries(learnt).some(([key, value]) => value !== stored[key]);

/** Merges into a column of JSON; what is there already is not written again. */
function mergeInto(db: Database, terminal: KnownTerminal, column: 'profile' | 'stamps', learnt: JsonObject): void {
  const before = (terminal[column] ??= readObject(db, terminal.id, column));
  if (!saysMore(before, learnt)) return;
  const after = merged(before, learnt);
  const written = JSON.stringify(after);
  if (written === JSON.stringify(before)) return;
  db.run(`UPDATE terminals SET ${column} = ? WHERE id = ?`, written, terminal.id);
  terminal[column] = after;
  if (column === 'profile' && teaches(before, after)) markTaught(db, terminal.id);
}

/** Writes what an exchange taught about a terminal, apart from the contact itself. */
export function learn(db: Database, terminal: KnownTerminal, at: number, learnt: Learnt): void {
  if (learnt.profile) mergeInto(db, terminal, 'profile', learnt.profile);
  if (learnt.stamps) mergeInto(db, terminal, 'stamps', learnt.stamps);
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

function refuseNobody(serialNumber: SerialNumber): void {
  if (serialNumber === NOBODY) throw storeError('STORE_REJECTED', `${NOBODY} stands for no terminal`);
}

export function noteTerminal(db: Database, seen: Contact & { readonly brand: string }): Terminal | Refusal {
  refuseNobody(seen.serialNumber);
  const terminal = terminalIdOf(db, { ...seen, receivedAt: seen.at, remoteAddress: seen.address }, 'contact');
  if (!terminal) return new Refusal(tooManyPending());
  touch(db, terminal, seen.at, seen.address);
  learn(db, terminal, seen.at, seen);
  return current(db, seen.serialNumber);
}

/** Contacts of serial numbers that the store does not hold are left out: a terminal comes in by its first sight. */
export function noteContacts(db: Database, contacts: readonly Contact[]): void {
  for (const contact of contacts) {
    const row = db.get('SELECT id FROM terminals WHERE serial_number = ?', contact.serialNumber);
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
  refuseNobody(serialNumber);
  const row = find(db, serialNumber) ?? (brand === undefined ? undefined : createByHand(db, serialNumber, brand));
  if (!row) throw storeError('STORE_NOT_FOUND', `no terminal ${serialNumber}`);
  const settings = merged(jsonObject(row, 'settings'), change.settings ?? {});
  db.run(
    `UPDATE terminals SET status = coalesce(?, status), brand = coalesce(?, brand), settings = ?, is_bare = 0
     WHERE id = ?`,
    orNull(change.status),
    orNull(brand),
    JSON.stringify(settings),
    int(row, 'id'),
  );
  const details = {
    ...(change.status && { status: change.status }),
    ...(brand !== undefined && { brand }),
    settings: { ...change.settings },
  };
  audit(db, actor, 'terminal.change', serialNumber, details);
  moveRevision(db);
  const after = current(db, serialNumber);
  if (isOtherForRoster(terminalOf(row), after)) mark(db, [terminalMark(serialNumber)]);
  return after;
}

/** What decides who belongs on a terminal, and how they get there. */
const ROSTER_FIELDS = [
  'status',
  'brand',
  'zone',
  'isSyncOff',
  'options',
] as const satisfies readonly (keyof Terminal)[];

const isOtherForRoster = (before: Terminal, after: Terminal): boolean =>
  ROSTER_FIELDS.some((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));

/** A person may add as many as they like; 0: never heard of it yet. */
const createByHand = (db: Database, serialNumber: SerialNumber, brand: string): Row =>
  insertTerminal(db, { serialNumber, brand, at: Date.now(), address: null, lastContactAt: 0, isBare: false });
