import type { Json, JsonObject } from '@biolistener/core';
import type { Database } from './database.ts';
import { mark, terminalMark } from './marks.ts';
import { text } from './rows.ts';

const namesIn = (profile: JsonObject): string[] =>
  Object.entries(profile).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? [key, ...Object.keys(value).map((inner) => `${key}.${inner}`)] : key,
  );

/** Counters change all the time; a name that was not there, another firmware or another switch may mean other abilities. */
export function teaches(before: JsonObject, after: JsonObject): boolean {
  const known = new Set(namesIn(before));
  const isOther = ([key, value]: [string, Json]): boolean =>
    (typeof value === 'string' || typeof value === 'boolean') && value !== before[key];
  return namesIn(after).some((name) => !known.has(name)) || Object.entries(after).some(isOther);
}

/** What could not be put on it may be possible now. */
export function markTaught(db: Database, terminal: number): void {
  const row = db.get("SELECT serial_number FROM terminals WHERE id = ? AND status = 'approved'", terminal);
  if (row) mark(db, [terminalMark(text(row, 'serial_number'))]);
}
