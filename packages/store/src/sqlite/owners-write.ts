import { pinKey } from '@biolistener/core';
import type { MirroredEmployee, MirrorLook } from '../contract/index.ts';
import type { Database } from './database.ts';
import { dayIn } from './owners-persons.ts';
import { stepsFor, unseenUntil, type OpenPeriod, type OwnerStep } from './owners-steps.ts';
import { int, orNull, text } from './rows.ts';

export const OPEN = `SELECT id, id_value, left_on FROM pin_owners
  WHERE target_id = ? AND id_field = ? AND employee = ? AND until_by IS NULL`;
export const HOLDERS = `SELECT employee, until_by FROM pin_owners WHERE target_id = ? AND id_field = ? AND pin_key = ? AND id_value = ?`;
// named, because SQLite would rather walk all employees of the target
export const TWINS = `SELECT name FROM employees INDEXED BY employees_by_modified
  WHERE target_id = ? AND modified = ? AND id_value IS ? AND employee_name = ? AND name <> ?`;

const openOf = (db: Database, targetId: string, idField: string, employee: string): OpenPeriod[] =>
  db.all(OPEN, targetId, idField, employee).map((row) => ({
    id: int(row, 'id'),
    idValue: text(row, 'id_value'),
    leftOn: dayIn(row, 'left_on'),
  }));

const EVER = 'SELECT DISTINCT id_value FROM pin_owners WHERE target_id = ? AND id_field = ? AND employee = ?';

/** Every id value that an employee ever had. */
export const everOf = (db: Database, targetId: string, idField: string, employee: string): string[] =>
  db.all(EVER, targetId, idField, employee).map((row) => text(row, 'id_value'));

/** Adds what a look at one employee shows. Answers the id values whose owner is another than before. */
export function noteOwner(db: Database, targetId: string, next: MirroredEmployee, look: MirrorLook): string[] {
  const { idField } = look;
  const value = next.idValue;
  const before = value === undefined ? [] : db.all(HOLDERS, targetId, idField, pinKey(value, 'number'), value);
  const known = {
    isKnown: before.some((row) => row['employee'] === next.name),
    isFirst: before.every((row) => row['until_by'] === null), // two that have it at first sight both had it since ever
  };
  const open = openOf(db, targetId, idField, next.name);
  const steps = stepsFor(next, open, known, look);
  for (const step of steps) take(db, targetId, next.name, step, look);
  return steps.map((step) =>
    step.kind === 'open' ? step.idValue : (open.find(({ id }) => id === step.id)?.idValue ?? ''),
  );
}

/** A first look that was broken off saw another with the PIN: then nobody else had it since ever. */
const NOT_EVER = `UPDATE pin_owners AS o SET from_after = 0, from_by = ?1 FROM pin_owners c
  WHERE c.id = ?2 AND o.id <> c.id AND o.target_id = c.target_id AND o.id_field = c.id_field AND o.pin_key = c.pin_key
    AND o.id_value = c.id_value AND o.from_by IS NULL AND o.until_by IS NULL`;

function take(db: Database, targetId: string, employee: string, step: OwnerStep, { idField, since }: MirrorLook): void {
  switch (step.kind) {
    case 'open':
      db.run(
        `INSERT INTO pin_owners (target_id, id_field, id_value, pin_key, employee, from_after, from_by, until_after, until_by, left_on)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        targetId,
        idField,
        step.idValue,
        pinKey(step.idValue, 'number'),
        employee,
        orNull(step.from?.notBefore),
        orNull(step.from?.notAfter),
        orNull(step.until?.notBefore),
        orNull(step.until?.notAfter),
        orNull(step.leftOn),
      );
      return;
    case 'close': {
      // nobody loses a PIN before they surely had it
      const set = 'until_after = max(?, coalesce(from_by, 0)), until_by = max(?, coalesce(from_by, 0)), left_on = ?';
      const { notBefore, notAfter } = step.until;
      db.run(`UPDATE pin_owners SET ${set} WHERE id = ?`, notBefore, notAfter, orNull(step.leftOn), step.id);
      if (since === undefined) db.run(NOT_EVER, notAfter, step.id);
      return;
    }
    case 'leave':
      db.run('UPDATE pin_owners SET left_on = ? WHERE id = ?', orNull(step.leftOn), step.id);
  }
}

/**
 * A new name with the very `modified` (to the microsecond), id value and person's name of another one is that one renamed
 * (erpnext-contract.md §4: renaming leaves `modified` as it is): its history goes along.
 */
export function followRename(db: Database, targetId: string, next: MirroredEmployee): void {
  if (!next.modified.includes('.')) return;
  const twins = db.all(TWINS, targetId, next.modified, orNull(next.idValue), next.employeeName, next.name);
  const [twin] = twins;
  if (!twin || twins.length > 1) return;
  const sql = 'UPDATE pin_owners SET employee = ? WHERE target_id = ? AND employee = ?';
  db.run(sql, next.name, targetId, text(twin, 'name'));
}

/** Whoever is not named is gone from the site, and nothing tells since when. */
export function closeAllBut(db: Database, targetId: string, names: readonly string[], look: MirrorLook): void {
  const { notBefore, notAfter } = unseenUntil(look);
  db.run(
    `UPDATE pin_owners SET until_after = max(?1, coalesce(from_by, 0)), until_by = max(?2, coalesce(from_by, 0))
     WHERE target_id = ?3 AND id_field = ?4 AND until_by IS NULL AND employee NOT IN (SELECT value FROM json_each(?5))`,
    notBefore,
    notAfter,
    targetId,
    look.idField,
    JSON.stringify(names),
  );
}

export const clearPinNews = (db: Database, upToId: number): void =>
  void db.run('DELETE FROM pin_news WHERE id <= ?', upToId);
