import type { TemplateKey } from '@biolistener/core';
import type { Database } from './database.ts';

/** Tables of what terminals said of people. */
const TOLD = ['users', 'templates', 'photos'] as const;

/** Somebody is no longer at a terminal, with all that belongs to them. Their rows stay: a template may be the only copy. */
export function noteGone(db: Database, terminal: number, pin: string, now: number): void {
  for (const table of TOLD)
    db.run(
      `UPDATE ${table} SET gone_at = ?3 WHERE terminal_id = ?1 AND pin = ?2 AND gone_at IS NULL`,
      terminal,
      pin,
      now,
    );
}

/** One of their records is no longer there. */
export function noteItemGone(
  db: Database,
  terminal: number,
  pin: string,
  item: TemplateKey | 'photo',
  now: number,
): void {
  if (item === 'photo')
    db.run(
      `UPDATE photos SET gone_at = ?3 WHERE terminal_id = ?1 AND pin = ?2 AND kind <> 'attendance' AND gone_at IS NULL`,
      terminal,
      pin,
      now,
    );
  else
    db.run(
      `UPDATE templates SET gone_at = ?7 WHERE terminal_id = ?1 AND pin = ?2 AND kind = ?3 AND no = ?4 AND idx = ?5
         AND version = ?6 AND gone_at IS NULL`,
      terminal,
      pin,
      item.kind,
      item.no,
      item.index,
      item.version,
      now,
    );
}
