import type { JsonObject } from '@biolistener/core';
import type { ZkReason } from './errors.ts';

/** Raised inside `encode` alone, and turned into a refusal there: it never leaves the brand. */
export class Refusal extends Error {
  readonly reason: ZkReason;
  constructor(reason: ZkReason, detail: string) {
    super(detail);
    this.name = 'Refusal';
    this.reason = reason;
  }
}

/** Typed reading of a command's parameters; what is wrong is refused with the name of the parameter. */
export interface Parameters {
  /** A text that must be there and not be empty, control characters turned into blanks. */
  text(name: string): string;
  /** The same, when it may be absent. An empty text is present. */
  optionalText(name: string): string | undefined;
  integer(name: string, low: number, high: number): number;
  optionalInteger(name: string, low: number, high: number): number | undefined;
  oneOf<T extends string>(name: string, words: readonly T[]): T;
  isTrue(name: string): boolean;
  /** A text exactly as given, control characters and all. */
  verbatim(name: string): string;
}

const wrong = (name: string, need: string): Refusal => new Refusal('ZK_PARAMETER_WRONG', `\`${name}\` must be ${need}`);

/** CR, LF, TAB and NUL would end a field or a command; no escape exists (protocols/zkteco-push.md §4.1, C11). */
export const sanitise = (text: string): string => text.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]+/g, ' ');

export function parametersOf(all: JsonObject): Parameters {
  const optionalText = (name: string): string | undefined => {
    const value = all[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw wrong(name, 'a text');
    return sanitise(value);
  };
  const optionalInteger = (name: string, low: number, high: number): number | undefined => {
    const value = all[name];
    if (value === undefined || value === null) return undefined;
    const isFine = typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
    if (!isFine) throw wrong(name, `a whole number from ${low} to ${high}`);
    return value;
  };
  return {
    optionalText,
    optionalInteger,
    text: (name) => {
      const value = optionalText(name);
      if (value === undefined || value.trim() === '') throw wrong(name, 'a text that is not empty');
      return value;
    },
    integer: (name, low, high) => {
      const value = optionalInteger(name, low, high);
      if (value === undefined) throw wrong(name, `a whole number from ${low} to ${high}`);
      return value;
    },
    oneOf: (name, words) => {
      const found = words.find((word) => word === all[name]);
      if (found === undefined) throw wrong(name, `one of ${words.join(', ')}`);
      return found;
    },
    isTrue: (name) => all[name] === true,
    verbatim: (name) => {
      const value = all[name];
      if (typeof value !== 'string') throw wrong(name, 'a text');
      return value;
    },
  };
}

/** Joins `key=value` by TABs; an undefined value leaves its field out. */
export function fieldsOf(pairs: readonly (readonly [string, string | number | undefined])[]): string {
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])).join('\t');
}
