import type { Store } from '@biolistener/store';
import type { HealthReport } from '@biolistener/telemetry';
import type { StatusView } from './status-page.ts';

const SHOWN = 20;

/** Gathers what the status page shows. Bounded: a site with ten thousand terminals gets the ones last seen. */
export async function gatherStatus(store: Store, health: HealthReport, now: number): Promise<StatusView> {
  const [counts, targets, terminals, punches] = await Promise.all([
    store.counts(),
    store.listTargets(),
    store.listTerminals({}),
    store.listPunches({ limit: SHOWN }),
  ]);
  const active = targets.find((target) => target.isActive);
  const withDelivery = punches.map(async (punch) => ({
    punch,
    delivery: (await store.tracePunch(punch.id)).find((delivery) => delivery.targetId === active?.id),
  }));
  return {
    now,
    health,
    counts,
    target: active === undefined ? undefined : { ...active, deliveries: await store.deliveryCounts(active.id) },
    terminals: terminals.toSorted((a, b) => b.lastContactAt - a.lastContactAt).slice(0, SHOWN),
    punches: await Promise.all(withDelivery),
  };
}
