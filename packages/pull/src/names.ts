/** Where a standalone terminal waits as it leaves the factory. */
export const STANDARD_PORT = 4370;

/** Setting that holds the communication key of a terminal, sealed. */
export const commKeySetting = (serialNumber: string): string => `pull.key.${serialNumber}`;

/** Lease of whoever speaks with a terminal: it has room for one. */
export const pullLease = (serialNumber: string): string => `pull:${serialNumber}`;

/** 1 to 6 decimal digits, 0 for none; undefined for anything else. */
export const parseCommKey = (text: string): number | undefined =>
  /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : undefined;
