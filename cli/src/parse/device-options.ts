import { isZone, type Direction, type Json, type TerminalRole } from '@biolistener/core';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { nearest } from './nearest.ts';

/** Errors: usage (2) with zones that look like it. */
export function parseZone(zone: string): string {
  if (isZone(zone)) return zone;
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'), 3);
  const advice =
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Write an IANA zone such as Asia/Kolkata, or UTC+05:30.';
  throw new CommandFailure(`${JSON.stringify(zone)} is no time zone`, EXIT.usage, advice);
}

export function parseRole(role: string): TerminalRole {
  const word = role.toLowerCase();
  if (word === 'in' || word === 'out' || word === 'both') return word;
  throw new CommandFailure(`--role must be in, out or both, not ${JSON.stringify(role)}`, EXIT.usage);
}

/** `0=IN,1=OUT,4=none`; the empty text forgets the table. Errors: usage (2) naming the part that does not fit. */
export function parseStateMap(text: string): Record<string, Direction | 'none'> | null {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => part === '')) return null;
  return Object.fromEntries(parts.filter((part) => part !== '').map(parseState));
}

const DIRECTIONS: Readonly<Record<string, Direction | 'none'>> = { in: 'IN', out: 'OUT', none: 'none' };

function parseState(part: string): [string, Direction | 'none'] {
  const [, state, word = ''] = /^(\d{1,5})\s*=\s*(\w+)$/.exec(part) ?? [];
  const direction = DIRECTIONS[word.toLowerCase()];
  if (state !== undefined && direction !== undefined) return [String(Number(state)), direction];
  throw new CommandFailure(
    `--state-map cannot be read at ${JSON.stringify(part)}`,
    EXIT.usage,
    'Write the state codes of the terminal with IN, OUT or none: --state-map 0=IN,1=OUT,4=none',
  );
}

/** `key=value`; values that read as JSON are taken as such, others as text; `key=` forgets the key (undefined). */
export function parseOption(text: string): [string, Json | undefined] {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at <= 0 || !/^[A-Za-z][\w.-]{0,63}$/.test(key))
    throw new CommandFailure(`--option must be key=value, not ${JSON.stringify(text)}`, EXIT.usage);
  const value = text.slice(at + 1).trim();
  return [key, value === '' ? undefined : parseValue(value)];
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json; // whatever JSON.parse gives is Json
  } catch {
    return text; // plain words need no quotes
  }
}

/** Names and places are for people: no control characters, not endless. */
export function parseLabel(option: string, text: string): string | null {
  const label = text.trim();
  if (label === '') return null;
  if (label.length <= 140 && !/\p{Cc}/u.test(label)) return label;
  throw new CommandFailure(`${option} must be at most 140 characters on one line`, EXIT.usage);
}

export function parseLimit(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text);
  throw new CommandFailure(`--limit must be a whole number from 1 to 10000, not ${JSON.stringify(text)}`, EXIT.usage);
}
