import { decodeBase64 } from './cipher.ts';
import { BINARY_FIELDS } from './codes.ts';
import { isFields, type Fields } from './fields.ts';
import type { Frame } from './frame.ts';

/** The ordinal in `BIN_n`; undefined when the value is no reference (§2.5). */
export function referenceOf(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^BIN_([1-9][0-9]{0,2})$/.exec(value) : undefined;
  return match ? Number(match[1]) : undefined;
}

/** The binary that a field refers to; undefined when it refers to none, or to one that did not come. */
export function binaryAt(value: unknown, frame: Frame): Uint8Array | undefined {
  const ordinal = referenceOf(value);
  return ordinal === undefined ? undefined : frame.binaries[ordinal - 1];
}

/** A binary that stands in the JSON itself as base64 (plain JSON dialect, §6.2). */
export function inlineBinary(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value === '' || referenceOf(value) !== undefined) return undefined;
  return decodeBase64(Buffer.from(value, 'latin1'));
}

/** The objects of a message whose fields may refer to binaries: itself, and the items of its list of credentials. */
function carriers(json: Fields): readonly Fields[] {
  const list: unknown = json['enroll_data_array'];
  return Array.isArray(list) ? [json, ...list.filter(isFields)] : [json];
}

function references(frame: Frame): number[] {
  const { json } = frame;
  if (!json) return [];
  const values = carriers(json).flatMap((carrier) => BINARY_FIELDS.map((field) => carrier[field]));
  return values.map(referenceOf).filter((ordinal) => ordinal !== undefined);
}

/** True when a field names a binary that is not there: bytes were lost after the JSON, exactly at the edge of a chunk. */
export const hasDanglingReference = (frame: Frame): boolean =>
  references(frame).some((ordinal) => ordinal > frame.binaries.length);

/** Binaries that no field refers to; empty ones do not count. */
export function strayBinaries(frame: Frame): Uint8Array[] {
  const named = new Set(references(frame));
  return frame.binaries.filter((data, i) => data.length > 0 && !named.has(i + 1));
}
