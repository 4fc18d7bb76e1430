import { asPin, asSerialNumber, type LocalDate, type Pin, type SerialNumber } from '@biolistener/core';
import type { Person, PersonFilter, PersonOrigin, Sealed } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { numberOfId } from './commands-read.ts';
import type { Database, Row, Value } from './database.ts';
import { bytes, flag, int, limited, text, textOr } from './rows.ts';

export const personOf = (row: Row): Person => ({
  id: String(int(row, 'id')),
  pin: asPin(text(row, 'pin')),
  employee: textOr(row, 'employee'),
  name: textOr(row, 'name'),
  card: textOr(row, 'card'),
  isAdministrator: flag(row, 'is_administrator'),
  hasPassword: row['password'] !== null,
  isEverywhere: flag(row, 'is_everywhere'),
  validFrom: textOr(row, 'valid_from') as LocalDate | undefined, // written from PersonChange only, as the next three
  validTo: textOr(row, 'valid_to') as LocalDate | undefined,
  state: text(row, 'state') as Person['state'],
  origin: text(row, 'origin') as PersonOrigin,
  deskName: textOr(row, 'desk_name'),
  createdAt: int(row, 'created_at'),
  changedAt: int(row, 'changed_at'),
});

export function findPerson(db: Database, pin: Pin): Person | undefined {
  const row = db.get("SELECT * FROM persons WHERE pin = ? AND state = 'active'", pin);
  return row && personOf(row);
}

export function personRow(db: Database, id: string): Row {
  const row = db.get('SELECT * FROM persons WHERE id = ?', numberOfId(id) ?? -1);
  if (!row) throw storeError('STORE_NOT_FOUND', `no person ${id}`);
  return row;
}

export const getPerson = (db: Database, id: string): Person => personOf(personRow(db, id));

/** Words are compared in small letters of any script, which SQLite alone does for English only. */
export const searchText = (words: readonly (string | undefined)[]): string =>
  words
    .filter((word) => word !== undefined)
    .join('\n')
    .toLocaleLowerCase('en');

const AT_TERMINAL = `(p.state = 'active' AND p.is_everywhere = 1 OR p.id IN
  (SELECT a.person_id FROM terminals t JOIN assignments a ON a.terminal_id = t.id WHERE t.serial_number = ?))`;

/** By id, oldest first. Of a terminal: whoever is assigned to it, or everywhere. */
export function listPersons(db: Database, filter: PersonFilter): Person[] {
  const asked: readonly (readonly [string, Value | undefined])[] = [
    ['p.pin = ?', filter.pin],
    ['p.employee = ?', filter.employee],
    ['p.state = ?', filter.state],
    [AT_TERMINAL, filter.serialNumber],
    ['instr(p.search, ?) > 0', filter.text === undefined ? undefined : searchText([filter.text])],
    ['p.id > ?', filter.afterId === undefined ? undefined : (numberOfId(filter.afterId) ?? 0)],
  ];
  const given = asked.filter(([, value]) => value !== undefined);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
  return db
    .all(
      `SELECT p.* FROM persons p ${where} ORDER BY p.id LIMIT ?`,
      ...given.map(([, value]) => value ?? null),
      limited(filter.limit),
    )
    .map(personOf);
}

export function findPassword(db: Database, personId: string): Sealed | undefined {
  const row = db.get(
    'SELECT key_id, password FROM persons WHERE id = ? AND password IS NOT NULL',
    numberOfId(personId) ?? -1,
  );
  return row && { keyId: text(row, 'key_id'), bytes: bytes(row, 'password') };
}

export const assignmentsOf = (db: Database, personId: string): SerialNumber[] =>
  db
    .all(
      `SELECT t.serial_number FROM assignments a JOIN terminals t ON t.id = a.terminal_id
       WHERE a.person_id = ? ORDER BY t.serial_number`,
      numberOfId(personId) ?? -1,
    )
    .map((row) => asSerialNumber(text(row, 'serial_number')));
