import { AIFACE_PROFILES } from './aiface/profiles.ts';
import { createAifaceTerminal } from './aiface/terminal.ts';
import { createEbknTerminal } from './ebkn/terminal.ts';
import { EBKN_PROFILES } from './ebkn/profiles.ts';
import type { TerminalOptions } from './shell.ts';
import type { SimulatedBrand, SimulatedTerminal } from './terminal.ts';
import { createZktecoTerminal } from './zkteco/terminal.ts';
import { ZKTECO_PROFILES } from './zkteco/profiles.ts';

export const SIMULATED_BRANDS: readonly SimulatedBrand[] = ['zkteco', 'ebkn', 'aiface'];

export const isSimulatedBrand = (name: string): name is SimulatedBrand =>
  SIMULATED_BRANDS.some((each) => each === name);

interface Kind {
  readonly profiles: ReadonlyMap<string, unknown>;
  create(options: TerminalOptions): SimulatedTerminal;
}

const KINDS: Readonly<Record<SimulatedBrand, Kind>> = {
  zkteco: { profiles: ZKTECO_PROFILES, create: createZktecoTerminal },
  ebkn: { profiles: EBKN_PROFILES, create: createEbknTerminal },
  aiface: { profiles: AIFACE_PROFILES, create: createAifaceTerminal },
};

/** A terminal of any brand; throws RangeError for a profile that the brand does not have. */
export const createTerminal = (brand: SimulatedBrand, options: TerminalOptions): SimulatedTerminal =>
  KINDS[brand].create(options);

/** The names of a brand's profiles, the default first. */
export const profilesOf = (brand: SimulatedBrand): readonly string[] => [...KINDS[brand].profiles.keys()];
