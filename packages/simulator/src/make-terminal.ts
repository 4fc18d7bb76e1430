import { createEbknTerminal } from './ebkn/terminal.ts';
import { EBKN_PROFILES } from './ebkn/profiles.ts';
import type { TerminalOptions } from './shell.ts';
import type { SimulatedBrand, SimulatedTerminal } from './terminal.ts';
import { createZktecoTerminal } from './zkteco/terminal.ts';
import { ZKTECO_PROFILES } from './zkteco/profiles.ts';

export const SIMULATED_BRANDS: readonly SimulatedBrand[] = ['zkteco', 'ebkn'];

export const isSimulatedBrand = (name: string): name is SimulatedBrand =>
  SIMULATED_BRANDS.some((each) => each === name);

/** A terminal of either brand; throws RangeError for a profile that the brand does not have. */
export function createTerminal(brand: SimulatedBrand, options: TerminalOptions): SimulatedTerminal {
  return brand === 'zkteco' ? createZktecoTerminal(options) : createEbknTerminal(options);
}

/** The names of a brand's profiles, the default first. */
export const profilesOf = (brand: SimulatedBrand): readonly string[] => [
  ...(brand === 'zkteco' ? ZKTECO_PROFILES : EBKN_PROFILES).keys(),
];
