import type { SettingRow } from '../contract/index.ts';
import { audit, moveRevision } from './audit.ts';
import type { Database } from './database.ts';
import { int, json, text } from './rows.ts';

export const listSettings = (db: Database): SettingRow[] =>
  db.all('SELECT * FROM settings ORDER BY key').map((row) => ({
    key: text(row, 'key'),
    value: json(row, 'value'),
    changedAt: int(row, 'changed_at'),
    changedBy: text(row, 'changed_by'),
  }));

/** The value itself stays out of the audit: a setting may be a secret, and the audit is shown to more people. */
export function setSetting(db: Database, key: string, value: unknown, actor: string): void {
  const isForgotten = value === null || value === undefined;
  if (isForgotten) db.run('DELETE FROM settings WHERE key = ?', key);
  else
    db.run(
      'INSERT OR REPLACE INTO settings (key, value, changed_at, changed_by) VALUES (?, ?, ?, ?)',
      key,
      JSON.stringify(value),
      Date.now(),
      actor,
    );
  audit(db, actor, isForgotten ? 'setting.forget' : 'setting.change', `setting:${key}`, {});
  moveRevision(db);
}
