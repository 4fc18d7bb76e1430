import type { SerialNumber } from '@biolistener/core';
import { storeError } from '../errors.ts';
import { audit } from './audit.ts';
import { terminalsBySerial } from './commands-queue.ts';
import type { Database } from './database.ts';
import { cellMark, mark, personMark } from './marks.ts';
import { assignmentsOf, personRow } from './persons-read.ts';
import { int, text } from './rows.ts';

/** Beyond so many cells the whole person is looked at instead. */
const MOST_CELLS = 20;

function markChanged(db: Database, personId: string, serialNumbers: readonly SerialNumber[]): void {
  const isFew = serialNumbers.length <= MOST_CELLS;
  const cells = serialNumbers.map((serialNumber) => cellMark(serialNumber, personId));
  mark(db, isFew ? cells : [personMark(personId)]);
}

type Wanted = (current: ReadonlySet<SerialNumber>) => Iterable<SerialNumber>;

/** Every serial number that is named must be known, also one that is only taken away. */
function change(db: Database, personId: string, named: readonly SerialNumber[], wanted: Wanted, actor: string): void {
  const person = personRow(db, personId);
  if (text(person, 'state') === 'left')
    throw storeError('STORE_WRONG_STATE', `person ${personId} left, so no terminal is theirs`);
  const terminalOf = terminalsBySerial(db);
  for (const serialNumber of named) terminalOf(serialNumber);
  const before = new Set(assignmentsOf(db, personId));
  const after = new Set(wanted(before));
  const added = [...after].filter((serialNumber) => !before.has(serialNumber));
  const removed = [...before].filter((serialNumber) => !after.has(serialNumber));
  if (added.length + removed.length === 0) return;
  const id = int(person, 'id');
  for (const serialNumber of added) db.run('INSERT INTO assignments VALUES (?, ?)', id, terminalOf(serialNumber));
  for (const serialNumber of removed)
    db.run('DELETE FROM assignments WHERE person_id = ? AND terminal_id = ?', id, terminalOf(serialNumber));
  audit(db, actor, 'person.assign', `person:${personId}`, { added, removed });
  markChanged(db, personId, [...added, ...removed]);
}

type Change = (db: Database, personId: string, serialNumbers: readonly SerialNumber[], actor: string) => void;

export const assign: Change = (db, personId, named, actor) => {
  change(db, personId, named, (current) => [...current, ...named], actor);
};

export const unassign: Change = (db, personId, named, actor) => {
  const gone = new Set(named);
  change(db, personId, named, (current) => [...current].filter((serialNumber) => !gone.has(serialNumber)), actor);
};

export const setAssignments: Change = (db, personId, named, actor) => {
  change(db, personId, named, () => named, actor);
};
