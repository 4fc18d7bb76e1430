import type { ParkedItem, ParkedPiece } from '../contract/index.ts';
import { audit } from './audit.ts';
import type { Database } from './database.ts';
import { int } from './rows.ts';

/** A piece that was dealt with and comes again needs a person again; one that was discarded stays so. */
const PARK = `INSERT INTO parked
  (terminal_id, brand, reason, detail, source_table, digest, size, is_sensitive, request, key_id, sealed, first_at, last_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (terminal_id, digest) DO UPDATE SET
    count = count + 1, last_at = max(last_at, excluded.last_at),
    state = iif(state = 'resolved', 'parked', state)
  RETURNING count`;

/** Parks pieces; answers how many were not known before. */
export function parkPieces(
  db: Database,
  terminal: number,
  from: { readonly brand: string; readonly receivedAt: number },
  pieces: readonly ParkedPiece[],
): number {
  let added = 0;
  for (const piece of pieces) {
    const row = db.get(
      PARK,
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
      from.receivedAt,
      from.receivedAt,
    );
    if (row && int(row, 'count') === 1) added += 1;
  }
  return added;
}

export function setParkedState(db: Database, id: number, state: ParkedItem['state'], actor: string): boolean {
  if (db.run('UPDATE parked SET state = ?2 WHERE id = ?1 AND state <> ?2', id, state) === 0) return false;
  audit(db, actor, 'parked.state', `parked:${id}`, { state });
  return true;
}
