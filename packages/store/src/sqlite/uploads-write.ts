import type { CommitReceipt, StoredOperation } from '../contract/index.ts';
import { applyResults } from './commands-results.ts';
import type { Database } from './database.ts';
import type { KnownTerminals } from './known-terminals.ts';
import { Heard } from './heard.ts';
import { storeUsers } from './people-write.ts';
import { storePhotos } from './photos-write.ts';
import { Refusal } from './failures.ts';
import { terminalIdOf, tooManyPending, type KnownTerminal } from './first-sight.ts';
import type { ParkedLimits } from './parked-room.ts';
import { parkPieces } from './parked-write.ts';
import type { ArrivedUpload } from './pack.ts';
import { storePunches, type PunchTally } from './punches-write.ts';
import { holdsLease, leaseLost } from './leases.ts';
import { orNull } from './rows.ts';
import { storeTemplates } from './templates-write.ts';
import { learn } from './terminals-write.ts';

const NO_PUNCHES: PunchTally = { added: 0, known: 0 };

/** Punches are counted later, by `addSearchRows`: the row of a terminal would be a page of the log for each upload. */
function recordContact(db: Database, terminal: KnownTerminal, upload: ArrivedUpload): void {
  if (upload.isReplay === true || upload.isContactTold === true) return;
  db.run(
    'UPDATE terminals SET last_contact_at = max(last_contact_at, ?2), last_address = ?3 WHERE id = ?1',
    terminal.id,
    upload.receivedAt,
    upload.remoteAddress,
  );
}

/** The clock of back then says nothing about the clock of now. */
function learntFrom(upload: ArrivedUpload): ArrivedUpload {
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

function moveTransfer(db: Database, terminal: number, upload: ArrivedUpload): void {
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

/** What it says of people, and whose rosters have to be looked at again because of it. */
function storePeople(db: Database, terminal: number, upload: ArrivedUpload): void {
  const { receivedAt, users = [], templates = [], photos = [] } = upload;
  const heard = new Heard(db, terminal, upload.serialNumber);
  storeUsers(db, terminal, receivedAt, users, heard);
  storeTemplates(db, terminal, receivedAt, templates, heard);
  storePhotos(db, terminal, receivedAt, photos, heard);
  heard.write();
}

/** What nearly every upload is answered: the very same, so that it crosses once for many. */
const ONE_NEW: CommitReceipt = Object.freeze({ newPunches: 1, duplicatePunches: 0, newParked: 0, refusedParked: 0 });

function receiptOf(tally: PunchTally, pieces: Pick<CommitReceipt, 'newParked' | 'refusedParked'>): CommitReceipt {
  const isOneNew = tally.added === 1 && tally.known + pieces.newParked + pieces.refusedParked === 0;
  return isOneNew ? ONE_NEW : { newPunches: tally.added, duplicatePunches: tally.known, ...pieces };
}

/** Everything that one request brought, inside the caller's savepoint. */
export function commitUpload(
  db: Database,
  upload: ArrivedUpload,
  limits: ParkedLimits,
  terminals: KnownTerminals,
): CommitReceipt | Refusal {
  const { lease } = upload;
  if (lease && !holdsLease(db, lease.name, lease.owner)) return new Refusal(leaseLost(lease.name));
  const terminal = terminals.find(upload.serialNumber) ?? terminalIdOf(db, upload, 'content');
  if (!terminal) return new Refusal(tooManyPending());
  terminals.remember(upload.serialNumber, terminal);
  const tally = upload.punches ? storePunches(db, upload, upload.punches, terminal) : NO_PUNCHES;
  recordContact(db, terminal, upload);
  learn(db, terminal, upload.receivedAt, learntFrom(upload));
  if (upload.users ?? upload.templates ?? upload.photos) storePeople(db, terminal.id, upload);
  storeOperations(db, terminal.id, upload.receivedAt, upload.operations ?? []);
  applyResults(db, terminal.id, upload.receivedAt, upload.results ?? []);
  const pieces = parkPieces(db, terminal.id, upload, upload.parked ?? [], limits);
  if (upload.transfer) moveTransfer(db, terminal.id, upload);
  return receiptOf(tally, pieces);
}

export const dropStaleTransfers = (db: Database, before: number): number =>
  db.run('DELETE FROM transfers WHERE touched_at < ?', before);
