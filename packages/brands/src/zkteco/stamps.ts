import type { JsonObject } from '@biolistener/core';
import { STAMPED_TABLES } from './codes.ts';
import type { Route } from './route.ts';
import { parameterOf } from './target.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  OPERLOG: ['stamp', 'opstamp'],
  ATTPHOTO: ['stamp', 'photostamp'],
};

/** A stamp goes back into a handshake line, so it must be one plain word. */
const SAFE = /^[\x21-\x7e]{1,64}$/;

/** `{ [key]: value }`: written like that, V8 leaves its compiled code for each. */
function single(key: string, value: string): Record<string, string> {
  const object: Record<string, string> = {};
  object[key] = value;
  return object;
}

/**
 * The upload pointer of a request, verbatim, keyed by its table; `undefined` for query results, which have none.
 * Opaque: nothing is compared or computed. Source: protocols/zkteco-push.md §2.6.
 */
export function stampOf(route: Route, table: string): Readonly<Record<string, string>> | undefined {
  if (!(STAMPED_TABLES as readonly string[]).includes(table)) return undefined;
  for (const name of NAMES[table] ?? ['stamp']) {
    const stamp = parameterOf(route.target, name);
    if (stamp !== undefined && SAFE.test(stamp)) return single(table, stamp);
  }
  return undefined;
}

const tablesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((table): table is string => typeof table === 'string') : [];

/** Tables that an operator wants again from the start: `resend` of the settings' options, or of the profile. */
export function resendTables(options: JsonObject | undefined, profile: JsonObject): ReadonlySet<string> {
  return new Set(
    [...tablesIn(options?.['resend']), ...tablesIn(profile['resend'])].map((table) => table.toUpperCase()),
  );
}

/**
 * The profile after a handshake offered 0, or after an upload answered it: a table leaves `profile.resend` with the first
 * upload that is committed after a handshake offered it (§2.6 rule 3). The list of the settings is the operator's to end.
 */
export function resendOffered(profile: JsonObject): JsonObject {
  const wanted = tablesIn(profile['resend']);
  return wanted.length > 0 ? { resendOffered: wanted } : {};
}

export function resendAnswered(profile: JsonObject, table: string): JsonObject {
  if (profile['resendOffered'] === undefined) return {}; // nearly every upload
  const offered = tablesIn(profile['resendOffered']);
  if (!offered.some((name) => name.toUpperCase() === table)) return {};
  const left = (name: string): boolean => name.toUpperCase() !== table;
  return { resend: tablesIn(profile['resend']).filter(left), resendOffered: offered.filter(left) };
}
