import {
  pairAt,
  toInstant,
  yearOf,
  type Instant,
  type InstantCertainty,
  type LocalTime,
  type LocatedInstant,
} from '@biolistener/core';

interface QuarterHour {
  readonly start: Instant;
  readonly certainty: InstantCertainty;
}

type Locator = (local: LocalTime) => LocatedInstant;

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
  return (local) => {
    const minute = pairAt(local, 14);
    const quarter = Math.floor(minute / 15);
    const day = yearOf(local) * 372 + pairAt(local, 5) * 31 + pairAt(local, 8);
    const key = day * 96 + pairAt(local, 11) * 4 + quarter;
    let found = quarters.get(key);
    const seconds = (minute - quarter * 15) * 60 + pairAt(local, 17);
    if (!found) {
      const at = toInstant(local, zone);
      found = { start: at.instant - seconds * 1000, certainty: at.certainty };
      if (quarters.size >= MOST_QUARTERS) quarters.clear();
      quarters.set(key, found);
    }
    return { instant: found.start + seconds * 1000, certainty: found.certainty };
  };
}
