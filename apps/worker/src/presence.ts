import type { Instant } from '@biolistener/core';

/** What is remembered of a terminal from one look to the next. */
export interface Presence {
  /** Its last contact, as of the last look. */
  readonly seen: Instant;
  /** Since when it has been calling without a gap. */
  readonly since: Instant;
  /** Until it has settled: up to when everything was here before; 0: nothing is known of before. */
  readonly held: Instant | undefined;
}

/**
 * Whoever calls again after a silence may hold everything of that time still: what was proven before the silence stays all
 * that is. Looked at for the first time, nothing is.
 */
export function noteContact(before: Presence | undefined, contact: Instant, gapMs: number): Presence {
  if (!before) return { seen: contact, since: contact, held: 0 };
  if (contact - before.seen > gapMs) return { seen: contact, since: contact, held: before.held ?? before.seen };
  return { ...before, seen: Math.max(before.seen, contact) };
}

/** It stayed for so long, also after the last punch of the silence came: then it holds no more of that. */
export function settle(presence: Presence, lastArrival: Instant | undefined, settleMs: number): Presence {
  const quietSince = Math.max(presence.since, lastArrival ?? 0);
  return presence.seen - quietSince >= settleMs ? { ...presence, held: undefined } : presence;
}

const isTime = (value: unknown): value is Instant => typeof value === 'number';

/** As it is kept in the store: `[seen, since]`, and `held` while it has not settled. */
export const writePresence = ({ seen, since, held }: Presence): Instant[] =>
  held === undefined ? [seen, since] : [seen, since, held];

export function readPresence(stored: unknown): Presence | undefined {
  if (!Array.isArray(stored)) return undefined;
  const [seen, since, held] = stored as unknown[];
  return isTime(seen) && isTime(since) ? { seen, since, held: isTime(held) ? held : undefined } : undefined;
}
