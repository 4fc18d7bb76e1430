import { isLocalTime, localTimeOf, type LocalTime } from '@biolistener/core';

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
