import { toLocal, type Terminal } from '@biolistener/core';
import { readAttendance, type AttendanceOutcome, type Connection } from '@biolistener/pull';
import type { PullSettings } from './address.ts';
import { takePortion, type IntakeContext, type Range } from './intake.ts';
import type { PullMemory } from './memory.ts';

export interface LogsRead extends AttendanceOutcome {
  readonly newPunches: number;
  readonly parked: number;
}

const TWO_DAYS = 48 * 3_600_000;

/** Where to go on: only in the same firmware, and only for so long after all was read (§5.5). */
export function markFor(memory: PullMemory, firmware: string | undefined, settings: PullSettings, now: number) {
  const isFresh = memory.wholeAt !== undefined && now - memory.wholeAt < settings.wholeEveryMs;
  return isFresh && memory.firmware === firmware ? memory.mark : undefined;
}

/** Whether the counters say that nothing came: never of a log that is full, empty or not countable (§5.5 step 2). */
export function isUnchanged(
  memory: PullMemory,
  sizes: { readonly records?: number; readonly recordsFree?: number },
  mark: unknown,
): boolean {
  const isCounted = mark !== undefined && memory.proof === 'counted' && sizes.records === memory.records;
  return isCounted && sizes.records !== undefined && sizes.records > 0 && sizes.recordsFree !== 0;
}

/** Reads the log to its end and commits it in portions. */
export async function readLogs(
  connect: () => Promise<Connection>,
  settings: PullSettings,
  from: { readonly mark: PullMemory['mark']; readonly known: PullMemory['mark'] },
  range: Range,
  ctx: IntakeContext,
): Promise<LogsRead> {
  const tally = { newPunches: 0, parked: 0 };
  const outcome = await readAttendance({
    connect,
    read: settings.read,
    latest: toLocal(ctx.deps.clock.now() + TWO_DAYS, zoneOf(ctx.terminal)),
    since: from.mark,
    known: from.known?.layout,
    onPortion: async (portion) => {
      const receipt = await takePortion(portion, range, ctx);
      tally.newPunches += receipt.newPunches;
      tally.parked += receipt.newParked;
    },
  });
  return { ...outcome, ...tally };
}

export const zoneOf = ({ zone }: Terminal): string => zone ?? 'UTC';
