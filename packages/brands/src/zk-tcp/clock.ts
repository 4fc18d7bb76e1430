import { localTimeOf, type LocalTime } from '@biolistener/core';

/** Every month counts 31 days, a year 372. Source: protocols/zk-tcp.md §3.4. */
export function encodeClock(time: LocalTime): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = time.split(/\D/).map(Number);
  const days = (year % 100) * 372 + (month - 1) * 31 + (day - 1);
  return days * 86_400 + hour * 3600 + minute * 60 + second;
}

/** Undefined for dates that do not exist (30 February): such a value is damaged. */
export function decodeClock(packed: number): LocalTime | undefined {
  let rest = packed;
  const take = (size: number): number => {
    const part = rest % size;
    rest = (rest - part) / size;
    return part;
  };
  const [second, minute, hour] = [take(60), take(60), take(24)];
  const [day, month] = [take(31) + 1, take(12) + 1];
  return localTimeOf(2000 + rest, month, day, hour, minute, second);
}

/** The six bytes of live events: year − 2000, month, day, hour, minute, second (§6.1). */
export function decodeEventTime(bytes: Uint8Array): LocalTime | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  return localTimeOf(2000 + year, month, day, hour, minute, second);
}
