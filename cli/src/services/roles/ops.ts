import { startOps, type OpsOptions } from '@biolistener/api/ops';
import type { Composition } from './composition.ts';
import { refreshGauges } from './gauges.ts';

/** What health and metrics are answered from. */
export const opsOptionsOf = (
  { site, checks }: Composition,
  part: 'api' | 'ops',
  at: { readonly host: string; readonly port: number },
): OpsOptions => ({
  ...at,
  checks,
  metrics: site.metrics,
  log: site.log.child({ part }),
  refresh: () => refreshGauges(site),
});

/** Health and metrics of a process that has no API. */
export async function addOps(composition: Composition, port: number): Promise<void> {
  const at = { host: composition.site.settings.apiHost, port };
  const ops = await startOps(opsOptionsOf(composition, 'ops', at));
  composition.stops.add('API', () => ops.stop());
}
