/** What people may choose about rosters and commands; the run-time settings of packages/config in our words. */
export interface RosterSettings {
  /** known-only: a template of somebody whom nobody assigned travels nowhere. everywhere: to every approved terminal. */
  readonly enrolmentPolicy: 'known-only' | 'everywhere';
  /** How often one record is tried, each time with a command of its own. */
  readonly attempts: number;
  /** First wait before a refused record is tried again; doubles up to a day. */
  readonly retryAfterMs: number;
  /** How often one command is given to a terminal that does not answer. */
  readonly commandAttempts: number;
  /** How long a roster command waits for its terminal. */
  readonly rosterDeadlineMs: number;
  /** The same for what a person asked. */
  readonly commandDeadlineMs: number;
  /** What people asked and is open for so long is closed. */
  readonly forceCloseAfterMs: number;
  /** How often what was confirmed is asked for again; 0: never. */
  readonly rereadEveryMs: number;
  readonly isRawAllowed: boolean;
}

const HOUR = 3_600_000;

export const DEFAULT_ROSTER_SETTINGS: RosterSettings = {
  enrolmentPolicy: 'known-only',
  attempts: 5,
  retryAfterMs: 10 * 60_000,
  commandAttempts: 5,
  rosterDeadlineMs: 90 * 24 * HOUR,
  commandDeadlineMs: 72 * HOUR,
  forceCloseAfterMs: 7 * 24 * HOUR,
  rereadEveryMs: 168 * HOUR,
  isRawAllowed: false,
};

/** Wait before try number `tries + 1`: doubles, a day at most. */
export const retryWaitMs = (settings: RosterSettings, tries: number): number =>
  Math.min(settings.retryAfterMs * 2 ** Math.min(Math.max(tries, 1) - 1, 20), 24 * HOUR);
