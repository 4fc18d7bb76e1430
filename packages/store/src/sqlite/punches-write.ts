import { asSerialNumber } from '@biolistener/core';
import type { Database, Value } from './database.ts';
import type { ArrivedUpload } from './pack.ts';
import { terminalIdOf, tooManyPending, type KnownTerminal } from './first-sight.ts';
import { AS_IT_CAME, type PunchRows } from './punch-rows.ts';

/** Rows per statement: fewer crossings into SQLite are worth a quarter of the time of a long upload. */
const CHUNK = 20;
const SOURCE = ['terminal_id', 'brand'];
const COLUMNS = ['id', 'upload_id', ...SOURCE, ...AS_IT_CAME];
/** Not OR IGNORE, which would also swallow a row that breaks another rule, and a swallowed punch would be acknowledged. */
const ONCE = 'ON CONFLICT (id) DO NOTHING';
const marks = (columns: readonly string[]): string => `(${columns.map(() => '?').join()})`;
const INSERT_ONE = `INSERT INTO punches (${COLUMNS.join()}) VALUES ${marks(COLUMNS)} ${ONCE}`;

/**
 * `CHUNK` rows at once. What all of them share is bound once, in front: of the sixteen values of a row mostly nine, and binding
 * is a third of what a row costs. (Numbered parameters would say the same shorter, and take SQLite longer than they save.)
 */
function chunkInsert(alike: readonly string[]): string {
  const own = COLUMNS.filter((column) => !alike.includes(column));
  const valueOf = (column: string): string =>
    alike.includes(column) ? `alike.${column}` : `own.column${own.indexOf(column) + 1}`;
  return `WITH alike (${alike.join()}) AS (VALUES ${marks(alike)})
    INSERT INTO punches (${COLUMNS.join()}) SELECT ${COLUMNS.map(valueOf).join()}
    FROM alike CROSS JOIN (VALUES ${Array.from({ length: CHUNK }, () => marks(own)).join()}) AS own WHERE true ${ONCE}`;
}

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

/** A brand is stored only where it differs from the upload's. */
function addSource({ rows, terminalOf, brand: uploadBrand }: Work, index: number, into: Value[]): void {
  const brand = rows.brand(index);
  into.push(terminalOf(index), brand === uploadBrand ? null : brand);
}

function insertOne(work: Work, index: number): number {
  const values: Value[] = [work.rows.id(index), work.uploadId];
  addSource(work, index, values);
  work.rows.addValues(index, values);
  return work.db.run(INSERT_ONE, ...values);
}

/** How the chunks of one upload go in: the statement, and the values of the columns in which all rows agree. */
interface ChunkPlan {
  readonly sql: string;
  readonly alike: readonly Value[];
}

function planOf(work: Work): ChunkPlan {
  const { rows, uploadId } = work;
  const source: Value[] = [];
  if (rows.isOneSource) addSource(work, 0, source);
  const names = ['upload_id', ...(rows.isOneSource ? SOURCE : []), ...rows.alike.keys()];
  return { sql: chunkInsert(names), alike: [uploadId, ...source, ...rows.alike.values()] };
}

function insertChunk(work: Work, from: number, { sql, alike }: ChunkPlan): number {
  const { rows } = work;
  const values = [...alike];
  for (let index = from; index < from + CHUNK; index += 1) {
    values.push(rows.id(index));
    if (!rows.isOneSource) addSource(work, index, values);
    rows.addOwnValues(index, values);
  }
  return work.db.run(sql, ...values);
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

function insertAll(work: Work): number {
  const { count } = work.rows;
  const plan = count < CHUNK ? undefined : planOf(work);
  let added = 0;
  for (let from = 0; from < count;) {
    const isChunk = plan !== undefined && count - from >= CHUNK;
    const to = isChunk ? from + CHUNK : from + 1;
    const fresh = isChunk ? insertChunk(work, from, plan) : insertOne(work, from);
    if (fresh < to - from) countResends(work, from, to, fresh);
    added += fresh;
    from = to;
  }
  return added;
}

function terminalFinder(db: Database, rows: PunchRows, upload: ArrivedUpload, terminal: KnownTerminal) {
  let others: Map<string, number> | undefined; // only a gateway has any
  return (index: number): number => {
    const serialNumber = rows.serialNumber(index);
    if (serialNumber === upload.serialNumber) return terminal.id;
    const known = others?.get(serialNumber);
    if (known !== undefined) return known;
    const other = terminalIdOf(db, { ...upload, serialNumber: asSerialNumber(serialNumber) }, 'content');
    if (!other) throw tooManyPending();
    (others ??= new Map()).set(serialNumber, other.id);
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
