import { toInstant, type Clock, type Instant, type InstantCertainty, type LocatedInstant } from '@biolistener/core';

interface QuarterHour {
  readonly start: Instant;
  readonly certainty: InstantCertainty;
}

type Locator = (clock: Clock) => LocatedInstant;

/** Terminals of one listener share few zones, and their punches few quarter hours. */
const locators = new Map<string, Locator>();
const MOST_ZONES = 100;
const MOST_QUARTERS = 50_000;

/**
 * `toInstant` for many punches: the zone is asked once per quarter hour of wall time, as offsets change at quarter hours
 * only (the assumption of core `toInstant`); within one, seconds are added.
 */
export function locatorOf(zone: string): Locator {
  const known = locators.get(zone);
  if (known) return known;
  if (locators.size >= MOST_ZONES) locators.clear();
  const locator = newLocator(zone);
  locators.set(zone, locator);
  return locator;
}

function newLocator(zone: string): Locator {
  const quarters = new Map<number, QuarterHour>();
  return (clock) => {
    const { minute } = clock;
    const quarter = Math.floor(minute / 15);
    const day = clock.year * 372 + clock.month * 31 + clock.day;
    const key = day * 96 + clock.hour * 4 + quarter;
    let found = quarters.get(key);
    const seconds = (minute - quarter * 15) * 60 + clock.second;
    if (!found) {
      const at = toInstant(clock.local, zone);
      found = { start: at.instant - seconds * 1000, certainty: at.certainty };
      if (quarters.size >= MOST_QUARTERS) quarters.clear();
      quarters.set(key, found);
    }
    return { instant: found.start + seconds * 1000, certainty: found.certainty };
  };
}
