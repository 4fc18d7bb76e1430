import { localTimeOf, toLocal, type Instant, type LocalTime, type ZoneName } from '@biolistener/core';

/** What a Shift Type says that matters for its stamp (contract §3.7, §3.8). */
export interface ShiftType {
  readonly name: string;
  /** `H:MM:SS` as read (contract §2.1). */
  readonly endTime: string;
  readonly allowCheckOutAfterMinutes: number;
  readonly lastSync: LocalTime | undefined;
  /** HRMS moves the stamp by itself: leave it alone. */
  readonly autoUpdates: boolean;
}

export interface FeedState {
  readonly terminal: string;
  /** Everything before this instant is delivered; undefined when the terminal was never heard of. */
  readonly upTo: Instant | undefined;
  /** Parked punches that are no longer waited for. */
  readonly passedOver?: number;
  /** It was away, or is new: it may send more of the time before. */
  readonly isSettling?: boolean;
}

export type StampDecision =
  | { readonly kind: 'move'; readonly stamp: LocalTime; readonly heldBackBy: string }
  | { readonly kind: 'stay'; readonly why: string; readonly heldBackBy: string | undefined };

/** Why it stays where it is on account of the terminal that is furthest behind. */
const AWAY = 'a terminal was away or is new, and is given time to send what it holds';

const DAY_MS = 86_400_000;
const asUtc = (local: LocalTime): number => Date.parse(`${local.replace(' ', 'T')}Z`);

/** The latest actual end of this shift strictly before a wall time. Ends run each day; the naive clock is the site's. */
export function lastActualEndBefore(shift: ShiftType, before: LocalTime): LocalTime | undefined {
  const [hour, minute, second] = shift.endTime.split(':').map(Number);
  if (hour === undefined || minute === undefined || Number.isNaN(hour + minute)) return undefined;
  const seconds = hour * 3600 + minute * 60 + Math.floor(second ?? 0) + shift.allowCheckOutAfterMinutes * 60;
  const midnight = Math.floor(asUtc(before) / DAY_MS) * DAY_MS;
  for (let day = midnight + DAY_MS; day >= midnight - 3 * DAY_MS; day -= DAY_MS) {
    const end = new Date(day + seconds * 1000);
    if (end.getTime() < asUtc(before)) return naive(end);
  }
  return undefined;
}

const naive = (at: Date): LocalTime | undefined =>
  localTimeOf(
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  );

/**
 * Where `last_sync_of_checkin` goes: to the earliest "delivered up to" of the terminals that feed the shift, only
 * forward, and only when it crosses an actual end of the shift, because each write adds a Version row (contract §3.8).
 */
export function decideStamp(
  shift: ShiftType,
  feeds: readonly FeedState[],
  at: { readonly now: Instant; readonly marginMinutes: number; readonly zone: ZoneName },
): StampDecision {
  if (shift.autoUpdates)
    return { kind: 'stay', why: 'HRMS moves it by itself (Auto Update Last Sync)', heldBackBy: undefined };
  const slowest = feeds.reduce<FeedState | undefined>(
    (least, feed) => (least === undefined || (feed.upTo ?? 0) < (least.upTo ?? 0) ? feed : least),
    undefined,
  );
  if (!slowest) return { kind: 'stay', why: 'no terminal feeds it', heldBackBy: undefined };
  if (slowest.upTo === undefined)
    return {
      kind: 'stay',
      why: slowest.isSettling === true ? AWAY : 'a terminal was never heard of',
      heldBackBy: slowest.terminal,
    };
  const stamp = toLocal(Math.min(slowest.upTo, at.now) - at.marginMinutes * 60_000, at.zone);
  const end = lastActualEndBefore(shift, stamp);
  if (end === undefined) return { kind: 'stay', why: `its end time reads "${shift.endTime}"`, heldBackBy: undefined };
  if (shift.lastSync !== undefined && shift.lastSync > end)
    return {
      kind: 'stay',
      why: slowest.isSettling === true ? AWAY : 'no shift has ended since',
      heldBackBy: slowest.terminal,
    };
  return { kind: 'move', stamp, heldBackBy: slowest.terminal };
}
