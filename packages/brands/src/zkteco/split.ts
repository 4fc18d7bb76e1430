import type { JsonObject } from '@biolistener/core';
import type { WireInput } from '@biolistener/wire';
import { defaultWordOf } from './line-records.ts';
import { routeOf } from './route.ts';
import { parameterOf } from './target.ts';

/** About 7,000 punches: 20 ms of decoding, and a few megabytes while it lasts. */
export const PART_BYTES = 64 * 1024;

const LF = 10;

/**
 * Cuts a long upload of lines behind line ends, so that each line is whole in one part; a line longer than a part stays whole.
 * Photos, options, packages, unknown tables and uploads without a table are not lines of one kind, and stay in one piece.
 */
export function split(input: WireInput): readonly WireInput[] {
  if (input.body.length <= PART_BYTES) return [input];
  const route = routeOf(input);
  const isPackage = parameterOf(route.target, 'contenttype') !== undefined;
  if (route.kind !== 'upload' || isPackage || defaultWordOf(route.table) === undefined) return [input];
  const parts: WireInput[] = [];
  for (let start = 0; start < input.body.length;) {
    const lf = start + PART_BYTES >= input.body.length ? -1 : input.body.indexOf(LF, start + PART_BYTES - 1);
    const end = lf < 0 ? input.body.length : lf + 1;
    parts.push({ ...input, body: input.body.subarray(start, end) });
    start = end;
  }
  return parts;
}

/** The acknowledgement of the whole: all lines together. A part that was answered as one picture counts one. */
export function join(replies: readonly JsonObject[]): JsonObject {
  const count = (reply: JsonObject): number => (typeof reply['n'] === 'number' ? reply['n'] : 1);
  const [only] = replies;
  if (replies.length === 1 && only) return only;
  return { form: 'count', n: replies.reduce((sum, reply) => sum + count(reply), 0) };
}
