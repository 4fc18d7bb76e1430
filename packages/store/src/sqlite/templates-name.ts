import type { SerialNumber } from '@biolistener/core';
import type { TemplateFamily } from '../contract/index.ts';
import type { Database } from './database.ts';
import { mark, pinMark } from './marks.ts';
import { int, intOr, text } from './rows.ts';

const NAMELESS = `SELECT m.id, m.pin, (SELECT n.id FROM templates n WHERE n.terminal_id = m.terminal_id AND n.pin = m.pin
    AND n.kind = m.kind AND n.no = m.no AND n.idx = m.idx AND n.version = ?4 AND n.seen_at >= m.seen_at) AS newer
  FROM templates m JOIN terminals t ON t.id = m.terminal_id
  WHERE t.serial_number = ?1 AND m.kind = ?2 AND m.algorithm = ?3 AND m.version = ''`;

const DROP_OLDER = `DELETE FROM templates WHERE id <> ?1 AND version = ?2 AND (terminal_id, pin, kind, no, idx) =
  (SELECT terminal_id, pin, kind, no, idx FROM templates WHERE id = ?1)`;

/** See `PersonStore.nameTemplates`. */
export function nameTemplates(db: Database, serialNumber: SerialNumber, families: readonly TemplateFamily[]): number {
  let named = 0;
  for (const { kind, algorithm, version } of families) {
    const rows = version === '' ? [] : db.all(NAMELESS, serialNumber, kind, algorithm, version);
    for (const row of rows) {
      if (intOr(row, 'newer') === undefined) nameOne(db, int(row, 'id'), version);
      else db.run('DELETE FROM templates WHERE id = ?', int(row, 'id'));
    }
    mark(
      db,
      rows.map((row) => pinMark(text(row, 'pin'))),
    );
    named += rows.length;
  }
  return named;
}

function nameOne(db: Database, id: number, version: string): void {
  db.run(DROP_OLDER, id, version);
  db.run('UPDATE templates SET version = ? WHERE id = ?', version, id);
}
