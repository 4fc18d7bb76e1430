import { NOBODY, type SerialNumber } from '@biolistener/core';
import type { CommitReceipt, ParkedItem, ParkedPiece } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { audit } from './audit.ts';
import type { Database, Row } from './database.ts';
import { roomOf, type ParkedLimits, type Room } from './parked-room.ts';
import { chargeOf } from './quarantine-write.ts';
import { int, text } from './rows.ts';

interface Sender {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly receivedAt: number;
}

const ADD = `INSERT INTO parked
  (terminal_id, brand, reason, detail, source_table, digest, size, is_sensitive, request, key_id, sealed, charged, first_at, last_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function add(db: Database, terminal: number, from: Sender, piece: ParkedPiece): void {
  db.run(
    ADD,
    terminal,
    from.brand,
    piece.reason,
    piece.detail,
    piece.table,
    piece.digest,
    piece.size,
    piece.isSensitive ? 1 : 0,
    JSON.stringify(piece.request),
    piece.sealed.keyId,
    piece.sealed.bytes,
    chargeOf(piece),
    from.receivedAt,
    from.receivedAt,
  );
}

const countAgain = (db: Database, id: number, at: number): void => {
  db.run('UPDATE parked SET count = count + 1, last_at = max(last_at, ?) WHERE id = ?', at, id);
};

/** Was dealt with, and came again: it needs a person again, and its bytes and the request of now. */
function revive(db: Database, id: number, piece: ParkedPiece): void {
  db.run(
    "UPDATE parked SET state = 'parked', request = ?, key_id = ?, sealed = ?, charged = ? WHERE id = ?",
    JSON.stringify(piece.request),
    piece.sealed.keyId,
    piece.sealed.bytes,
    chargeOf(piece),
    id,
  );
}

const isEnded = (state: string): boolean => state === 'resolved' || state === 'discarded';

type Verdict = 'new' | 'known' | 'refused';

/** A piece that waits already is counted; one that was discarded stays so. Everything else needs room. */
function park(db: Database, terminal: number, from: Sender, piece: ParkedPiece, room: Room): Verdict {
  const known = db.get('SELECT id, state FROM parked WHERE terminal_id = ? AND digest = ?', terminal, piece.digest);
  if (known) countAgain(db, int(known, 'id'), from.receivedAt);
  if (known && text(known, 'state') !== 'resolved') return 'known';
  if (!room.take(chargeOf(piece))) return 'refused';
  if (known) revive(db, int(known, 'id'), piece);
  else add(db, terminal, from, piece);
  return known ? 'known' : 'new';
}

/**
 * Parks pieces; answers how many were not known before and how many were not kept.
 * Errors: STORE_PARKED_FULL when one of a terminal cannot be kept: its upload must not be acknowledged then. NOBODY has
 * nothing to send again, so there the rest is kept.
 */
export function parkPieces(
  db: Database,
  terminal: number,
  from: Sender,
  pieces: readonly ParkedPiece[],
  limits: ParkedLimits,
): Pick<CommitReceipt, 'newParked' | 'refusedParked'> {
  const tally: Record<Verdict, number> = { new: 0, known: 0, refused: 0 };
  if (pieces.length > 0) {
    const room = roomOf(db, terminal, from.serialNumber, limits);
    for (const piece of pieces) {
      const verdict = park(db, terminal, from, piece, room);
      tally[verdict] += 1;
      if (verdict === 'refused' && from.serialNumber !== NOBODY)
        throw storeError('STORE_PARKED_FULL', `no more pieces of terminal ${from.serialNumber} can be parked`);
    }
    room.write(db, terminal);
  }
  return { newParked: tally.new, refusedParked: tally.refused };
}

export function setParkedState(db: Database, id: number, state: ParkedItem['state'], actor: string): boolean {
  const row = db.get('SELECT terminal_id, state, charged FROM parked WHERE id = ?', id);
  const before = row && text(row, 'state');
  if (!row || before === undefined || before === state) return false;
  if (isEnded(before) && !isEnded(state)) return false; // its bytes are gone
  db.run('UPDATE parked SET state = ? WHERE id = ?', state, id);
  if (isEnded(state) && !isEnded(before)) release(db, id, row);
  audit(db, actor, 'parked.state', `parked:${id}`, { state });
  return true;
}

/** Erases the bytes and gives their room back. */
function release(db: Database, id: number, row: Row): void {
  db.run("UPDATE parked SET sealed = x'', charged = 0 WHERE id = ?", id);
  db.run(
    'UPDATE terminals SET parked_items = max(0, parked_items - 1), parked_bytes = max(0, parked_bytes - ?) WHERE id = ?',
    int(row, 'charged'),
    int(row, 'terminal_id'),
  );
}
