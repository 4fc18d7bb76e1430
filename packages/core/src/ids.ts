import { hash } from 'node:crypto';

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
 */
export function punchIdOf(serialNumber: string, key: readonly (string | number | undefined)[]): PunchId {
  let text = `${serialNumber.length}:${serialNumber}`;
  for (const part of key) {
    const field = part === undefined ? undefined : String(part);
    text += field === undefined ? '|-' : `|${field.length}:${field}`;
  }
  return hash('sha256', text, 'hex').slice(0, 32) as PunchId;
}

/** SHA-256 as hex, of bytes or text: digests of templates, photos and raw bodies. */
export const digestOf = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/** Stands where a request names no serial number. No terminal can have it: it is never listed, counted or approved. */
export const NOBODY: SerialNumber = asSerialNumber('-');
