import { toInstant, type Instant, type LocalDate, type LocalTime, type Moment } from '@biolistener/core';
import type { MirroredEmployee, MirrorLook } from '../contract/index.ts';

/** A PIN that an employee has, as far as the last look knew. */
export interface OpenPeriod {
  readonly id: number;
  readonly idValue: string;
  readonly leftOn: LocalDate | undefined;
}

export type OwnerStep =
  | {
      readonly kind: 'open';
      readonly idValue: string;
      readonly from: Moment | undefined;
      readonly leftOn: LocalDate | undefined;
      /** Known to be over already, and nothing else. */
      readonly until?: Moment;
    }
  | { readonly kind: 'close'; readonly id: number; readonly until: Moment; readonly leftOn: LocalDate | undefined }
  | { readonly kind: 'leave'; readonly id: number; readonly leftOn: LocalDate | undefined };

/** Clocks of two machines; the site's is compared to the quarter hour only. */
const CLOCKS_MS = 60_000;
/** A transaction that took long shows up with a `modified` from before the last look (erpnext-contract.md §4). */
const LATE_COMMIT_MS = 10 * 60_000;
const HOUR = 3_600_000;

/** `modified` as an instant; in the hour that happens twice, the later one: it is used as the end of a stretch. */
function modifiedAt(modified: string, { zone }: MirrorLook): Instant | undefined {
  if (zone === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(modified)) return undefined;
  const { instant, certainty } = toInstant(modified.slice(0, 19) as LocalTime, zone); // the site's own, so it exists
  const ms = Number(modified.slice(19, 23)) * 1000 || 0;
  return (certainty === 'exact' ? instant : instant + HOUR) + ms;
}

/**
 * When a change took place that this look is the first to show. It came with a save, so not later than `modified`, and
 * after the last look. A `modified` from long before that look was not moved by the change: then it proves nothing, and only
 * a look at everything would have seen it.
 */
export function momentOf(look: MirrorLook, modified: string): Moment {
  const saved = modifiedAt(modified, look);
  const since = look.since ?? 0;
  if (saved === undefined || saved < since - LATE_COMMIT_MS) return unseenUntil(look);
  return {
    notBefore: Math.min(since, saved),
    notAfter: saved < since ? look.at : Math.min(look.at, saved + CLOCKS_MS),
  };
}

/** Something that `modified` does not tell: deleted, or changed behind its back. */
export const unseenUntil = ({ at, sinceAll = 0 }: MirrorLook): Moment => ({
  notBefore: Math.min(sinceAll, at),
  notAfter: at,
});

/**
 * What a look at one employee adds to the history. `open`: what the employee has by now; `isKnown`: whether this employee
 * ever had this id value; `isFirst`: nobody is known to have had it before.
 */
export function stepsFor(
  next: MirroredEmployee,
  open: readonly OpenPeriod[],
  { isKnown, isFirst }: { readonly isKnown: boolean; readonly isFirst: boolean },
  look: MirrorLook,
): OwnerStep[] {
  const moment = momentOf(look, next.modified);
  const leftOn = next.status === 'Left' ? next.leftOn : undefined;
  const close = (period: OpenPeriod): OwnerStep => ({
    kind: 'close',
    id: period.id,
    until: moment,
    leftOn: leftOn ?? period.leftOn,
  });
  const lost = open.filter(({ idValue }) => idValue !== next.idValue).map(close);
  if (next.idValue === undefined) return lost;
  const current = open.find(({ idValue }) => idValue === next.idValue);
  const from = look.since === undefined && isFirst ? undefined : moment;
  const begin: OwnerStep = { kind: 'open', idValue: next.idValue, from, leftOn };
  // without its day, leaving is dated like any other change, and an earlier word on the day stands
  if (next.status === 'Left' && leftOn === undefined) {
    if (current) return current.leftOn === undefined ? [...lost, close(current)] : lost;
    return isKnown ? lost : [...lost, { ...begin, until: { ...moment, notBefore: from?.notBefore ?? 0 } }];
  }
  if (!current) return [...lost, begin];
  if (current.leftOn === leftOn) return lost;
  const isOver = leftOn === undefined && hasPassed(current.leftOn, moment.notAfter, look);
  return [...lost, ...(isOver ? [close(current), begin] : [{ kind: 'leave' as const, id: current.id, leftOn }])];
}

/** Whoever comes back after the last day was away in between; before it, leaving was taken back. */
function hasPassed(day: LocalDate | undefined, now: Instant, { zone = 'UTC' }: MirrorLook): boolean {
  if (day === undefined) return false;
  return toInstant(`${day} 23:59:59` as LocalTime, zone).instant < now;
}
