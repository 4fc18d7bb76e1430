import { localTimeOf, toInstant, type Instant, type LocalTime } from '@biolistener/core';

const STAMP = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?Z?$/;

/** The digits of a stamp without its fraction and its `Z`; undefined when no such time exists. */
export function readStamp(text: string | undefined): LocalTime | undefined {
  const parts = STAMP.exec(text ?? '');
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return localTimeOf(year, month, day, hour, minute, second);
}

/** `datetime` of an event: UTC, unlike `server_datetime`, which is server time with the same `Z` (§6.2). */
export function readUtc(text: string | undefined): { readonly utc: LocalTime; readonly instant: Instant } | undefined {
  const utc = readStamp(text);
  return utc && { utc, instant: toInstant(utc, 'UTC').instant };
}
