import type { Database } from './database.ts';

const ADD = `INSERT INTO punch_times (seq, terminal_id, pin, instant)
  SELECT seq, terminal_id, pin, instant FROM punches
  WHERE seq > (SELECT coalesce(max(seq), 0) FROM punch_times) ORDER BY seq LIMIT ?`;
const MISSING = `SELECT 1 FROM punches WHERE seq > (SELECT coalesce(max(seq), 0) FROM punch_times) LIMIT 1`;

/**
 * Makes the search rows of the next punches that have none, in a commit of its own; answers how many.
 * Nothing rests on it: listings also read the tail without search rows. So a failure here is left to the next time.
 */
export function addSearchRows(db: Database, limit: number): number {
  try {
    if (!db.get(MISSING)) return 0;
    db.run('BEGIN IMMEDIATE');
    const added = db.run(ADD, limit);
    db.run('COMMIT');
    return added;
  } catch {
    // a full disk or a lock held elsewhere: the write that matters meets it too and says so to its caller
    if (db.connection.isTransaction) db.exec('ROLLBACK');
    return 0;
  }
}
