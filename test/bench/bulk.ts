import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { toInstant, punchIdOf, type LocalTime } from '@biolistener/core';
import { load, median, quiet } from './load.ts';
import { attlogRow, upload } from './requests.ts';
import type { BenchStage } from './stage.ts';

/** The store's columns and its unique id; the same pragmas. What a program would do that only wanted the rows in. */
const SCHEMA = `CREATE TABLE punches (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, upload_id INTEGER NOT NULL, terminal_id INTEGER NOT NULL, brand TEXT,
  pin TEXT NOT NULL, instant INTEGER NOT NULL, wall_time TEXT NOT NULL, zone TEXT NOT NULL, certainty TEXT NOT NULL, state INTEGER,
  verify_mode TEXT, work_code TEXT, claimed_direction TEXT, flags TEXT NOT NULL, extra TEXT NOT NULL, raw BLOB NOT NULL, resends INTEGER NOT NULL DEFAULT 0)`;
const INSERT = `INSERT INTO punches (id, upload_id, terminal_id, brand, pin, instant, wall_time, zone, certainty, state, verify_mode, work_code,
  claimed_direction, flags, extra, raw) VALUES (?, 1, 1, NULL, ?, ?, ?, 'Asia/Kolkata', 'exact', ?, '15', '0', 'IN', '', '{}', ?)`;

type Row = [string, string, number, string, number, Buffer];

/** Values are ready before the clock starts: the baseline is the insert alone. */
function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, () => {
    const line = attlogRow();
    const [pin = '', time = '', state = ''] = line.split('\t');
    const wallTime = time as LocalTime; // made by attlogRow in that shape
    const { instant } = toInstant(wallTime, 'Asia/Kolkata');
    return [
      punchIdOf('BENCH', [pin, time, Number(state), '15', '0'], wallTime),
      pin,
      instant,
      time,
      Number(state),
      Buffer.from(line.trimEnd()),
    ];
  });
}

/** Rows per second of one transaction of `count` rows with an fsync, and of one upload of as many lines until its reply. */
export async function measureBulk(
  stage: BenchStage,
  count: number,
  rounds: number,
): Promise<{ rowsPerSecond: number; bulkRowsPerSecond: number; ratio: number }> {
  const db = new DatabaseSync(join(stage.dir, 'bulk.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(SCHEMA);
  const insert = db.prepare(INSERT);
  const [bulk, uploads]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const rows = rowsOf(count);
    await quiet();
    const startedAt = performance.now();
    db.exec('BEGIN IMMEDIATE');
    for (const row of rows) insert.run(...row);
    db.exec('COMMIT');
    bulk.push(performance.now() - startedAt);
    uploads.push(await timeUpload(stage, count));
  }
  db.close();
  // the first round warms both up
  const [bulkMs, uploadMs] = [median(bulk.slice(1)), median(uploads.slice(1))];
  return {
    rowsPerSecond: (count / uploadMs) * 1000,
    bulkRowsPerSecond: (count / bulkMs) * 1000,
    ratio: bulkMs / uploadMs,
  };
}

async function timeUpload(stage: BenchStage, count: number): Promise<number> {
  const request = upload(0, count);
  await quiet();
  const startedAt = performance.now();
  const { refusals } = await load({
    port: stage.ports.listener,
    connections: 1,
    milliseconds: 0,
    request: () => request,
  });
  if (refusals > 0) throw new Error('an upload was refused');
  return performance.now() - startedAt;
}
