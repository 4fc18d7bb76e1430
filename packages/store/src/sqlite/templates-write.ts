import type { StoredTemplate } from '../contract/index.ts';
import type { Database, Row, Value } from './database.ts';
import type { Heard, Novelty } from './heard.ts';
import { bit } from './people-write.ts';
import { flag, intOr, numberOf, text } from './rows.ts';

const REMEMBER_REPLACED = `INSERT INTO template_history
  (terminal_id, pin, kind, no, idx, version, algorithm, size, digest, received_at, replaced_at)
  SELECT terminal_id, pin, kind, no, idx, version, algorithm, size, digest, received_at, ?7 FROM templates
  WHERE terminal_id = ?1 AND pin = ?2 AND kind = ?3 AND no = ?4 AND idx = ?5 AND version = ?6 AND digest <> ?8`;

/** The latest wins. The same bytes again change nothing but their flags, and keep when they first came. */
const UPSERT_TEMPLATE = `INSERT INTO templates
  (terminal_id, pin, kind, no, idx, version, algorithm, is_valid, is_duress, encoding, size, digest, key_id, sealed,
   received_at, seen_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (terminal_id, pin, kind, no, idx, version) DO UPDATE SET
    received_at = iif(digest = excluded.digest, received_at, excluded.received_at),
    algorithm = excluded.algorithm, is_valid = excluded.is_valid, is_duress = excluded.is_duress,
    encoding = excluded.encoding, size = excluded.size, digest = excluded.digest,
    key_id = excluded.key_id, sealed = excluded.sealed, seen_at = max(seen_at, excluded.seen_at), gone_at = NULL`;

const HERE = `SELECT digest, is_valid, gone_at IS NULL AS is_there FROM templates
  WHERE terminal_id = ? AND pin = ? AND kind = ? AND no = ? AND idx = ? AND version = ?`;

/** When bytes first came from any terminal: what one reads back must not look newer than a later enrolment elsewhere. */
const FIRST = `SELECT min(received_at) AS at FROM (
  SELECT received_at FROM templates WHERE pin = ?1 AND digest = ?2 UNION ALL
  SELECT received_at FROM template_history WHERE pin = ?1 AND digest = ?2)`;

/** Some read a finger without its flag: an alarm that the same bytes raise anywhere must not be lost by that. */
const KNOWN_DURESS = 'SELECT max(is_duress) AS n FROM templates WHERE pin = ? AND digest = ?';

const isDuressOf = (db: Database, { isDuress, pin, digest }: StoredTemplate): boolean =>
  isDuress ?? numberOf(db.get(KNOWN_DURESS, pin, digest)) === 1;

function noveltyOf(here: Row | undefined, template: StoredTemplate, firstAt: number | undefined): Novelty {
  if (firstAt === undefined) return 'news';
  if (!here || text(here, 'digest') !== template.digest) return 'copy';
  if (flag(here, 'is_valid') !== template.isValid) return 'news';
  return flag(here, 'is_there') ? 'again' : 'copy';
}

export function storeTemplates(
  db: Database,
  terminal: number,
  at: number,
  templates: readonly StoredTemplate[],
  heard: Heard,
): void {
  for (const template of templates) {
    const key: Value[] = [terminal, template.pin, template.kind, template.no, template.index, template.version];
    const first = db.get(FIRST, template.pin, template.digest);
    const firstAt = first && intOr(first, 'at');
    heard.add(template.pin, noveltyOf(db.get(HERE, ...key), template, firstAt));
    db.run(REMEMBER_REPLACED, ...key, at, template.digest);
    db.run(
      UPSERT_TEMPLATE,
      ...key,
      template.algorithm,
      bit(template.isValid),
      bit(isDuressOf(db, template)),
      template.encoding,
      template.size,
      template.digest,
      template.sealed.keyId,
      template.sealed.bytes,
      firstAt ?? at,
      at,
    );
  }
}
