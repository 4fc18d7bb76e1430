import type { Direction, JsonObject } from '@biolistener/core';
import { VERIFY_ALIASES, VERIFY_HS100, VERIFY_HS101, VERIFY_NIBBLES } from './codes.ts';
import { hasWideModes, type DataLib } from './data-lib.ts';
import { integerOf, isFields, jsonTextOf, textOf } from './fields.ts';

/** Below this, a mode of an unknown library is read as a small code, above as a 32-bit word (§4.2.2 rule 6). */
const WIDE_FROM = 2 ** 24;

/** One form for the key of a punch: 32-bit numbers unsigned, in real time and in records alike; other text trimmed, upper case. */
export function modeKey(value: unknown): string {
  const number = integerOf(value);
  if (number !== undefined) return String(number >= -(2 ** 31) && number < 0 ? number >>> 0 : number);
  const kinds = listedKinds(value);
  return kinds ? kinds.join('+') : (textOf(value) ?? '').trim().toUpperCase();
}

export interface VerifyReading {
  readonly kinds: readonly string[];
  /** `FACE+IDCARD`, `UNKNOWN_10`. */
  readonly label: string;
  /** True where the library does not say how to read it. */
  readonly isGuessed: boolean;
}

const reading = (kinds: readonly string[], raw: string, isGuessed = false): VerifyReading => ({
  kinds,
  label: kinds.length > 0 ? kinds.join('+') : `UNKNOWN_${raw}`,
  isGuessed,
});

/** How somebody was recognised. Source: protocols/ebkn-fkweb.md §4.2.2; cases A01–A07. */
export function readVerifyMode(value: unknown, lib: DataLib | undefined): VerifyReading {
  const number = integerOf(value);
  if (number === undefined) return reading(listedKinds(value) ?? [], (textOf(value) ?? '').trim());
  const code = number >>> 0;
  if (hasWideModes(lib)) return readNibbles(code);
  if (lib === 'HS100' || lib === 'HS200') return reading(VERIFY_HS100.get(code) ?? [], String(number));
  const isGuessed = lib !== 'HS101';
  if (isGuessed && code >= WIDE_FROM) return { ...readNibbles(code), isGuessed };
  return reading(VERIFY_HS101.get(code) ?? [], String(number), isGuessed);
}

/** Eight nibbles, the most significant first, up to the first 0. A nibble without a name keeps its number. */
function readNibbles(code: number): VerifyReading {
  const kinds: string[] = [];
  for (let shift = 28; shift >= 0; shift -= 4) {
    const nibble = (code >>> shift) & 15;
    if (nibble === 0) break;
    kinds.push(VERIFY_NIBBLES[nibble] ?? `UNKNOWN_${nibble}`);
  }
  return reading(kinds, String(code));
}

/** `["FP","PASSWORD"]` as an array, as the text of one, or `FP+PASSWORD`; undefined when it is no list of words. */
function listedKinds(value: unknown): string[] | undefined {
  const parts = Array.isArray(value) ? (value as unknown[]) : splitWords(textOf(value) ?? '');
  const words = parts.map((part) => (typeof part === 'string' ? part.trim().toUpperCase() : ''));
  if (words.length === 0 || words.length > 8 || !words.every((word) => /^[A-Z][A-Z0-9_]{0,19}$/.test(word)))
    return undefined;
  return words.map((word) => VERIFY_ALIASES.get(word) ?? word);
}

function splitWords(text: string): unknown[] {
  if (!text.trimStart().startsWith('[')) return text.split('+');
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return []; // text that only looks like a list: its raw form is kept
  }
}

export interface IoReading {
  readonly statusKey: number | undefined;
  /** Only where the wire itself carries one: bits 28–31, or library HS100. Never from a status key (§4.2.1). */
  readonly direction: Direction | undefined;
  readonly eventCode: number;
  /** `IN`, `OUT` or formatted vendor text: kept, not believed. */
  readonly text: string | undefined;
}

/** What `io_mode` claims. Source: protocols/ebkn-fkweb.md §4.2.1; cases A01–A06. */
export function readIoMode(value: unknown, lib: DataLib | undefined): IoReading {
  const number = integerOf(value);
  if (number === undefined) return readIoText((textOf(value) ?? '').trim());
  const code = number >>> 0;
  const small: IoReading = { statusKey: number, direction: undefined, eventCode: 0, text: undefined };
  if (lib === 'HS100') return { ...small, direction: number === 1 ? 'IN' : number === 0 ? 'OUT' : undefined };
  const isWide = hasWideModes(lib) || (lib !== 'HS101' && lib !== 'HS200' && lib !== 'M50' && code >= WIDE_FROM);
  if (!isWide) return small;
  const way = code >>> 28;
  const direction = way === 0 ? undefined : way === 1 ? 'IN' : 'OUT';
  return { ...small, statusKey: (code >>> 24) & 15, direction, eventCode: code & 0xffffff };
}

/** `( 1 )&( Open door )&( In )` comes only from data that a vendor server has already processed. */
function readIoText(text: string): IoReading {
  const formatted = /^\(\s*(\d{1,3})\s*\)/.exec(text);
  const statusKey = formatted?.[1] === undefined ? undefined : Number(formatted[1]);
  return { statusKey, direction: undefined, eventCode: 0, text: text === '' ? undefined : text.slice(0, 100) };
}

/** A mode as it was sent, for `Punch.verifyMode` and `extra`. */
export function rawMode(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return (textOf(value) ?? (Array.isArray(value) || isFields(value) ? jsonTextOf(value) : undefined))?.slice(0, 100);
}

/** Q11: tenths of a degree or degrees, told apart by size; the unit is not documented, so the raw value is kept beside it. */
export function readTemperature(value: unknown): JsonObject {
  const raw = textOf(value)?.trim();
  if (raw === undefined || raw === '') return {};
  const number = /^\d{1,3}(\.\d{1,2})?$/.test(raw) ? Number(raw) : NaN;
  if (number >= 250 && number <= 450) return { temperature: raw, temperatureCelsius: number / 10 };
  return number >= 25 && number <= 45 ? { temperature: raw, temperatureCelsius: number } : { temperature: raw };
}
