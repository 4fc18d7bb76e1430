import { hash } from 'node:crypto';
import { clockOf, type Clock, type LocalTime } from './time.ts';

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** The vendor's serial number of a terminal, as it says it. */
export type SerialNumber = Branded<string, 'SerialNumber'>;
/** A person's id on a terminal. Text always: leading zeros count. */
export type Pin = Branded<string, 'Pin'>;
/** 32 hex digits: the stable identity of one punch (design.md §4.2). */
export type PunchId = Branded<string, 'PunchId'>;

export const asSerialNumber = (text: string): SerialNumber => text as SerialNumber;
export const asPin = (text: string): Pin => text as Pin;
export const asPunchId = (text: string): PunchId => text as PunchId;

/**
 * The identity of a punch: a hash of what the brand's document names as its key, and of nothing that a resend may change.
 * Fields are length-prefixed so that `["1","23"]` and `["12","3"]` differ. `undefined` differs from the empty text.
 * A `wallTime` that is in the key as well gives the first digits: ids of punches of the same minutes are then neighbours in
 * an index, and a commit of many writes few pages of it instead of one for each (docs/decisions/0006).
 */
export function punchIdOf(
  serialNumber: string,
  key: readonly (string | number | undefined)[],
  wallTime?: LocalTime | Clock,
): PunchId {
  let text = `${serialNumber.length}:${serialNumber}`;
  for (const part of key) {
    const field = part === undefined ? undefined : String(part);
    text += field === undefined ? '|-' : `|${field.length}:${field}`;
  }
  const digits = hash('sha256', text, 'hex');
  return (wallTime === undefined ? digits.slice(0, 32) : stretchOf(wallTime) + digits.slice(0, 25)) as PunchId;
}

/**
 * Seven hex digits that count stretches of five minutes, every month taken as 31 days long. They start over after some
 * 2,500 years, which only costs neighbourhood. Five: short enough to be few pages, long enough to leave a shortened id
 * (12 digits) with something to tell punches of one morning apart.
 */
function stretchOf(wallTime: LocalTime | Clock): string {
  const { year, month, day, hour, minute } = typeof wallTime === 'string' ? clockOf(wallTime) : wallTime;
  const days = (year * 12 + month) * 31 + day;
  const stretch = (days * 24 + hour) * 12 + Math.floor(minute / 5);
  return (stretch % 0x1000_0000).toString(16).padStart(7, '0');
}

/** SHA-256 as hex, of bytes or text: digests of templates, photos and raw bodies. */
export const digestOf = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/** Stands where a request names no serial number. No terminal can have it: it is never listed, counted or approved. */
export const NOBODY: SerialNumber = asSerialNumber('-');
