import { toLocal, type Instant, type Json, type ZoneName } from '@biolistener/core';
import { textIn } from '../doctypes.ts';
import type { Row } from './names.ts';

/** Values as Frappe stores them: no booleans, datetimes in the site's zone without a suffix (erpnext-contract.md §2.8). */
export type Fields = Readonly<Record<string, Json>>;

/** A text that says something. */
export const wordIn = (row: Row, field: string): string | undefined => {
  const text = textIn(row, field)?.trim();
  return text === '' ? undefined : text;
};

export const isChecked = (row: Row, field: string): boolean => Number(row[field] ?? 0) === 1;

export const check = (value: boolean): 0 | 1 => (value ? 1 : 0);

export const siteTime = (at: Instant | undefined, zone: ZoneName): string | null =>
  at === undefined || at <= 0 ? null : toLocal(at, zone);

/** Of two values of one field: Frappe pads, cuts and retypes what it stores. */
export function isSameValue(stored: unknown, wanted: Json): boolean {
  if (wanted === null || wanted === '') return stored === undefined || stored === null || stored === '';
  if (typeof wanted === 'number') return Number(stored ?? 0) === wanted;
  if (typeof stored !== 'string') return false;
  return stored === wanted || withoutFraction(stored) === wanted || isSameJson(stored, wanted);
}

const withoutFraction = (text: string): string =>
  /^\d{4}-\d\d-\d\d[ T]/.test(text) ? text.slice(0, 19).replace('T', ' ') : text;

/** v14 prints JSON fields over several lines (§5.2). */
function isSameJson(stored: string, wanted: Json): boolean {
  if (typeof wanted !== 'string' || !wanted.startsWith('{')) return false;
  try {
    return JSON.stringify(JSON.parse(stored)) === JSON.stringify(JSON.parse(wanted));
  } catch {
    return false; // not JSON, so another text
  }
}

/** Those of the wanted fields that the stored row does not have yet. */
export const changedFields = (stored: Row, wanted: Fields): Fields =>
  Object.fromEntries(Object.entries(wanted).filter(([field, value]) => !isSameValue(stored[field], value)));

const LONGEST = 480;
/** Terminals' own words get into these fields: markup would be stored changed, so it is taken out (§5.2). */
export const plainWords = (text: string): string => text.replace(/[<>]/g, ' ').trim().slice(0, LONGEST);
