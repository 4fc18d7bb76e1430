import { asSerialNumber } from '@biolistener/core';
import type { Database, Value } from './database.ts';
import type { ArrivedUpload } from './pack.ts';
import { terminalIdOf, tooManyPending, type KnownTerminal } from './first-sight.ts';
import { AS_IT_CAME, type PunchRows } from './punch-rows.ts';

const COLUMNS = ['id', 'upload_id', 'terminal_id', 'brand', ...AS_IT_CAME];
const ONE_ROW = `(${COLUMNS.map(() => '?').join()})`;
/**
 * Rows per statement: fewer crossings into SQLite are worth a quarter of the time of a long upload. Values that all rows
 * share are bound for each all the same: numbered parameters (`?7`) cost SQLite more to find than that saves.
 */
const CHUNK = 20;
/** Not OR IGNORE, which would also swallow a row that breaks another rule, and a swallowed punch would be acknowledged. */
const insertOf = (rows: number): string =>
  `INSERT INTO punches (${COLUMNS.join()}) VALUES ${Array.from({ length: rows }, () => ONE_ROW).join()} ON CONFLICT (id) DO NOTHING`;
const INSERT_ONE = insertOf(1);
const INSERT_CHUNK = insertOf(CHUNK);

export interface PunchTally {
  readonly added: number;
  readonly known: number;
}

interface Work {
  readonly db: Database;
  readonly rows: PunchRows;
  readonly uploadId: number;
  readonly brand: string;
  /** Our number of each row's terminal; a gateway may bring rows of several. */
  readonly terminalOf: (index: number) => number;
}

/** Adds the parameters of one row. */
function addRow({ rows, uploadId, terminalOf, brand: uploadBrand }: Work, index: number, into: Value[]): void {
  const brand = rows.brand(index);
  into.push(rows.id(index), uploadId, terminalOf(index), brand === uploadBrand ? null : brand);
  rows.addValues(index, into);
}

const idsBetween = (rows: PunchRows, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, offset) => rows.id(from + offset));

/** Counts the resends among the rows from..to, of which `added` were new. Exact also when one upload names a punch twice. */
function countResends(work: Work, from: number, to: number, added: number): void {
  const { db, rows, uploadId } = work;
  const ids = idsBetween(rows, from, to);
  const older = db.run(
    'UPDATE punches SET resends = resends + 1 WHERE id IN (SELECT value FROM json_each(?)) AND upload_id <> ?',
    JSON.stringify(ids),
    uploadId,
  );
  if (older + added === ids.length) return;
  const seenHere = new Set(idsBetween(rows, 0, from));
  const seenInChunk = new Set<string>();
  for (const id of ids) {
    const isRepeat = seenInChunk.has(id);
    seenInChunk.add(id);
    // The statement above counted each older punch once; what is left are further mentions of the same id.
    if (isRepeat) db.run('UPDATE punches SET resends = resends + 1 WHERE id = ?', id);
    else if (seenHere.has(id))
      db.run('UPDATE punches SET resends = resends + 1 WHERE id = ? AND upload_id = ?', id, uploadId);
  }
}

/** Inserts rows from..to with one statement; answers how many were new. */
function insertRows(work: Work, from: number, to: number): number {
  const values: Value[] = [];
  for (let index = from; index < to; index += 1) addRow(work, index, values);
  const added = work.db.run(to - from === 1 ? INSERT_ONE : INSERT_CHUNK, ...values);
  if (added < to - from) countResends(work, from, to, added);
  return added;
}

function insertAll(work: Work): number {
  const { count } = work.rows;
  let added = 0;
  for (let from = 0; from < count;) {
    const to = count - from >= CHUNK ? from + CHUNK : from + 1;
    added += insertRows(work, from, to);
    from = to;
  }
  return added;
}

function terminalFinder(db: Database, rows: PunchRows, upload: ArrivedUpload, terminal: KnownTerminal) {
  const ids = new Map<string, number>([[upload.serialNumber, terminal.id]]);
  return (index: number): number => {
    const serialNumber = rows.serialNumber(index);
    const known = ids.get(serialNumber);
    if (known !== undefined) return known;
    const other = terminalIdOf(db, { ...upload, serialNumber: asSerialNumber(serialNumber) }, 'content');
    if (!other) throw tooManyPending();
    ids.set(serialNumber, other.id);
    return other.id;
  };
}

/**
 * Stores punches that are new and counts the others as resent.
 * `seq` is given inside the one write transaction that SQLite allows at a time, so the order of `seq` is the order of
 * commits, also between processes: a cursor over `seq` never passes a row that becomes visible later. A store whose
 * writers run side by side (PostgreSQL) has to see to that itself.
 */
export function storePunches(
  db: Database,
  upload: ArrivedUpload,
  rows: PunchRows,
  terminal: KnownTerminal,
): PunchTally {
  const uploadId = db.insert(
    'INSERT INTO uploads (correlation_id, brand, operation, remote_address, received_at, stored_at) VALUES (?, ?, ?, ?, ?, ?)',
    upload.correlationId,
    upload.brand,
    upload.operation,
    upload.remoteAddress,
    upload.receivedAt,
    Date.now(),
  );
  const terminalOf = terminalFinder(db, rows, upload, terminal);
  const added = insertAll({ db, rows, uploadId, brand: upload.brand, terminalOf });
  if (added === 0) db.run('DELETE FROM uploads WHERE id = ?', uploadId);
  return { added, known: rows.count - added };
}
