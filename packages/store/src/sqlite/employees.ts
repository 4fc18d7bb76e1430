import type { MirroredEmployee } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
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
): { changedIdValues: string[] } {
  const changed = new Set<string>();
  for (const next of rows) {
    const old = db.get('SELECT * FROM employees WHERE target_id = ? AND name = ?', targetId, next.name);
    for (const value of changedBetween(old && employeeOf(old), next)) if (value !== undefined) changed.add(value);
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

export const keepOnlyEmployees = (db: Database, targetId: string, names: readonly string[]): { removed: number } => ({
  removed: db.run(
    'DELETE FROM employees WHERE target_id = ? AND name NOT IN (SELECT value FROM json_each(?))',
    targetId,
    JSON.stringify(names),
  ),
});

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
