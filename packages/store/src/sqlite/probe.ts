import type { Database } from './database.ts';

/**
 * Writes and rolls back a row larger than a page, which asks for space in the file, and leaves a mark behind, so that the
 * commit around it goes to the disk and is synced like that of a punch: an empty commit would succeed on a full disk.
 */
export function probe(db: Database): void {
  db.exec('SAVEPOINT probe');
  try {
    db.run('INSERT INTO probe VALUES (zeroblob(8192))');
  } finally {
    if (db.connection.isTransaction) db.exec('ROLLBACK TO probe; RELEASE probe');
  }
  db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('probed_at', ?)", Date.now());
}
