import type { Json } from '@biolistener/core';

/** A JSON object as it came: nothing is known of its values. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One tolerant reader for counters, modes and ids (§6.7): numbers and decimal text, signed; anything else is undefined. */
export function integerOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Text as sent; a number becomes its decimal text. A number too large to be exact is undefined, not rounded. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return undefined;
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
    ? String(value)
    : undefined;
}

/** The JSON value of an unknown one, as far as it is flat: text, numbers, booleans, null and lists of them. */
export function flatJson(value: unknown): Json | undefined {
  if (Array.isArray(value)) return value.map((item: unknown) => scalarOf(item) ?? null);
  return scalarOf(value);
}

const LONGEST_KEPT = 500;

function scalarOf(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === 'string') return value.slice(0, LONGEST_KEPT);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return undefined;
}

/** JSON text of a value that came from JSON; undefined where it is nested too deeply to be written again. */
export function jsonTextOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a RangeError of the call stack: only a hostile body nests thousands deep
  }
}
