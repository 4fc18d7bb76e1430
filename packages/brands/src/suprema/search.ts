import { offsetMinutes, type Instant, type JsonObject, type ZoneName } from '@biolistener/core';

/** Which clock a window is of: when the server stored an event (in its own zone), or when it happened (UTC). §6.2 */
export type SearchColumn = 'server_datetime' | 'datetime';

/** A range of whole seconds, both inclusive, as the digits read when taken for UTC. */
export interface SearchWindow {
  readonly column: SearchColumn;
  readonly from: number;
  readonly to: number;
  readonly deviceId?: string;
}

export const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The digits of a server time as a number. What zone they are of does not matter while they are only compared. */
export const digitsToMs = (stamp: string): number => Date.parse(`${stamp.slice(0, 19).replace(' ', 'T')}Z`);
export const msToDigits = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

export const PAGE = 200;

/** The members that a server wants are always there: one that lacked `limit` logged the session out (§1.2). */
export function searchBody(window: SearchWindow, offset: number, limit = PAGE): JsonObject {
  const { column, from, to, deviceId } = window;
  // one millisecond before the first second: whether `between` takes its ends in is not documented
  const values = [new Date(from - 1).toISOString(), new Date(to + 999).toISOString()];
  const device = deviceId === undefined ? [] : [{ column: 'device_id.id', operator: 0, values: [deviceId] }];
  return {
    Query: {
      limit,
      offset,
      conditions: [{ column, operator: 3, values }, ...device],
      orders: [{ column: 'datetime', descending: false }],
    },
  };
}

/** Two halves of a window; undefined when it is one second, which cannot be cut. */
export function halves(window: SearchWindow): readonly [SearchWindow, SearchWindow] | undefined {
  const seconds = Math.round((window.to - window.from) / SECOND);
  if (seconds <= 0) return undefined;
  const middle = window.from + Math.floor(seconds / 2) * SECOND;
  return [
    { ...window, to: middle },
    { ...window, from: middle + SECOND },
  ];
}

export const OVERLAP_MS = 15 * MINUTE;
const OVERLAP_AT_CHANGE_MS = 75 * MINUTE;
/** East of Greenwich no clock is further ahead: later server times cannot be the present. */
export const FURTHEST_AHEAD_MS = 15 * 60 * MINUTE;

/** How far behind the cursor a round begins: further while the zone's clock was changed in the last hours (§6.3). */
export function overlapAt(now: Instant, zone: ZoneName): number {
  const hasChanged = offsetMinutes(zone, now) !== offsetMinutes(zone, now - 3 * 60 * MINUTE);
  return hasChanged ? OVERLAP_AT_CHANGE_MS : OVERLAP_MS;
}

export interface RoundStart {
  readonly window: SearchWindow;
  /** The cursor stands in the future of the server's clock: that was set back, or the zone is wrong. */
  readonly isClockBack: boolean;
}

const CLOCK_TOLERANCE_MS = 5 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/**
 * The window of one round: from a little before the greatest server time that was seen, to a fixed end that no clock can be
 * beyond. What is written meanwhile below that end is found by the overlap of the next round.
 */
export function roundWindow(
  highServer: string | undefined,
  now: Instant,
  zone: ZoneName,
  firstDays: number,
): RoundStart {
  const localNow = now + offsetMinutes(zone, now) * MINUTE;
  const to = wholeSecond(now + FURTHEST_AHEAD_MS);
  if (highServer === undefined) return { window: windowOf(localNow - firstDays * DAY, to), isClockBack: false };
  const high = digitsToMs(highServer);
  const isClockBack = high > localNow + CLOCK_TOLERANCE_MS;
  const from = isClockBack ? Math.min(high, localNow) - DAY : high - overlapAt(now, zone);
  return { window: windowOf(from, to), isClockBack };
}

const wholeSecond = (ms: number): number => Math.floor(ms / SECOND) * SECOND;
const windowOf = (from: number, to: number): SearchWindow => ({
  column: 'server_datetime',
  from: wholeSecond(from),
  to,
});
