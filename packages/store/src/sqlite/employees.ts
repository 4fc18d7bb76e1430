import type { MirroredEmployee, MirrorLook } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { closeAllBut, everOf, followRename, noteOwner } from './owners-write.ts';
import { numberOf, orNull, text, textOr } from './rows.ts';

const employeeOf = (row: Row): MirroredEmployee => ({
  name: text(row, 'name'),
  employeeName: text(row, 'employee_name'),
  idValue: textOr(row, 'id_value'),
  status: text(row, 'status'),
  modified: text(row, 'modified'),
});

/** The id values that lead elsewhere after `next` took the place of `old`, or to somebody of another status. */
function changedBetween(old: MirroredEmployee | undefined, next: MirroredEmployee): (string | undefined)[] {
  if (old?.idValue !== next.idValue) return [old?.idValue, next.idValue];
  return old?.status === next.status ? [] : [next.idValue];
}

export function putEmployees(
  db: Database,
  targetId: string,
  rows: readonly MirroredEmployee[],
  look?: MirrorLook,
): { changedIdValues: string[] } {
  const changed = new Set<string>();
  for (const next of rows) {
    const row = db.get('SELECT * FROM employees WHERE target_id = ? AND name = ?', targetId, next.name);
    const old = row && employeeOf(row);
    for (const value of changedBetween(old, next)) if (value !== undefined) changed.add(value);
    if (look) for (const value of changedOwners(db, targetId, old, next, look)) changed.add(value);
    db.run(
      'INSERT OR REPLACE INTO employees (target_id, name, employee_name, id_value, status, modified) VALUES (?, ?, ?, ?, ?, ?)',
      targetId,
      next.name,
      next.employeeName,
      orNull(next.idValue),
      next.status,
      next.modified,
    );
  }
  return { changedIdValues: [...changed] };
}

/**
 * The id values of which something changed. An answer that was overtaken by a newer one says nothing about whose a PIN is; of
 * an employee with another status, punches under every PIN they ever had may go.
 */
function changedOwners(
  db: Database,
  targetId: string,
  old: MirroredEmployee | undefined,
  next: MirroredEmployee,
  look: MirrorLook,
): string[] {
  if (old && next.modified < old.modified) return [];
  if (!old) followRename(db, targetId, next);
  const changed = noteOwner(db, targetId, next, look);
  return old?.status === next.status ? changed : [...changed, ...everOf(db, targetId, look.idField, next.name)];
}

export function keepOnlyEmployees(
  db: Database,
  targetId: string,
  names: readonly string[],
  look?: MirrorLook,
): { removed: number } {
  if (look) closeAllBut(db, targetId, names, look);
  const removed = db.run(
    'DELETE FROM employees WHERE target_id = ? AND name NOT IN (SELECT value FROM json_each(?))',
    targetId,
    JSON.stringify(names),
  );
  return { removed };
}

export const findEmployees = (db: Database, targetId: string, idValue: string): MirroredEmployee[] =>
  db
    .all('SELECT * FROM employees WHERE target_id = ? AND id_value = ? ORDER BY name LIMIT 100', targetId, idValue)
    .map(employeeOf);

export const countEmployees = (db: Database, targetId: string): number =>
  numberOf(db.get('SELECT count(*) AS n FROM employees WHERE target_id = ?', targetId));

export function getCursor(db: Database, name: string): string | undefined {
  const row = db.get('SELECT value FROM cursors WHERE name = ?', name);
  return row && text(row, 'value');
}

export function setCursor(db: Database, name: string, value: string): void {
  db.run('INSERT OR REPLACE INTO cursors (name, value) VALUES (?, ?)', name, value);
}
