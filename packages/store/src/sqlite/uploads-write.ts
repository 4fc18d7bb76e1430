import type { CommitReceipt, StoredOperation } from '../contract/index.ts';
import { applyResults } from './commands-write.ts';
import type { Database } from './database.ts';
import { storePhotos, storeTemplates, storeUsers } from './people-write.ts';
import { Refusal } from './failures.ts';
import { terminalIdOf, tooManyPending, type KnownTerminal } from './first-sight.ts';
import type { ParkedLimits } from './parked-room.ts';
import { parkPieces } from './parked-write.ts';
import type { PackedUpload } from './pack.ts';
import { storePunches, type PunchTally } from './punches-write.ts';
import { orNull } from './rows.ts';
import { learn } from './terminals-write.ts';

const NO_PUNCHES: PunchTally = { added: 0, known: 0, latest: null };

/** One statement for the contact and the counters: this runs for every upload. */
function recordContact(db: Database, terminal: KnownTerminal, upload: PackedUpload, tally: PunchTally): void {
  db.run(
    `UPDATE terminals SET last_contact_at = max(last_contact_at, ?2), last_address = coalesce(?3, last_address),
       punches = punches + ?4, last_punch_at = CASE WHEN ?5 IS NULL THEN last_punch_at ELSE max(coalesce(last_punch_at, ?5), ?5) END
     WHERE id = ?1`,
    terminal.id,
    upload.isReplay ? 0 : upload.receivedAt,
    upload.isReplay ? null : upload.remoteAddress,
    tally.added,
    tally.latest,
  );
}

/** The clock of back then says nothing about the clock of now. */
function learntFrom(upload: PackedUpload): PackedUpload {
  if (!upload.isReplay) return upload;
  const { clockDriftSeconds: _, ...learnt } = upload;
  return learnt;
}

function storeOperations(db: Database, terminal: number, at: number, operations: readonly StoredOperation[]): void {
  for (const operation of operations)
    db.run(
      `INSERT INTO operations (id, terminal_id, source, code, wall_time, is_alert, details, received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (terminal_id, id) DO NOTHING`,
      operation.id,
      terminal,
      operation.source,
      operation.code,
      orNull(operation.wallTime),
      operation.isAlert ? 1 : 0,
      JSON.stringify(operation.details),
      at,
    );
}

function moveTransfer(db: Database, terminal: number, upload: PackedUpload): void {
  const { transfer } = upload;
  if (transfer?.kind === 'drop')
    db.run('DELETE FROM transfers WHERE terminal_id = ? AND key = ?', terminal, transfer.key);
  if (transfer?.kind !== 'put') return;
  db.run(
    'INSERT OR REPLACE INTO transfers (terminal_id, key, last_block, bytes, memo, touched_at) VALUES (?, ?, ?, ?, ?, ?)',
    terminal,
    transfer.key,
    transfer.lastBlock,
    transfer.bytes,
    JSON.stringify(transfer.memo),
    upload.receivedAt,
  );
}

/** Everything that one request brought, inside the caller's savepoint. */
export function commitUpload(db: Database, upload: PackedUpload, limits: ParkedLimits): CommitReceipt | Refusal {
  const terminal = terminalIdOf(db, upload, 'content');
  if (!terminal) return new Refusal(tooManyPending());
  const tally = upload.punches ? storePunches(db, upload, upload.punches, terminal) : NO_PUNCHES;
  recordContact(db, terminal, upload, tally);
  learn(db, terminal, upload.receivedAt, learntFrom(upload));
  storeUsers(db, terminal.id, upload.receivedAt, upload.users ?? []);
  storeTemplates(db, terminal.id, upload.receivedAt, upload.templates ?? []);
  storePhotos(db, terminal.id, upload.receivedAt, upload.photos ?? []);
  storeOperations(db, terminal.id, upload.receivedAt, upload.operations ?? []);
  applyResults(db, terminal.id, upload.receivedAt, upload.results ?? []);
  const pieces = parkPieces(db, terminal.id, upload, upload.parked ?? [], limits);
  if (upload.transfer) moveTransfer(db, terminal.id, upload);
  return { newPunches: tally.added, duplicatePunches: tally.known, ...pieces };
}

export const dropStaleTransfers = (db: Database, before: number): number =>
  db.run('DELETE FROM transfers WHERE touched_at < ?', before);
