import { localTimeOf, type LocalTime } from '@biolistener/core';

/** The spellings of §4.2.3, in that order; a year of two digits is 20YY. */
const SPELLINGS: readonly RegExp[] = [
  /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/,
  /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/,
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})$/,
  /^(\d{4})(\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})$/,
  /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})$/,
];

/** A wall time of the terminal; undefined when it is none of the spellings or no date that exists. Case A08, A09. */
export function readIoTime(text: string | undefined): LocalTime | undefined {
  const trimmed = text?.trim() ?? '';
  for (const spelling of SPELLINGS) {
    const parts = spelling.exec(trimmed)?.slice(1).map(Number);
    if (!parts) continue;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
    return localTimeOf(year < 100 && trimmed.length === 12 ? 2000 + year : year, month, day, hour, minute, second);
  }
  return undefined;
}

/** `YYYYMMDDhhmmss`, as commands carry it. */
export const encodeIoTime = (time: LocalTime): string => time.replaceAll(/\D/g, '');
