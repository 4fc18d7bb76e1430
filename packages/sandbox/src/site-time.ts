/**
 * Microseconds of a wall clock, counted as if the wall were in UTC. A site's Datetime columns are naive: they have no zone
 * (erpnext-contract.md §2.8), so all arithmetic here is between readings of one wall.
 */
export type WallMicros = number;

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

export interface ReadTime {
  readonly micros: WallMicros;
  /** A suffix was there: MariaDB refuses such a text. */
  readonly hasOffset: boolean;
}

/** Reads `YYYY-MM-DD[ T]HH:MM:SS[.ffffff]`, also a bare date; undefined when no such date exists. */
export function readDateTime(text: string): ReadTime | undefined {
  const match = DATE_TIME.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isReal = Number.isFinite(date) && new Date(date).getUTCDate() === Number(day) && Number(month) <= 12;
  if (!isReal || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const time = Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND;
  return { micros: date * 1000 + time + Number(fraction.padEnd(6, '0')), hasOffset: offset !== undefined };
}

/** The wall reading of a stored text; NaN when it is none. */
export const microsOf = (text: string): WallMicros => readDateTime(text)?.micros ?? Number.NaN;

/** `YYYY-MM-DD HH:MM:SS`, with six digits of fraction only where there is one. */
export function formatDateTime(micros: WallMicros): string {
  const fraction = ((micros % SECOND) + SECOND) % SECOND;
  const whole = new Date((micros - fraction) / 1000).toISOString().slice(0, 19).replace('T', ' ');
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0')}`;
}

export const formatDate = (micros: WallMicros): string => formatDateTime(micros).slice(0, 10);
export const startOfDay = (micros: WallMicros): WallMicros => Math.floor(micros / DAY) * DAY;

const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;

/** Microseconds since midnight of `H:MM[:SS[.ffffff]]`; undefined for other text. */
export function readTimeOfDay(text: string): number | undefined {
  const match = TIME_OF_DAY.exec(text.trim());
  if (!match) return undefined;
  const [, hour, minute, second = '0', fraction = ''] = match;
  return Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND + Number(fraction.padEnd(6, '0'));
}

/** `H:MM:SS`: hours without a leading zero, as a site prints a Time column (erpnext-contract.md §2.1). */
export function formatTimeOfDay(micros: number): string {
  const text = formatDateTime(micros).slice(11);
  return text.startsWith('0') ? text.slice(1) : text;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a name that is no zone. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false; // the question was whether it is one
  }
}

/** What the wall of a zone shows at an instant (ms since the epoch). */
export function wallAt(instantMs: number, zone: string): WallMicros {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instantMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const whole = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return (whole + (instantMs % 1000)) * 1000;
}
