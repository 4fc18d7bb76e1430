import { quoteLongNumbers } from '@biolistener/wire';

/** One JSON object of the protocol: keys trimmed and in lower case, values as they came. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Message {
  /** A request. */
  readonly cmd: string | undefined;
  /** An answer. */
  readonly ret: string | undefined;
  readonly fields: Fields;
}

const read = new WeakMap<Uint8Array, Message | { readonly none: true }>();

/**
 * One message, or undefined for what is no JSON object. Total. Bad UTF-8 is replaced, keys and words are trimmed, of a key
 * that comes twice the last counts, whole numbers beyond 2^53 stay text (protocols/aiface-websocket.md §3).
 */
export function readMessage(bytes: Uint8Array): Message | undefined {
  const known = read.get(bytes);
  if (known) return 'none' in known ? undefined : known;
  const message = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  read.set(bytes, message ?? { none: true }); // asked twice or three times for one message, and it may be megabytes
  return message;
}

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text);
    const fields = fieldsOf(value);
    return fields && { cmd: wordOf(fields['cmd']), ret: wordOf(fields['ret']), fields };
  } catch {
    return undefined; // not JSON, or nested beyond all reason: the caller parks or ignores it
  }
}

const LONG_NUMBER = /\d{16}/;

/** An object with its keys trimmed and in lower case; undefined for anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.trim().toLowerCase(), item as unknown]));
}

const wordOf = (value: unknown): string | undefined => {
  const word = typeof value === 'string' ? value.trim() : '';
  return word === '' ? undefined : word;
};

/** Text of a text, number or truth value; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A whole number, also where it came as text. */
export function integerOf(value: unknown): number | undefined {
  const text = typeof value === 'boolean' ? String(Number(value)) : textOf(value);
  if (text === undefined || !/^-?\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}

/** `result` and its like: true, 1, "1", "true". */
export const isYes = (value: unknown): boolean =>
  value === true || ['1', 'true'].includes(textOf(value)?.toLowerCase() ?? '');

/** Some HTTP variants call the records `log` or `logs`; a single one may come without a list around it (§5.2). */
const LISTS = ['record', 'log', 'logs'] as const;

/** The records of a message; undefined where nothing is that looks like any. */
function listOf(fields: Fields): readonly unknown[] | undefined {
  const found = LISTS.map((name) => fields[name]).filter((value) => typeof value === 'object' && value !== null);
  return found.length === 0 ? undefined : found.flat();
}

export const rowsOf = (fields: Fields): readonly unknown[] => listOf(fields) ?? [];

/** What of a message may have been overlooked: it counts other records than it has, or has none in any known place. */
export function missedOf(fields: Fields): string | undefined {
  const [list, count] = [listOf(fields), integerOf(fields['count'])];
  if (list === undefined) return count === 0 ? undefined : `${count ?? 'uncounted'} records, and no list of them`;
  return count === undefined || count === list.length ? undefined : `${count} records counted, ${list.length} found`;
}

/** Whether a page without a list may have records all the same, by what it counts or where they are elsewhere. */
export function mayHide(fields: Fields): boolean {
  const count = integerOf(fields['count']);
  if (listOf(fields) !== undefined || count === 0) return false;
  const content = [...LISTS, 'records'].map((name) => fields[name] ?? '');
  return (count ?? 0) > 0 || content.some((value) => value !== '');
}

/** A person's number as digits without leading zeros, `0` for nobody; undefined for what is no such number (§4.8). */
export function enrollIdOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,30}$/.test(text) ? text.replace(/^0+(?=\d)/, '') : undefined;
}

/** A JSON number where that is exact, else text (§4.2, §4.8). */
export const numberOrText = (digits: string): number | string => {
  const value = Number(digits);
  return Number.isSafeInteger(value) && String(value) === digits ? value : digits;
};
