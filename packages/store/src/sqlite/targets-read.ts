import type { DeliveryState, Target } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { flag, int, intOr, jsonObject, numberOf, text } from './rows.ts';

export const targetOf = (row: Row): Target => ({
  id: text(row, 'id'),
  kind: text(row, 'kind') === 'sandbox' ? 'sandbox' : 'erpnext',
  url: text(row, 'url'),
  label: text(row, 'label'),
  capabilities: jsonObject(row, 'capabilities'),
  isActive: flag(row, 'is_active'),
});

export const listTargets = (db: Database): Target[] => db.all('SELECT * FROM targets ORDER BY key').map(targetOf);

export type DeliveryCounts = Readonly<Record<DeliveryState, number>> & {
  readonly oldestUndoneAt: number | undefined;
  readonly notFannedOut: number;
};

const NOTHING: DeliveryCounts = {
  waiting: 0,
  queued: 0,
  done: 0,
  parked: 0,
  skipped: 0,
  oldestUndoneAt: undefined,
  notFannedOut: 0,
};

/** Done ones are what is left of all: only the open ones, which are few, are counted one by one. */
export function deliveryCounts(db: Database, targetId: string): DeliveryCounts {
  const target = db.get('SELECT key, cursor, deliveries FROM targets WHERE id = ?', targetId);
  if (!target) {
    const all = db.get('SELECT count(*) AS n FROM punches');
    return { ...NOTHING, notFannedOut: numberOf(all) };
  }
  const open: Record<string, number> = {};
  let oldest: number | undefined;
  const sql = `SELECT state, count(*) AS n, min(created_at) AS oldest FROM deliveries
    WHERE target = ? AND state <> 'done' GROUP BY state`;
  for (const row of db.all(sql, int(target, 'key'))) {
    const state = text(row, 'state');
    open[state] = int(row, 'n');
    const since = intOr(row, 'oldest');
    if ((state === 'waiting' || state === 'queued') && since !== undefined) oldest = Math.min(oldest ?? since, since);
  }
  const { waiting = 0, queued = 0, parked = 0, skipped = 0 } = open;
  return {
    waiting,
    queued,
    parked,
    skipped,
    done: int(target, 'deliveries') - waiting - queued - parked - skipped,
    oldestUndoneAt: oldest,
    notFannedOut: numberOf(db.get('SELECT count(*) AS n FROM punches WHERE seq > ?', int(target, 'cursor'))),
  };
}
