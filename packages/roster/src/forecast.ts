import type { RosterState, RosterSummary } from '@biolistener/store';

/** How fast a terminal is fed: so many bytes with each poll, and how often it polls. */
export interface Pace {
  readonly bytesPerPoll: number;
  readonly pollSeconds: number;
}

/** Terminals poll at least this often; 64 KiB are what one reply of the oldest of them may hold. */
export const DEFAULT_PACE: Pace = { bytesPerPoll: 64 * 1024, pollSeconds: 30 };

export interface Progress {
  /** Records that are as they should be, as far as the terminal can tell. */
  readonly settled: number;
  readonly underWay: number;
  /** A person has to look: refused, silent, impossible. */
  readonly stuck: number;
  readonly total: number;
}

const SETTLED: readonly RosterState[] = ['confirmed', 'accepted'];
const UNDER_WAY: readonly RosterState[] = ['wanted', 'queued', 'removing'];
const STUCK: readonly RosterState[] = ['failed', 'impossible'];

export function progressOf(summary: Pick<RosterSummary, 'byState'>): Progress {
  const sum = (states: readonly RosterState[]): number =>
    states.reduce((total, state) => total + summary.byState[state], 0);
  const [settled, underWay, stuck] = [sum(SETTLED), sum(UNDER_WAY), sum(STUCK)];
  return { settled, underWay, stuck, total: settled + underWay + stuck };
}

/** Seconds until everything that waits for a terminal is sent, when it keeps polling; undefined: nothing waits. */
export function forecastSeconds(
  summary: Pick<RosterSummary, 'openBytes'>,
  pace: Pace = DEFAULT_PACE,
): number | undefined {
  if (summary.openBytes <= 0) return undefined;
  return Math.ceil(summary.openBytes / Math.max(1, pace.bytesPerPoll)) * pace.pollSeconds;
}
