import { asSerialNumber } from '@biolistener/core';
import { everyFault, Fleet, profilesOf, type AckedPunch, type PlannedTerminal } from '@biolistener/simulator';
import { startBioStar, type BioStar } from './biostar.ts';
import { startPulled } from './pulled.ts';
import { seededRandom } from './random.ts';
import type { Stage } from './stage.ts';
import { unitsOf, type Unit } from './unit.ts';

export const TERMINAL_ZONE = 'Asia/Dubai';
const TERMINAL_OFFSET_MINUTES = 240;
/** Nobody in the sandbox has this PIN: its punches must be parked, not lost. */
const UNKNOWN_PIN = '9001';
const pins = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
/** Apart, so that nobody punches at two places in one second. */
const FLEET_PINS = [...pins(1, 44), UNKNOWN_PIN];
const PULLED_PINS = pins(45, 47);
const BIOSTAR_PINS = pins(48, 50);
/** Left out: what makes other punches than the terminal believes to have made (clock-reset), and sheer bytes. */
const { 'clock-reset': _, 'big-photo': __, 'big-template': ___, ...FAULTS } = everyFault(0.01);

/** All terminals of a run, of every brand. */
export interface Crew {
  readonly fleet: Fleet;
  readonly units: readonly Unit[];
  /** What must be with the site at the end. */
  punches(): AckedPunch[];
  stop(): Promise<void>;
}

const wallTime = (at: Date = new Date()): string =>
  new Date(at.getTime() + TERMINAL_OFFSET_MINUTES * 60_000).toISOString().slice(0, 19).replace('T', ' ');

export const callBioStar = (seed: number): Promise<BioStar> =>
  startBioStar(seededRandom(seed + 2), BIOSTAR_PINS, wallTime);

export async function castCrew(stage: Stage, biostar: BioStar, seed: number, rate: number): Promise<Crew> {
  const fleet = new Fleet({
    target: { host: '127.0.0.1', port: stage.terminalPort },
    list: planned(seed),
    seed,
    punchesPerSecond: rate,
    timeScale: 0.05,
    timeoutMs: 5_000,
    pins: FLEET_PINS,
    utcOffsetMinutes: TERMINAL_OFFSET_MINUTES,
    faults: FAULTS,
  });
  const others = [await startPulled(seed, PULLED_PINS, () => wallTime()), biostar.unit];
  const units = [...unitsOf(fleet), ...others];
  for (const unit of units) await approve(stage, unit);
  return {
    fleet,
    units,
    punches: () => [...fleet.ackedPunches(), ...others.flatMap((unit) => unit.punches?.() ?? [])],
    async stop() {
      await fleet.stop();
      for (const unit of others) await unit.stop?.();
    },
  };
}

/** Three ZKTeco terminals for attendance and two for doors, three of EBKN, two that hold a socket; which, the seed says. */
function planned(seed: number): PlannedTerminal[] {
  const access = profilesOf('zkteco').filter((name) => name.includes('-sec'));
  const attendance = profilesOf('zkteco').filter((name) => !access.includes(name) && name !== 'hostile');
  const ebkn = profilesOf('ebkn').filter((name) => name !== 'm50'); // it pads its ids
  const some = (brand: PlannedTerminal['brand'], names: readonly string[], prefix: string, count: number) =>
    Array.from({ length: count }, (_one, at): PlannedTerminal => ({
      brand,
      serialNumber: `${prefix}000${at + 1}`,
      profile: names[(seed + at) % names.length] ?? '',
    }));
  return [
    ...some('zkteco', attendance, 'SIMZK', 3),
    ...some('zkteco', access, 'SIMAC', 2),
    ...some('ebkn', ebkn, 'SIMEB', 3),
    ...some('aiface', profilesOf('aiface'), 'SIMAI', 2),
  ];
}

async function approve(stage: Stage, { serialNumber, brand, options }: Unit): Promise<void> {
  const settings = { zone: TERMINAL_ZONE, ...(options && { options }) };
  await stage.store.changeTerminal(asSerialNumber(serialNumber), { status: 'approved', settings }, 'chaos', brand);
}
