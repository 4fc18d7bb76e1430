import { toInstant, type Instant, type InstantCertainty, type LocalTime, type LocatedInstant } from '@biolistener/core';

interface QuarterHour {
  readonly start: Instant;
  readonly certainty: InstantCertainty;
}

const pair = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

/**
 * `toInstant` for the many punches of one upload: the zone is asked once per quarter hour of wall time, as offsets change at
 * quarter hours only (the assumption of core `toInstant`); within one, seconds are added.
 */
export function locatorOf(zone: string): (local: LocalTime) => LocatedInstant {
  const quarters = new Map<number, QuarterHour>();
  return (local) => {
    const minute = pair(local, 14);
    const quarter = Math.floor(minute / 15);
    const day = (pair(local, 0) * 100 + pair(local, 2)) * 372 + pair(local, 5) * 31 + pair(local, 8);
    const key = day * 96 + pair(local, 11) * 4 + quarter;
    let found = quarters.get(key);
    const seconds = (minute - quarter * 15) * 60 + pair(local, 17);
    if (!found) {
      const at = toInstant(local, zone);
      found = { start: at.instant - seconds * 1000, certainty: at.certainty };
      quarters.set(key, found);
    }
    return { instant: found.start + seconds * 1000, certainty: found.certainty };
  };
}
