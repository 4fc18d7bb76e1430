import type { Random } from './random.ts';
import { profilesOf, SIMULATED_BRANDS } from './make-terminal.ts';
import type { SimulatedBrand } from './terminal.ts';

/** One terminal of a fleet, before it is made. */
export interface PlannedTerminal {
  readonly brand: SimulatedBrand;
  readonly serialNumber: string;
  readonly profile: string;
}

/** Weights, not percentages: `{ zkteco: 3, ebkn: 1, aiface: 1 }`. */
export type BrandMix = Readonly<Partial<Record<SimulatedBrand, number>>>;

const PREFIXES = { zkteco: 'SIMZK', ebkn: 'SIMEB', aiface: 'SIMAI' } as const;
/** Profiles that a mixed fleet leaves out unless they are asked for: one breaks things on purpose, one pads its ids. */
const ONLY_WHEN_NAMED = new Set(['hostile', 'm50']);

/** How many terminals of each brand: by largest remainder, so that the counts add up. */
export function shareOut(count: number, mix: BrandMix): Readonly<Record<SimulatedBrand, number>> {
  const total = SIMULATED_BRANDS.reduce((sum, brand) => sum + (mix[brand] ?? 0), 0);
  if (total <= 0) throw new RangeError('a brand mix needs a positive weight');
  const exact = SIMULATED_BRANDS.map((brand) => ({ brand, share: (count * (mix[brand] ?? 0)) / total }));
  const shares = Object.fromEntries(exact.map(({ brand, share }) => [brand, Math.floor(share)])) as Record<
    SimulatedBrand,
    number
  >; // every brand is in the list
  const left = count - Object.values(shares).reduce((sum, share) => sum + share, 0);
  const byRemainder = exact.toSorted((a, b) => (b.share % 1) - (a.share % 1));
  for (const { brand } of byRemainder.slice(0, left)) shares[brand] += 1;
  return shares;
}

/** The terminals of a fleet by number: profiles take turns, serial numbers count up from `SIMZK0001`, `SIMEB0001` …. */
export function planFleet(
  count: number,
  mix: BrandMix,
  profiles: readonly string[] | undefined,
  random: Random,
): PlannedTerminal[] {
  const shares = shareOut(count, mix);
  return SIMULATED_BRANDS.flatMap((brand) => {
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
