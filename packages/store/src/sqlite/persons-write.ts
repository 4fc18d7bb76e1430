import type { Person, PersonChange, PersonOrigin } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { audit } from './audit.ts';
import { compared, type Fields } from './person-fields.ts';
import type { Database, Row } from './database.ts';
import { mark, personMark } from './marks.ts';
import { personOf, personRow, searchText } from './persons-read.ts';
import { int, orNull, text } from './rows.ts';

/** Whose word counts more. Equal ones: the last. */
const RANKS: Readonly<Record<PersonOrigin, number>> = { desk: 3, cli: 2, api: 2, terminal: 1 };
const outranks = (one: PersonOrigin, other: PersonOrigin): boolean => RANKS[one] > RANKS[other];

const write = (db: Database, id: number, fields: Fields, origin: PersonOrigin, now: number): Row | undefined =>
  db.get(
    `UPDATE persons SET employee = ?2, name = ?3, card = ?4, is_administrator = ?5, key_id = ?6, password = ?7,
       is_everywhere = ?8, valid_from = ?9, valid_to = ?10, desk_name = ?11, origin = ?12, search = ?13, changed_at = ?14
     WHERE id = ?1 RETURNING *`,
    id,
    orNull(fields.employee),
    orNull(fields.name),
    orNull(fields.card),
    fields.isAdministrator ? 1 : 0,
    orNull(fields.password?.keyId),
    orNull(fields.password?.bytes),
    fields.isEverywhere ? 1 : 0,
    orNull(fields.validFrom),
    orNull(fields.validTo),
    orNull(fields.deskName),
    origin,
    searchText([fields.name, fields.pin, fields.employee]),
    now,
  );

const create = (db: Database, change: PersonChange, now: number): Row | undefined =>
  db.get(
    "INSERT INTO persons (pin, origin, search, created_at, changed_at) VALUES (?1, ?2, '', ?3, ?3) RETURNING *",
    change.pin,
    change.origin,
    now,
  );

export function putPerson(db: Database, change: PersonChange, actor: string, now: number): Person {
  const known = db.get("SELECT * FROM persons WHERE pin = ? AND state = 'active'", change.pin);
  const row = known ?? create(db, change, now);
  if (!row) throw storeError('STORE_REJECTED', 'no row for a person');
  const { origin: before } = personOf(row);
  const isWeaker = outranks(before, change.origin);
  const { fields, changed } = compared(row, change, isWeaker);
  const isOther = changed.length > 0 || (!isWeaker && before !== change.origin);
  if (known && !isOther) return personOf(row);
  const after = write(db, int(row, 'id'), fields, isWeaker ? before : change.origin, now);
  if (!after) throw storeError('STORE_REJECTED', 'no row for a person');
  const person = personOf(after);
  audit(db, actor, known ? 'person.change' : 'person.add', `person:${person.id}`, { pin: person.pin, changed });
  mark(db, [personMark(person.id)]);
  return person;
}

/** Assignments go with the person; what was put on terminals stays in the roster until it is seen gone. */
export function endPerson(db: Database, id: string, actor: string, now: number): Person {
  const row = personRow(db, id);
  if (text(row, 'state') === 'left') return personOf(row);
  db.run('DELETE FROM assignments WHERE person_id = ?', int(row, 'id'));
  db.run("UPDATE persons SET state = 'left', changed_at = ? WHERE id = ?", now, int(row, 'id'));
  audit(db, actor, 'person.end', `person:${id}`, { pin: text(row, 'pin') });
  mark(db, [personMark(id)]);
  return personOf(personRow(db, id));
}
