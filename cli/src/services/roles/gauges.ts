import { rosterGauges } from '@biolistener/roster';
import type { Site } from '../site.ts';

/** Figures that are read from the store when somebody asks for the metrics. */
export async function refreshGauges(site: Site): Promise<void> {
  await refreshRosterGauges(site);
  await refreshDeliveryGauges(site);
}

async function refreshRosterGauges({ store, metrics }: Site): Promise<void> {
  const gauges = await rosterGauges(store, Date.now());
  for (const [state, count] of Object.entries(gauges.commands)) metrics.commands.set({ state }, count);
  for (const [state, count] of Object.entries(gauges.items)) metrics.rosterRecords.set({ state }, count);
  metrics.rosterMarks.set(gauges.marks);
  metrics.commandBytes.set(gauges.openBytes);
  metrics.commandAge.set(gauges.oldestOpenSeconds);
}

async function refreshDeliveryGauges({ store, metrics }: Site): Promise<void> {
  const active = (await store.listTargets()).find((target) => target.isActive);
  if (!active) return;
  const counts = await store.deliveryCounts(active.id);
  for (const state of ['waiting', 'queued', 'done', 'parked', 'skipped'] as const)
    metrics.deliveries.set({ state }, counts[state]);
}
