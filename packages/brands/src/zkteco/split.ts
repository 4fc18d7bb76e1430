import type { JsonObject } from '@biolistener/core';
import type { WireInput } from '@biolistener/wire';
import { defaultWordOf } from './line-records.ts';
import { routeOf, type Route } from './route.ts';
import { isSecLineTable } from './sec-tables.ts';
import { parameterOf } from './target.ts';

/** About 900 punches: a few ms of decoding, while the store writes the part before and other terminals wait. */
export const PART_BYTES = 32 * 1024;

const LF = 10;

/**
 * Cuts a long upload of lines behind line ends, so that each line is whole in one part; a line longer than a part stays whole.
 * Photos, options, packages, unknown tables and uploads without a table are not lines of one kind, and stay in one piece.
 */
export function split(input: WireInput): readonly WireInput[] {
  if (input.body.length <= PART_BYTES) return [input];
  const route = routeOf(input);
  if (!isOfLines(route)) return [input];
  const parts: WireInput[] = [];
  for (let start = 0; start < input.body.length;) {
    const lf = start + PART_BYTES >= input.body.length ? -1 : input.body.indexOf(LF, start + PART_BYTES - 1);
    const end = lf < 0 ? input.body.length : lf + 1;
    parts.push({ ...input, body: input.body.subarray(start, end) });
    start = end;
  }
  return parts;
}

function isOfLines(route: Route): boolean {
  if (parameterOf(route.target, 'contenttype') !== undefined) return false; // a package
  if (route.kind === 'upload') return defaultWordOf(route.table) !== undefined;
  return route.kind === 'security' && isSecLineTable(route.table);
}

/** The acknowledgement of the whole: all lines together. A part that was answered as one picture counts one. */
export function join(replies: readonly JsonObject[]): JsonObject {
  const count = (reply: JsonObject): number => (typeof reply['n'] === 'number' ? reply['n'] : 1);
  const [only] = replies;
  if (only && (replies.length === 1 || only['form'] === 'text')) return only;
  const n = replies.reduce((sum, reply) => sum + count(reply), 0);
  return only?.['form'] === 'table' ? { ...only, n } : { form: 'count', n };
}
