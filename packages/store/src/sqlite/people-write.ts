import type { StoredUser } from '../contract/index.ts';
import type { Database } from './database.ts';
import type { Heard } from './heard.ts';
import { jsonObject, orNull } from './rows.ts';
import { merged } from './terminals-write.ts';

export const bit = (value: boolean | undefined): number | null => (value === undefined ? null : value ? 1 : 0);

/** What of a user is compared. Seals differ each time, so of a password only whether there is one. */
const SAID = `name, privilege, user_group, card, is_enabled, extra, secrets IS NOT NULL AS has_secrets, gone_at IS NULL AS is_there`;

/** Absent is not empty: only what a terminal said replaces what is known; an empty name never replaces a name. */
const UPSERT_USER = `INSERT INTO users
  (terminal_id, pin, name, privilege, user_group, card, is_enabled, key_id, secrets, extra, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (terminal_id, pin) DO UPDATE SET
    name = coalesce(nullif(excluded.name, ''), name, excluded.name),
    privilege = coalesce(excluded.privilege, privilege),
    user_group = coalesce(excluded.user_group, user_group),
    card = coalesce(excluded.card, card),
    is_enabled = coalesce(excluded.is_enabled, is_enabled),
    key_id = coalesce(excluded.key_id, key_id),
    secrets = coalesce(excluded.secrets, secrets),
    extra = excluded.extra,
    updated_at = max(updated_at, excluded.updated_at),
    gone_at = NULL
  RETURNING ${SAID}`;

export function storeUsers(
  db: Database,
  terminal: number,
  at: number,
  users: readonly StoredUser[],
  heard: Heard,
): void {
  for (const user of users) {
    const before = db.get(`SELECT ${SAID} FROM users WHERE terminal_id = ? AND pin = ?`, terminal, user.pin);
    const extra = merged(before ? jsonObject(before, 'extra') : {}, user.extra);
    const after = db.get(
      UPSERT_USER,
      terminal,
      user.pin,
      orNull(user.name),
      orNull(user.privilege),
      orNull(user.group),
      orNull(user.card),
      bit(user.isEnabled),
      orNull(user.secrets?.keyId),
      orNull(user.secrets?.bytes),
      JSON.stringify(extra),
      at,
    );
    heard.add(user.pin, JSON.stringify(before) === JSON.stringify(after) ? 'again' : 'change');
  }
}
