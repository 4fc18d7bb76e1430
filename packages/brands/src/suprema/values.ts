import { quoteLongNumbers } from '@biolistener/wire';
/** JSON as the server sends it: almost every scalar is a text, and what is empty may be absent, null, "" or []. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object, or an empty one. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/**
 * A scalar as text; undefined for what is empty or no scalar. A number that JavaScript cannot hold exactly is no id any
 * more: see `parseJson`.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

/** A whole number from a number or a text. */
export function integerOf(value: unknown): number | undefined {
  const text = textOf(value);
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export const isTrue = (value: unknown): boolean => textOf(value)?.toLowerCase() === 'true';

/** Objects of a list; a list that is absent, null or "" has none. */
export const rowsOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** `id` of `{"id": "7"}`, or the scalar itself. */
export const idOf = (value: unknown): string | undefined => textOf(isFields(value) ? value['id'] : value);

const LONG_NUMBER = /\d{16}/;

/**
 * JSON in which long whole numbers stay texts: ids of newer servers have 30 digits and must not pass through a number
 * (protocols/suprema.md §6.2, case S10). Undefined when it is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text);
  } catch {
    return undefined; // HTML of a proxy, or a server that is starting
  }
}
