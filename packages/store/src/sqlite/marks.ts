import type { RosterMark } from '../contract/index.ts';
import type { Database } from './database.ts';
import { int, limited, numberOf, text } from './rows.ts';

export const personMark = (id: number | string): string => `person:${id}`;
export const pinMark = (pin: string): string => `pin:${pin}`;
export const terminalMark = (serialNumber: string): string => `terminal:${serialNumber}`;
export const cellMark = (serialNumber: string, personId: number | string): string => `cell:${serialNumber}|${personId}`;

/** A subject that is marked again keeps its place in the order and gets a new version: see `clearMarks`. */
export function mark(db: Database, subjects: Iterable<string>): void {
  const list = [...new Set(subjects)];
  if (list.length === 0) return;
  const next = "UPDATE meta SET value = value + 1 WHERE key = 'mark_version' RETURNING value AS n";
  db.run(
    `INSERT INTO roster_marks (subject, version) SELECT value, ?2 FROM json_each(?1) WHERE true
     ON CONFLICT (subject) DO UPDATE SET version = excluded.version`,
    JSON.stringify(list),
    numberOf(db.get(next)),
  );
}

export function clearMarks(db: Database, marks: readonly RosterMark[]): void {
  for (const { subject, version } of marks)
    db.run('DELETE FROM roster_marks WHERE subject = ? AND version = ?', subject, version);
}

export const listMarks = (db: Database, limit: number): RosterMark[] =>
  db
    .all('SELECT subject, version FROM roster_marks ORDER BY position LIMIT ?', limited(limit))
    .map((row) => ({ subject: text(row, 'subject'), version: int(row, 'version') }));

const CELLS_OF_COMMANDS = `SELECT DISTINCT t.serial_number, i.person_id
  FROM json_each(?1) j JOIN roster_items i ON i.command_id = j.value JOIN terminals t ON t.id = i.terminal_id`;

/** The cells with rows of a PIN at a terminal, also of a former person of it. */
export function markCellsAt(db: Database, terminal: number, pin: string): void {
  const cells = db.all(
    `SELECT DISTINCT t.serial_number, i.person_id FROM persons p
     JOIN roster_items i ON i.person_id = p.id AND i.terminal_id = ?1 JOIN terminals t ON t.id = i.terminal_id
     WHERE p.pin = ?2`,
    terminal,
    pin,
  );
  mark(
    db,
    cells.map((row) => cellMark(text(row, 'serial_number'), int(row, 'person_id'))),
  );
}

/** The cells whose rows name one of these commands, because it came to its end. */
export function markCellsOf(db: Database, commandIds: readonly number[]): void {
  if (commandIds.length === 0) return;
  const cells = db.all(CELLS_OF_COMMANDS, JSON.stringify(commandIds));
  mark(
    db,
    cells.map((row) => cellMark(text(row, 'serial_number'), int(row, 'person_id'))),
  );
}
