import type { Database } from './database.ts';
import { numberOf } from './rows.ts';

/** Up to where punches have their search rows, and are counted. */
export const SEARCHED = '(SELECT coalesce(max(seq), 0) FROM punch_times)';

const ADD = `INSERT INTO punch_times (seq, terminal_id, pin, instant)
  SELECT seq, terminal_id, pin, instant FROM punches WHERE seq > ? ORDER BY seq LIMIT ?`;
const MISSING = `SELECT 1 FROM punches WHERE seq > ${SEARCHED} LIMIT 1`;

/** How many punches of each terminal, and the latest of them without those whose clock cannot be believed. */
export const tallyOf = (range: string): string =>
  `SELECT terminal_id, count(*) AS n, max(CASE WHEN NOT instr(flags, 'clock-implausible') THEN instant END) AS latest
   FROM punches WHERE ${range} GROUP BY terminal_id`;

const COUNT = `UPDATE terminals SET punches = punches + tally.n,
    last_punch_at = nullif(max(coalesce(last_punch_at, -1e15), coalesce(tally.latest, -1e15)), -1e15)
  FROM (${tallyOf(`seq > ?1 AND seq <= ${SEARCHED}`)}) AS tally WHERE terminals.id = tally.terminal_id`;

/**
 * Makes the search rows of the next punches that have none and counts them to their terminals, in a commit of its own;
 * answers how many. Nothing rests on it: who lists also reads the tail that is not searched yet. So a failure here is left
 * to the next time.
 */
export function addSearchRows(db: Database, limit: number): number {
  try {
    if (!db.get(MISSING)) return 0;
    db.run('BEGIN IMMEDIATE');
    const from = numberOf(db.get(`SELECT ${SEARCHED} AS n`));
    const added = db.run(ADD, from, limit);
    db.run(COUNT, from);
    db.run('COMMIT');
    return added;
  } catch {
    // a full disk or a lock held elsewhere: the write that matters meets it too and says so to its caller
    if (db.connection.isTransaction) db.exec('ROLLBACK');
    return 0;
  }
}
