import { MOST_PENDING } from '@biolistener/store';
import type { Entry } from './registry.ts';

/** Those that wait for approval: anybody can make as many of them as they like. */
export const waitingIn = (entries: Iterable<Entry>): Entry[] =>
  [...entries].filter(({ terminal }) => terminal.status === 'pending');

/**
 * Those beyond what the store keeps, longest silent first. What one taught and nobody wrote yet is read by its next
 * request, so it stays.
 */
export function surplusOf(waiting: readonly Entry[]): Entry[] {
  if (waiting.length <= MOST_PENDING) return [];
  const silentFirst = waiting
    .filter(({ learnt }) => learnt === undefined)
    .toSorted((a, b) => a.lastContactAt - b.lastContactAt);
  return silentFirst.slice(0, waiting.length - MOST_PENDING);
}
