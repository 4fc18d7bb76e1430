import type { Json } from '@biolistener/core';
import type { Collector } from './collector.ts';
import type { Dialect } from './dialect.ts';

/** Not a failure of the command: the terminal does not have it (protocols/zkteco-push.md §4.6). */
const MISSING: ReadonlySet<string> = new Set(['-13', '-22', '-1002', '-1004']);

/** The same of access terminals: no such command, no such table, not supported. −22 is something else there. */
const SEC_MISSING: ReadonlySet<string> = new Set(['-13', '-100', '-629', '-708', '-1002', '-1004']);

export const isCapabilityMissing = (code: string, dialect: Dialect = 'ATT'): boolean =>
  (dialect === 'SEC' ? SEC_MISSING : MISSING).has(code);

/** Without these nobody gets on or off a terminal, and one odd value in them must not end that for everybody. */
const NEVER_GIVEN_UP: ReadonlySet<string> = new Set([
  'DATA UPDATE USERINFO',
  'DATA DELETE USERINFO',
  'DATA USER',
  'DATA DEL_USER',
  'DATA UPDATE user',
  'DATA DELETE user',
]);

/** −1004 also says that this record or key does not fit: only queries without a type mean their whole table by it. */
const SAID_OF_ALL: ReadonlySet<string> = new Set([
  'DATA QUERY USERINFO',
  'DATA QUERY FINGERTMP',
  'DATA QUERY ATTLOG',
  'DATA QUERY ATTPHOTO',
]);

/**
 * Notes in the profile (`unsupported`) that a terminal does not have a command, so that it is offered no more. Results do not
 * name their command reliably, so only those count of which we know what was sent. The list ends with the firmware.
 */
export function learnMissing(into: Collector, id: string, code: string): void {
  const word = isCapabilityMissing(code, into.dialect) ? into.ctx.wordOf?.(id) : undefined;
  if (word === undefined || NEVER_GIVEN_UP.has(word) || /^[GS]ET OPTION/i.test(word)) return;
  if (code === '-1004' && !SAID_OF_ALL.has(word)) return;
  const before = into.profile['unsupported'] ?? into.ctx.terminal.profile['unsupported'];
  const known: readonly Json[] = Array.isArray(before) ? (before as readonly Json[]) : []; // profiles are JSON
  if (!known.includes(word)) into.profile['unsupported'] = [...known, word];
}
