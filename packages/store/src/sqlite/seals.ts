import type { Pin } from '@biolistener/core';
import type { Erasure, Sealed, SealedRow } from '../contract/index.ts';
import { audit } from './audit.ts';
import type { Database, Row } from './database.ts';
import { mark, pinMark } from './marks.ts';
import { bytes, int, limited, text } from './rows.ts';

interface SealedTable {
  readonly table: SealedRow['table'];
  readonly purpose: SealedRow['purpose'];
  readonly column: 'secrets' | 'sealed' | 'password';
}

/** Everything that is sealed, in the order in which it is listed. */
const TABLES: readonly SealedTable[] = [
  { table: 'users', purpose: 'user', column: 'secrets' },
  { table: 'templates', purpose: 'template', column: 'sealed' },
  { table: 'photos', purpose: 'photo', column: 'sealed' },
  { table: 'parked', purpose: 'parked', column: 'sealed' },
  { table: 'quarantine', purpose: 'quarantine', column: 'sealed' },
  { table: 'persons', purpose: 'user', column: 'password' },
];

/** A piece that ended has no bytes any more. */
const isKept = (table: SealedRow['table']): string => (table === 'parked' ? 'AND length(sealed) > 0' : '');

/** Row ids first, from the index of keys: the bytes of what is done already are never read. */
const otherKeys = ({ table, column }: SealedTable): string =>
  `SELECT s.rowid AS id, s.key_id, s.${column} AS sealed FROM ${table} s WHERE s.rowid IN (
     SELECT rowid FROM ${table} WHERE (key_id < ?1 OR key_id > ?1) AND rowid > ?2 ${isKept(table)} ORDER BY rowid LIMIT ?3)
   ORDER BY s.rowid`;

export function listSealed(
  db: Database,
  keyId: string,
  limit: number,
  after?: Pick<SealedRow, 'table' | 'rowId'>,
): SealedRow[] {
  const from = after ? TABLES.findIndex(({ table }) => table === after.table) : 0;
  const found: SealedRow[] = [];
  for (const each of TABLES.slice(from)) {
    const behind = after && each.table === after.table ? after.rowId : 0;
    const rows = db.all(otherKeys(each), keyId, behind, limited(limit) - found.length);
    for (const row of rows)
      found.push({
        table: each.table,
        rowId: int(row, 'id'),
        purpose: each.purpose,
        sealed: { keyId: text(row, 'key_id'), bytes: bytes(row, 'sealed') },
      });
    if (found.length >= limited(limit)) break;
  }
  return found;
}

export function reseal(db: Database, rows: readonly (SealedRow & { readonly oldSealed: Sealed })[]): number {
  let done = 0;
  for (const { table, rowId, sealed, oldSealed } of rows) {
    const known = TABLES.find((each) => each.table === table);
    if (!known) continue;
    const { column } = known;
    done += db.run(
      `UPDATE ${known.table} SET key_id = ?2, ${column} = ?3 WHERE rowid = ?1 AND key_id = ?4 AND ${column} = ?5`,
      rowId,
      sealed.keyId,
      sealed.bytes,
      oldSealed.keyId,
      oldSealed.bytes,
    );
  }
  return done;
}

export function sealCounts(db: Database): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { table } of TABLES) {
    const sql = `SELECT key_id, count(*) AS n FROM ${table} WHERE key_id IS NOT NULL ${isKept(table)} GROUP BY key_id`;
    for (const row of db.all(sql)) counts[text(row, 'key_id')] = (counts[text(row, 'key_id')] ?? 0) + int(row, 'n');
  }
  return counts;
}

const digestsOf = (rows: readonly Row[]): string[] => rows.map((row) => text(row, 'digest'));

/** Bytes are gone with the commit: freed pages are overwritten. Names, cards and punches stay. */
export function erasePin(db: Database, pin: Pin, actor: string): Erasure {
  const erase = (table: 'templates' | 'photos' | 'template_history'): string[] =>
    digestsOf(db.all(`DELETE FROM ${table} WHERE pin = ? RETURNING digest`, pin));
  const templates = erase('templates');
  const photos = erase('photos');
  const history = erase('template_history');
  const passwords =
    db.run('UPDATE users SET secrets = NULL, key_id = NULL WHERE pin = ? AND secrets IS NOT NULL', pin) +
    db.run('UPDATE persons SET password = NULL, key_id = NULL WHERE pin = ? AND password IS NOT NULL', pin);
  const counts = { templates: templates.length, photos: photos.length, passwords, historyRows: history.length };
  audit(db, actor, 'pin.erase', `pin:${pin}`, counts);
  mark(db, [pinMark(pin)]);
  return { ...counts, digests: [...new Set([...templates, ...photos, ...history])].sort() };
}
