import type { StoredPhoto, StoredTemplate, StoredUser } from '../contract/index.ts';
import type { Database } from './database.ts';
import { jsonObject, orNull, text } from './rows.ts';
import { merged } from './terminals-write.ts';

const bit = (value: boolean | undefined): number | null => (value === undefined ? null : value ? 1 : 0);

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
    updated_at = excluded.updated_at`;

export function storeUsers(db: Database, terminal: number, at: number, users: readonly StoredUser[]): void {
  for (const user of users) {
    const known = db.get('SELECT extra FROM users WHERE terminal_id = ? AND pin = ?', terminal, user.pin);
    const extra = merged(known ? jsonObject(known, 'extra') : {}, user.extra);
    db.run(
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
  }
}

const REMEMBER_REPLACED = `INSERT INTO template_history
  (terminal_id, pin, kind, no, idx, version, algorithm, size, digest, received_at, replaced_at)
  SELECT terminal_id, pin, kind, no, idx, version, algorithm, size, digest, received_at, ?7 FROM templates
  WHERE terminal_id = ?1 AND pin = ?2 AND kind = ?3 AND no = ?4 AND idx = ?5 AND version = ?6 AND digest <> ?8`;

/** The latest wins. The same bytes again change nothing but their flags, and keep when they first came. */
const UPSERT_TEMPLATE = `INSERT INTO templates
  (terminal_id, pin, kind, no, idx, version, algorithm, is_valid, is_duress, encoding, size, digest, key_id, sealed, received_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (terminal_id, pin, kind, no, idx, version) DO UPDATE SET
    received_at = iif(digest = excluded.digest, received_at, excluded.received_at),
    algorithm = excluded.algorithm, is_valid = excluded.is_valid, is_duress = excluded.is_duress,
    encoding = excluded.encoding, size = excluded.size, digest = excluded.digest,
    key_id = excluded.key_id, sealed = excluded.sealed`;

export function storeTemplates(db: Database, terminal: number, at: number, templates: readonly StoredTemplate[]): void {
  for (const template of templates) {
    const key = [terminal, template.pin, template.kind, template.no, template.index, template.version];
    db.run(REMEMBER_REPLACED, ...key, at, template.digest);
    db.run(
      UPSERT_TEMPLATE,
      ...key,
      template.algorithm,
      bit(template.isValid),
      bit(template.isDuress),
      template.encoding,
      template.size,
      template.digest,
      template.sealed.keyId,
      template.sealed.bytes,
      at,
    );
  }
}

/** A person has one picture of a kind under a name; attendance pictures are kept one by one, also those without a name. */
const photoKey = (photo: StoredPhoto): string =>
  photo.kind === 'attendance' ? `${photo.fileName}|${photo.digest}` : photo.fileName;

export function storePhotos(db: Database, terminal: number, at: number, photos: readonly StoredPhoto[]): void {
  for (const photo of photos) {
    const pin = photo.pin ?? '';
    const known = db.get(
      'SELECT digest FROM photos WHERE terminal_id = ? AND kind = ? AND pin = ? AND key = ?',
      terminal,
      photo.kind,
      pin,
      photoKey(photo),
    );
    if (known && text(known, 'digest') === photo.digest) continue;
    db.run(
      `INSERT OR REPLACE INTO photos
       (terminal_id, kind, pin, key, wall_time, file_name, size, digest, key_id, sealed, received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      terminal,
      photo.kind,
      pin,
      photoKey(photo),
      orNull(photo.wallTime),
      photo.fileName,
      photo.size,
      photo.digest,
      photo.sealed.keyId,
      photo.sealed.bytes,
      at,
    );
  }
}
