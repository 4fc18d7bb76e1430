import type { Json, JsonObject } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import type { Problem } from './compatibility.ts';

/** What a person may open: without it they open nothing (protocols/zkteco-push.md §4.5). */
export interface DoorRights {
  /** One bit for each door, the first the lowest. */
  readonly doors: number;
  readonly timeZone: number;
  /** Of a sub-controller; left out where the settings name none. */
  readonly device: number | undefined;
}

const MOST_DOORS = 32;

const numberIn = (value: Json | undefined, low: number, high: number): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high ? number : undefined;
};

/** All doors that the terminal registered with. */
function ownDoors(profile: JsonObject): number | undefined {
  const options = profile['options'];
  const said = typeof options === 'object' && options !== null ? (options as JsonObject)['LockCount'] : undefined; // profiles are JSON
  const count = numberIn(said, 1, MOST_DOORS);
  return count === undefined ? undefined : 2 ** count - 1;
}

/** What everybody who is put on a terminal may open: `authorizeDoors`, `authorizeTimezone`, `authorizeDevice` of its settings. */
export function rightsAt({ profile, options }: TerminalView): DoorRights | undefined {
  const doors = numberIn(options?.['authorizeDoors'], 1, 2 ** MOST_DOORS - 1) ?? ownDoors(profile);
  if (doors === undefined) return undefined;
  return {
    doors,
    timeZone: numberIn(options?.['authorizeTimezone'], 1, 65_535) ?? 1,
    device: numberIn(options?.['authorizeDevice'], 0, 65_535),
  };
}

/** Nobody is put on an access terminal that did not say how many doors it has: they would open nothing. */
export function doorsProblem(view: TerminalView): Problem | undefined {
  if (view.profile['dialect'] !== 'SEC' || rightsAt(view)) return undefined;
  return { reason: 'ZK_PROFILE_UNKNOWN', detail: 'the terminal did not say yet how many doors it has' };
}
