import type { Metrics, Spread, Tally } from '@biolistener/telemetry';

/** What is counted for each upload of a brand. Finding a counter by its labels costs more than counting. */
export interface BrandMetrics {
  readonly newPunches: Tally;
  readonly resentPunches: Tally;
  readonly requestSeconds: Spread;
}

const known = new WeakMap<Metrics, Map<string, BrandMetrics>>();

/** `brand` is the name of a brand on our list: there are few. */
export function brandMetricsOf(metrics: Metrics, brand: string): BrandMetrics {
  const ofBrands = known.get(metrics) ?? new Map<string, BrandMetrics>();
  if (ofBrands.size === 0) known.set(metrics, ofBrands);
  const found = ofBrands.get(brand);
  if (found) return found;
  const bound = {
    newPunches: metrics.punches.tally({ brand, result: 'new' }),
    resentPunches: metrics.punches.tally({ brand, result: 'resent' }),
    requestSeconds: metrics.requestSeconds.spread({ brand }),
  };
  ofBrands.set(brand, bound);
  return bound;
}
