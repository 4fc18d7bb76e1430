import { offsetMinutes, toLocal, type Instant, type ZoneName } from '@biolistener/core';
import { minutesBefore } from '../employees.ts';

/** So long after the clocks went back the hour that comes twice is looked through: longer than it lasts. */
const LATELY_MS = 3 * 3_600_000;

/**
 * From where to look for changes. The cursor is the latest `modified`, which is what the site's wall showed: once that went
 * back, what is saved is older than the cursor.
 * Two things are proof against it: by how much the zone went back lately, or since the last look; and what the wall showed at
 * the last look, after which everything new was saved, also where somebody put a wrong clock right.
 */
export function lookFrom(cursor: string, lookedAt: Instant | undefined, now: Instant, zone: ZoneName): string {
  if (cursor === '') return cursor;
  const before = Math.min(lookedAt ?? now, now - LATELY_MS);
  const wentBack = Math.max(0, offsetMinutes(zone, before) - offsetMinutes(zone, now));
  const wall: string = toLocal(lookedAt ?? now, zone);
  const moved = wentBack === 0 ? cursor : minutesBefore(cursor, wentBack);
  return wall < moved ? wall : moved;
}
