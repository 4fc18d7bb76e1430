import type { Json, JsonObject, LocalTime } from '@biolistener/core';
import type { Decoded, DecodeContext, ParkedRecord, WireEvent } from '@biolistener/wire';
import type { AifaceErrorCode } from './errors.ts';

/** What one message brings, while it is read. */
export interface Findings {
  readonly events: WireEvent[];
  readonly parked: ParkedRecord[];
  readonly profile: Record<string, Json>;
  wallClock?: LocalTime;
}

export const newFindings = (): Findings => ({ events: [], parked: [], profile: {} });

export function park(
  found: Findings,
  reason: AifaceErrorCode,
  detail: string,
  table: string,
  raw: Uint8Array,
  isSensitive = true,
): void {
  found.parked.push({ reason, detail, table, raw, isSensitive });
}

/** A piece of a message in a form that can be decoded again by itself. */
export const asMessage = (cmd: string, content: object): Uint8Array => Buffer.from(JSON.stringify({ cmd, ...content }));

const isSame = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a profile learns, without what it knows already: most greetings teach nothing. */
function newsOf(profile: Readonly<Record<string, Json>>, known: JsonObject): JsonObject {
  const entries = Object.entries(profile);
  return Object.fromEntries(entries.filter(([key, value]) => !isSame(value, known[key] ?? null)));
}

export function decodedOf(found: Findings, reply: JsonObject, ctx: Pick<DecodeContext, 'terminal'>): Decoded {
  const profile = newsOf(found.profile, ctx.terminal.profile);
  return {
    events: found.events,
    parked: found.parked,
    facts: {
      ...(Object.keys(profile).length > 0 ? { profile } : {}),
      ...(found.wallClock === undefined ? {} : { wallClock: found.wallClock }),
    },
    reply,
  };
}
