import type { Random } from './random.ts';
import { profilesOf } from './make-terminal.ts';
import type { SimulatedBrand } from './terminal.ts';

/** One terminal of a fleet, before it is made. */
export interface PlannedTerminal {
  readonly brand: SimulatedBrand;
  readonly serialNumber: string;
  readonly profile: string;
}

/** Weights, not percentages: `{ zkteco: 3, ebkn: 1 }`. */
export type BrandMix = Readonly<Partial<Record<SimulatedBrand, number>>>;

const PREFIXES = { zkteco: 'SIMZK', ebkn: 'SIMEB' } as const;
/** Profiles that a mixed fleet leaves out unless they are asked for: one breaks things on purpose, one pads its ids. */
const ONLY_WHEN_NAMED = new Set(['hostile', 'm50']);

/** How many terminals of each brand: by largest remainder, so that the counts add up. */
export function shareOut(count: number, mix: BrandMix): Readonly<Record<SimulatedBrand, number>> {
  const zkteco = mix.zkteco ?? 0;
  const ebkn = mix.ebkn ?? 0;
  if (zkteco + ebkn <= 0) throw new RangeError('a brand mix needs a positive weight');
  const first = Math.round((count * zkteco) / (zkteco + ebkn));
  return { zkteco: first, ebkn: count - first };
}

/** The terminals of a fleet by number: profiles take turns, serial numbers count up from `SIMZK0001` and `SIMEB0001`. */
export function planFleet(
  count: number,
  mix: BrandMix,
  profiles: readonly string[] | undefined,
  random: Random,
): PlannedTerminal[] {
  const shares = shareOut(count, mix);
  return (['zkteco', 'ebkn'] as const).flatMap((brand) => {
    const usable = profilesOf(brand).filter((name) => profiles?.includes(name) ?? !ONLY_WHEN_NAMED.has(name));
    if (usable.length === 0 && shares[brand] > 0) throw new RangeError(`none of the profiles named is one of ${brand}`);
    const start = random.integer(0, Math.max(0, usable.length - 1));
    return Array.from({ length: shares[brand] }, (_, at) => ({
      brand,
      serialNumber: `${PREFIXES[brand]}${String(at + 1).padStart(4, '0')}`,
      profile: usable[(start + at) % usable.length] ?? '',
    }));
  });
}
