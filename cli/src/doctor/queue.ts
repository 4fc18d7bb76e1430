import type { Store, Target } from '@biolistener/store';
import { counted, printable, span } from '../output.ts';
import { todoOf } from '../views/reasons.ts';
import { at, type Finding } from './finding.ts';

const LATE_MS = 5 * 60_000;
const VERY_LATE_MS = 60 * 60_000;
/** Counts by reason are of the newest so many. */
const MOST = 2000;

/** What waits between the store and the check-in. */
export async function lookAtQueue(store: Store, target: Target | undefined, now: number): Promise<Finding[]> {
  const hop = at('deliveries');
  if (!target) return [hop.skipped('no worker has named a site yet')];
  const counts = await store.deliveryCounts(target.id);
  const undone = counts.waiting + counts.queued + counts.notFannedOut;
  const age = counts.oldestUndoneAt === undefined ? 0 : now - counts.oldestUndoneAt;
  const text = `${counts.done} done, ${undone} on their way${age > 0 ? `, the oldest for ${span(age)}` : ''}`;
  const todo = 'See at the worker and ERPNext here; `biolistener trace` tells what one of them waits for.';
  const first = age > VERY_LATE_MS ? hop.bad(text, todo) : age > LATE_MS ? hop.warn(text, todo) : hop.ok(text);
  return [first, ...(await parkedFindings(store, target)), ...(await piecesFinding(store))];
}

async function parkedFindings(store: Store, target: Target): Promise<Finding[]> {
  const punches = await store.listPunches({ targetId: target.id, states: ['parked'], limit: MOST });
  const deliveries = await Promise.all(punches.map((punch) => store.listDeliveries(punch.id)));
  const reasons = deliveries.map((list) => list.find((one) => one.targetId === target.id)?.reason ?? 'internal');
  return findingsByReason(reasons, (count) => counted(count, 'punch', 'punches'));
}

async function piecesFinding(store: Store): Promise<Finding[]> {
  const pieces = await store.listParked({ state: 'parked', limit: MOST });
  return findingsByReason(
    pieces.map((piece) => piece.reason),
    (count) => counted(count, 'unread piece'),
  );
}

async function findingsByReason(reasons: readonly string[], said: (count: number) => string): Promise<Finding[]> {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Promise.all(
    [...counts].map(async ([reason, count]) =>
      at('parked').warn(`${said(count)}: ${printable(reason)}`, await todoOf(reason)),
    ),
  );
}
