import { HOUR, type WallMicros } from './site-time.ts';

export interface LoggedPunch {
  readonly time: WallMicros;
  /** `IN`, `OUT` or blank. */
  readonly logType: string;
}

export interface WorkingHours {
  readonly hours: number;
  readonly inTime: WallMicros | undefined;
  readonly outTime: WallMicros | undefined;
}

export interface HoursRule {
  /** Strictly by log type; else entries alternate and the log type is ignored. */
  readonly isStrict: boolean;
  /** Every valid pair counts; else first check-in to last check-out. */
  readonly isEveryPair: boolean;
}

/** Each interval is rounded to two decimals before the sum (erpnext-contract.md §3.9). */
const hoursBetween = (from: WallMicros, to: WallMicros): number => Math.round(((to - from) / HOUR) * 100) / 100;
const rounded = (hours: number): number => Math.round(hours * 100) / 100;

function alternating(punches: readonly LoggedPunch[], isEveryPair: boolean): WorkingHours {
  const inTime = punches[0]?.time;
  const outTime = punches.length > 1 ? punches.at(-1)?.time : undefined;
  if (inTime === undefined || outTime === undefined) return { hours: 0, inTime, outTime };
  if (!isEveryPair) return { hours: hoursBetween(inTime, outTime), inTime, outTime };
  let hours = 0;
  for (let i = 0; i + 1 < punches.length; i += 2) {
    const [from, to] = [punches[i], punches[i + 1]];
    if (from && to) hours += hoursBetween(from.time, to.time);
  }
  return { hours: rounded(hours), inTime, outTime };
}

function strictFirstToLast(punches: readonly LoggedPunch[]): WorkingHours {
  const inTime = punches.find((punch) => punch.logType === 'IN')?.time;
  const outTime = punches.findLast((punch) => punch.logType === 'OUT')?.time;
  const isWhole = inTime !== undefined && outTime !== undefined;
  // the last OUT may come before the first IN: hours are negative then, and the site stores them so
  return { hours: isWhole ? hoursBetween(inTime, outTime) : 0, inTime, outTime };
}

/** The first IN and the first OUT after it make a pair; what comes between or after without a partner is left out. */
function strictPairs(punches: readonly LoggedPunch[]): WorkingHours {
  let hours = 0;
  let inTime: WallMicros | undefined;
  let outTime: WallMicros | undefined;
  let opened: WallMicros | undefined;
  for (const punch of punches) {
    if (opened === undefined) {
      if (punch.logType === 'IN') opened = punch.time;
    } else if (punch.logType === 'OUT') {
      hours += hoursBetween(opened, punch.time);
      inTime ??= opened;
      outTime = punch.time;
      opened = undefined;
    }
  }
  return { hours: rounded(hours), inTime, outTime };
}

/** Hours, first and last time of one shift's punches, sorted by time. Source: erpnext-contract.md §3.9. */
export function workingHoursOf(punches: readonly LoggedPunch[], rule: HoursRule): WorkingHours {
  if (!rule.isStrict) return alternating(punches, rule.isEveryPair);
  return rule.isEveryPair ? strictPairs(punches) : strictFirstToLast(punches);
}
