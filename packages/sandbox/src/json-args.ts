import { jsonDecodeError } from './failures.ts';
import { type Call, textArg } from './call.ts';

/** Parses JSON text as Python would fail at it: 500 JSONDecodeError (erpnext-contract.md §2.2, §2.4). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw jsonDecodeError('Expecting value: line 1 column 1 (char 0)'); // Python's usual words for text that is no JSON
  }
}

/** An argument that may come as JSON text (query, form) or as JSON already (body). */
export function jsonArg(call: Call, name: string): unknown {
  const value = call.args[name];
  if (typeof value !== 'string') return value;
  return value.trim() === '' ? undefined : parseJson(value);
}

/** A whole number; `fallback` where the argument is absent or no number. */
export function intArg(call: Call, name: string, fallback: number): number {
  const text = textArg(call, name);
  if (text === undefined || text.trim() === '') return fallback;
  const number = Number(text);
  return Number.isFinite(number) ? Math.trunc(number) : fallback;
}
