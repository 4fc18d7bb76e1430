import type { Target } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import type { Database } from './database.ts';
import { int, numberOf } from './rows.ts';
import { targetOf } from './targets-read.ts';

export type TargetChange = Omit<Target, 'capabilities'> & { readonly capabilities?: Target['capabilities'] };

export function upsertTarget(db: Database, target: TargetChange): Target {
  const row = db.get(
    `INSERT INTO targets (id, kind, url, label, capabilities, is_active) VALUES (?1, ?2, ?3, ?4, coalesce(?5, '{}'), ?6)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, url = excluded.url, label = excluded.label,
       capabilities = coalesce(?5, capabilities), is_active = excluded.is_active
     RETURNING *`,
    target.id,
    target.kind,
    target.url,
    target.label,
    target.capabilities ? JSON.stringify(target.capabilities) : null,
    target.isActive ? 1 : 0,
  );
  if (!row) throw storeError('STORE_REJECTED', `no row for target ${target.id}`);
  return targetOf(row);
}

export function targetKey(db: Database, targetId: string): number {
  const row = db.get('SELECT key FROM targets WHERE id = ?', targetId);
  if (!row) throw storeError('STORE_NOT_FOUND', `no target ${targetId}`);
  return int(row, 'key');
}

/** A card that nobody registered, or a clock that cannot be right, needs a person; an identity check is no attendance. */
const FAN_OUT = `INSERT INTO deliveries
  (target, punch_seq, pin, instant, state, reason, created_at, next_at)
  SELECT ?1, seq, pin, instant,
    CASE WHEN instr(flags, 'verification-only') THEN 'skipped'
         WHEN instr(flags, 'clock-implausible') OR instr(flags, 'unregistered-card') THEN 'parked'
         ELSE 'waiting' END,
    CASE WHEN instr(flags, 'verification-only') THEN 'verification-only'
         WHEN instr(flags, 'clock-implausible') THEN 'clock-implausible'
         WHEN instr(flags, 'unregistered-card') THEN 'unregistered-card' END,
    ?2, ?2
  FROM punches WHERE seq > ?3 ORDER BY seq LIMIT ?4`;

/** Everything beyond the target's cursor, so a new target gets every punch there is. */
export function fanOut(db: Database, targetId: string, limit: number, now: number): number {
  const key = targetKey(db, targetId);
  const cursor = numberOf(db.get('SELECT cursor AS n FROM targets WHERE key = ?', key));
  const made = db.run(FAN_OUT, key, now, cursor, Math.max(0, Math.trunc(limit)));
  if (made > 0)
    db.run(
      `UPDATE targets SET deliveries = deliveries + ?2,
         cursor = (SELECT max(punch_seq) FROM deliveries WHERE target = ?1) WHERE key = ?1`,
      key,
      made,
    );
  return made;
}
