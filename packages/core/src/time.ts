import { DateTime, FixedOffsetZone, IANAZone, type Zone } from 'luxon';

/** A wall clock reading without a zone, `YYYY-MM-DD HH:MM:SS`, a date that exists. Not an `Instant`. */
export type LocalTime = string & { readonly __localTime: true };
/** A day without a zone, `YYYY-MM-DD`, that exists. */
export type LocalDate = string & { readonly __localDate: true };
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;
/** An IANA name (`Asia/Kolkata`) or a fixed offset (`UTC+05:30`). */
export type ZoneName = string;

/** How sure the instant of a wall time is: a wall time may happen twice or never where daylight saving ends or starts. */
export type InstantCertainty = 'exact' | 'ambiguous' | 'skipped';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/** Whether there is such a date and time; false where a part is NaN. */
export function isLocalTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): boolean {
  const days = month === 2 && isLeap(year) ? 29 : DAYS[month - 1];
  return (
    days !== undefined &&
    day >= 1 &&
    day <= days &&
    hour >= 0 &&
    hour < 24 &&
    minute >= 0 &&
    minute < 60 &&
    second >= 0 &&
    second < 60 &&
    year >= 1 &&
    year <= 9999
  );
}

/** Builds a LocalTime from parts; `undefined` when no such date or time exists. */
export function localTimeOf(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
): LocalTime | undefined {
  if (!isLocalTime(year, month, day, hour, minute, second)) return undefined;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date} ${two(hour)}:${two(minute)}:${two(second)}` as LocalTime;
}

/** Two digits of a text as a number. */
export const pairAt = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

export const yearOf = (local: LocalTime): number => pairAt(local, 0) * 100 + pairAt(local, 2);

/** A wall time with its numbers: whoever has read them once hands them on, for a punch needs them three times. */
export interface Clock {
  readonly local: LocalTime;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export const clockOf = (local: LocalTime): Clock => ({
  local,
  year: yearOf(local),
  month: pairAt(local, 5),
  day: pairAt(local, 8),
  hour: pairAt(local, 11),
  minute: pairAt(local, 14),
  second: pairAt(local, 17),
});

/** The wall time read as if it were UTC, in ms. The arithmetic base of everything below, and run for every punch. */
function asIfUtc(local: LocalTime): number {
  return Date.UTC(
    yearOf(local),
    pairAt(local, 5) - 1,
    pairAt(local, 8),
    pairAt(local, 11),
    pairAt(local, 14),
    pairAt(local, 17),
  );
}

const zones = new Map<ZoneName, Zone>();

/** The luxon zone of a name; throws RangeError for a name that is no zone. */
function zoneOf(name: ZoneName): Zone {
  const known = zones.get(name);
  if (known) return known;
  // luxon answers null for a text that is no offset, whatever its types say
  const fixed = FixedOffsetZone.parseSpecifier(name) as Zone | null;
  const zone = fixed ?? IANAZone.create(name);
  if (!zone.isValid) throw new RangeError(`not a time zone: ${name}`);
  zones.set(name, zone);
  return zone;
}

export function isZone(name: string): boolean {
  try {
    return zoneOf(name).isValid;
  } catch {
    return false; // the question was whether it is one
  }
}

export interface LocatedInstant {
  readonly instant: Instant;
  readonly certainty: InstantCertainty;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;

/** Offsets change at most at quarter hours of wall time, so a burst of punches asks luxon once a quarter hour. */
const quartersOfZone = new Map<ZoneName, Map<number, { offset: number; certainty: InstantCertainty }>>();
const MOST_QUARTERS = 50_000;

function quartersOf(zone: ZoneName): Map<number, { offset: number; certainty: InstantCertainty }> {
  const known = quartersOfZone.get(zone);
  if (known && known.size <= MOST_QUARTERS) return known;
  const fresh = new Map<number, { offset: number; certainty: InstantCertainty }>();
  quartersOfZone.set(zone, fresh);
  return fresh;
}

function offsetAtWall(zone: Zone, wall: number): { offset: number; certainty: InstantCertainty } {
  const before = zone.offset(wall - DAY) * MINUTE;
  const after = zone.offset(wall + DAY) * MINUTE;
  const fits = [...new Set([before, after, zone.offset(wall - before) * MINUTE])].filter(
    (offset) => zone.offset(wall - offset) * MINUTE === offset,
  );
  const earliest = Math.max(...fits); // the larger offset gives the earlier instant: the first of the two
  if (fits.length > 1) return { offset: earliest, certainty: 'ambiguous' };
  if (fits.length === 1) return { offset: earliest, certainty: 'exact' };
  return { offset: before, certainty: 'skipped' };
}

/**
 * The instant that a zone gives to a wall time.
 * Twice-happening autumn times give the first instant and say `ambiguous`; spring times that never happen
 * are read with the offset before the change and say `skipped` (protocols/zkteco-push.md §5.4).
 */
export function toInstant(local: LocalTime, zone: ZoneName): LocatedInstant {
  const wall = asIfUtc(local);
  const quarter = Math.floor(wall / QUARTER);
  const quarters = quartersOf(zone);
  let found = quarters.get(quarter);
  if (!found) {
    found = offsetAtWall(zoneOf(zone), quarter * QUARTER);
    quarters.set(quarter, found);
  }
  return { instant: wall - found.offset, certainty: found.certainty };
}

/** The wall time that a zone shows at an instant, cut to whole seconds. */
export function toLocal(instant: Instant, zone: ZoneName): LocalTime {
  const shifted = new Date(instant + zoneOf(zone).offset(instant) * MINUTE);
  return shifted.toISOString().slice(0, 19).replace('T', ' ') as LocalTime;
}

/** Minutes east of UTC that a zone has at an instant. */
export const offsetMinutes = (zone: ZoneName, instant: Instant): number => zoneOf(zone).offset(instant);

/** `2026-03-09T14:05:30+05:30`: for replies and for people. */
export function toOffsetIso(instant: Instant, zone: ZoneName): string {
  return DateTime.fromMillis(instant, { zone: zoneOf(zone) }).toISO({ suppressMilliseconds: true }) ?? '';
}

/** Signed seconds from `b` to `a`, both wall times of one clock. */
export const wallDifferenceSeconds = (a: LocalTime, b: LocalTime): number => (asIfUtc(a) - asIfUtc(b)) / 1000;
