import type { StoredPhoto } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import type { Heard, Novelty } from './heard.ts';
import { flag, int, intOr, orNull, text } from './rows.ts';

/** A person has one picture of a kind under a name; attendance pictures are kept one by one, also those without a name. */
const photoKey = (photo: StoredPhoto): string =>
  photo.kind === 'attendance' ? `${photo.fileName}|${photo.digest}` : photo.fileName;

const HERE = `SELECT id, digest, gone_at IS NULL AS is_there FROM photos
  WHERE terminal_id = ? AND kind = ? AND pin = ? AND key = ?`;
const FIRST = "SELECT min(received_at) AS at FROM photos WHERE pin = ? AND digest = ? AND kind <> 'attendance'";

function add(db: Database, terminal: number, photo: StoredPhoto, firstAt: number, at: number): void {
  db.run(
    `INSERT OR REPLACE INTO photos
     (terminal_id, kind, pin, key, wall_time, file_name, size, digest, key_id, sealed, received_at, seen_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    terminal,
    photo.kind,
    photo.pin ?? '',
    photoKey(photo),
    orNull(photo.wallTime),
    photo.fileName,
    photo.size,
    photo.digest,
    photo.sealed.keyId,
    photo.sealed.bytes,
    firstAt,
    at,
  );
}

function seeAgain(db: Database, here: Row, at: number): Novelty {
  db.run('UPDATE photos SET seen_at = max(seen_at, ?2), gone_at = NULL WHERE id = ?1', int(here, 'id'), at);
  return flag(here, 'is_there') ? 'again' : 'copy';
}

/** A picture that a terminal made smaller is not the one that was put there, and no new one of the person either. */
function storePhoto(db: Database, terminal: number, at: number, photo: StoredPhoto): Novelty {
  const here = db.get(HERE, terminal, photo.kind, photo.pin ?? '', photoKey(photo));
  if (here && text(here, 'digest') === photo.digest) return seeAgain(db, here, at);
  const first = photo.kind === 'attendance' ? undefined : db.get(FIRST, photo.pin ?? '', photo.digest);
  const firstAt = first && intOr(first, 'at');
  add(db, terminal, photo, firstAt ?? at, at);
  return firstAt === undefined ? 'change' : 'copy';
}

export function storePhotos(
  db: Database,
  terminal: number,
  at: number,
  photos: readonly StoredPhoto[],
  heard: Heard,
): void {
  for (const photo of photos) {
    const novelty = storePhoto(db, terminal, at, photo);
    if (photo.kind !== 'attendance' && photo.pin !== undefined) heard.add(photo.pin, novelty);
  }
}
