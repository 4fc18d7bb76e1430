import type { BiolistenerError } from '@biolistener/core';
import { storeError } from '../errors.ts';
import type { Database } from './database.ts';

export const claimLease = (db: Database, name: string, owner: string, ttlMs: number, now: number): boolean =>
  db.run(
    `INSERT INTO leases (name, owner, until) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE
     SET owner = excluded.owner, until = excluded.until WHERE leases.owner = excluded.owner OR leases.until <= ?4`,
    name,
    owner,
    now + ttlMs,
    now,
  ) > 0;

/** Whether nobody took it over. One that ran out and that nobody wanted is still its owner's. */
export const holdsLease = (db: Database, name: string, owner: string): boolean =>
  db.get('SELECT 1 FROM leases WHERE name = ? AND owner = ?', name, owner) !== undefined;

export const leaseLost = (name: string): BiolistenerError =>
  storeError('STORE_LEASE_LOST', `another process holds ${name} now`);

export function releaseLease(db: Database, name: string, owner: string): void {
  db.run('DELETE FROM leases WHERE name = ? AND owner = ?', name, owner);
}
