import { localTimeOf, toInstant, toLocal, type Instant, type ZoneName } from '@biolistener/core';
import { CommandFailure, EXIT } from '../exit-codes.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAY = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

export interface TimeContext {
  readonly now: Instant;
  /** What a time without a zone is read in. */
  readonly zone: ZoneName;
  /** `end`: a day without a time, or a minute without seconds, means its last moment. */
  readonly side: 'start' | 'end';
}

/**
 * Reads `2026-03-09`, `2026-03-09 08:30`, `2026-03-09T08:30:00+05:30`, `today`, `yesterday`, `30m`, `2h`, `7d` (ago).
 * Errors: usage (2) with the forms that can be read.
 */
export function parseTime(option: string, text: string, context: TimeContext): Instant {
  const instant = relative(text, context.now) ?? day(text, context) ?? withZone(text);
  if (instant !== undefined) return instant;
  throw new CommandFailure(
    `${option} cannot be read as a time: ${JSON.stringify(text.slice(0, 40))}`,
    EXIT.usage,
    'Write 2026-03-09, "2026-03-09 08:30", 2026-03-09T08:30:00+05:30, today, yesterday, or how long ago: 30m, 2h, 7d.',
  );
}

function relative(text: string, now: Instant): Instant | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : now - Number(count) * (UNIT_MS[unit] ?? 0);
}

function day(text: string, { now, zone, side }: TimeContext): Instant | undefined {
  const daysAgo = { today: 0, yesterday: 1 }[text];
  const date = daysAgo === undefined ? text : dayBefore(toLocal(now, zone).slice(0, 10), daysAgo);
  const found = DAY.exec(date);
  if (!found) return undefined;
  const [year = 0, month = 0, dayOfMonth = 0, hour, minute, second] = found
    .slice(1)
    .map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  const isEnd = side === 'end';
  const local = localTimeOf(
    year,
    month,
    dayOfMonth,
    hour ?? (isEnd ? 23 : 0),
    minute ?? (isEnd ? 59 : 0),
    second ?? (isEnd ? 59 : 0),
  );
  if (local === undefined) return undefined;
  return toInstant(local, zone).instant + (isEnd && second === undefined ? 999 : 0);
}

function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

function withZone(text: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}
