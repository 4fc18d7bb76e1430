import { isLocalTime, localTimeOf, type Clock, type LocalTime } from '@biolistener/core';

/** `YYYY-MM-DD HH:MM:SS`, in bytes. */
export const CLOCK_LENGTH = 19;

/** Two digits; NaN where one of them is none. */
function pairOf(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [(bytes[at] ?? 0) - 48, (bytes[at + 1] ?? 0) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Whether the signs between the numbers of a date and time are where they belong: `-`, `-`, blank, `:`, `:`. */
const hasClockShape = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 4] === 45 &&
  bytes[at + 7] === 45 &&
  bytes[at + 10] === 32 &&
  bytes[at + 13] === 58 &&
  bytes[at + 16] === 58;

/**
 * Reads a wall time in the one form that nearly every line has, from its bytes: for a text, each of its signs would have to be
 * looked for in one of V8's half a dozen kinds of strings. `local` is the same as text.
 */
export function clockAt(bytes: Uint8Array, at: number, local: string): Clock | undefined {
  if (!hasClockShape(bytes, at)) return undefined;
  const year = pairOf(bytes, at) * 100 + pairOf(bytes, at + 2);
  const [month, day] = [pairOf(bytes, at + 5), pairOf(bytes, at + 8)];
  const [hour, minute, second] = [pairOf(bytes, at + 11), pairOf(bytes, at + 14), pairOf(bytes, at + 17)];
  if (!isLocalTime(year, month, day, hour, minute, second)) return undefined;
  return { local: local as LocalTime, year, month, day, hour, minute, second };
}

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

const TOLERATED = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** Whether a text has the outline of a date and time; the date need not exist. */
export const looksLikeTime = (text: string): boolean => text.length <= 19 && TOLERATED.test(text);

/**
 * Reads a wall time: `YYYY-MM-DD HH:MM:SS`; tolerates `T`, `/`, one-digit parts and missing seconds.
 * `undefined` when the date or time does not exist. Source: protocols/zkteco-push.md §3.3 column 1, §9 `time`.
 */
export function readWallTime(text: string): LocalTime | undefined {
  if (text.length === 19 && text.charCodeAt(4) === 45 && text.charCodeAt(10) === 32 && text.charCodeAt(13) === 58) {
    if (text.charCodeAt(7) === 45 && text.charCodeAt(16) === 58) {
      const year = pair(text, 0) * 100 + pair(text, 2);
      const isReal = isLocalTime(year, pair(text, 5), pair(text, 8), pair(text, 11), pair(text, 14), pair(text, 17));
      return isReal ? (text as LocalTime) : undefined; // nearly every line: the text as it stands
    }
  }
  if (text.length > 19) return undefined;
  const found = TOLERATED.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  return localTimeOf(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    second === undefined ? 0 : Number(second),
  );
}

/** `20260309080005` of a photo's file name (§3.4). */
export function readCompactTime(text: string): LocalTime | undefined {
  if (text.length !== 14) return undefined;
  const year = pair(text, 0) * 100 + pair(text, 2);
  return localTimeOf(year, pair(text, 4), pair(text, 6), pair(text, 8), pair(text, 10), pair(text, 12));
}
