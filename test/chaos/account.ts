import { asSerialNumber } from '@biolistener/core';
import type { AckedPunch } from '@biolistener/simulator';
import type { Store } from '@biolistener/store';
import { z } from 'zod';
import type { Stage } from './stage.ts';
import type { Unit } from './unit.ts';

export interface Account {
  readonly acked: number;
  /** Acknowledged to a terminal, and neither in the sandbox nor parked with a reason. Must be 0. */
  readonly lost: number;
  /** Check-ins beyond one for the same punch. Must be 0. */
  readonly doubled: number;
  /** Check-ins that no acknowledged punch explains: committed by us, the terminal not told. They are no loss and no double. */
  readonly unasked: number;
  readonly parked: number;
  readonly examples: readonly string[];
}

/** Terminals hang in Dubai, the site keeps time in Kolkata: 90 minutes, reckoned here by hand and not by the product. */
const TERMINAL_TO_SITE_MINUTES = 90;

function siteTime(wallTime: string): string {
  const shifted = new Date(Date.parse(`${wallTime.replace(' ', 'T')}Z`) + TERMINAL_TO_SITE_MINUTES * 60_000);
  return shifted.toISOString().slice(0, 19).replace('T', ' ');
}

const listing = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

async function list(stage: Stage, doctype: string, fields: readonly string[]): Promise<Record<string, unknown>[]> {
  const query = new URLSearchParams({ fields: JSON.stringify(fields), limit_page_length: '0', order_by: 'name asc' });
  const answer = await fetch(`${stage.sandboxUrl}/api/resource/${doctype}?${query.toString()}`, {
    headers: { Authorization: 'token sandbox:sandbox' },
  });
  return listing.parse(await answer.json()).data;
}

/** Compares what terminals were told with what the sandbox has, check-in by check-in. */
export async function settleAccount(stage: Stage, acked: readonly AckedPunch[]): Promise<Account> {
  const employees = new Map(
    (await list(stage, 'Employee', ['name', 'attendance_device_id'])).map((row) => [
      String(row['attendance_device_id']),
      String(row['name']),
    ]),
  );
  const found = new Map<string, number>();
  for (const row of await list(stage, 'Employee Checkin', ['employee', 'time'])) {
    const key = `${String(row['employee'])}|${String(row['time']).slice(0, 19)}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  const parked = await parkedPunches(stage.store, acked);
  const explained = new Set<string>();
  const lost: string[] = [];
  let parkedCount = 0;
  for (const punch of acked) {
    const key = `${employees.get(punch.pin) ?? '?'}|${siteTime(punch.wallTime)}`;
    explained.add(key);
    if (found.has(key)) continue;
    if (parked.has(identity(punch))) parkedCount += 1;
    else lost.push(`lost ${punch.serialNumber} pin ${punch.pin} at ${punch.wallTime}`);
  }
  const doubles = [...found].filter(([, count]) => count > 1);
  return {
    acked: acked.length,
    lost: lost.length,
    doubled: doubles.reduce((sum, [, count]) => sum + count - 1, 0),
    unasked: [...found.keys()].filter((key) => !explained.has(key)).length,
    parked: parkedCount,
    examples: [...lost, ...doubles.map(([key, count]) => `${count} times ${key}`)].slice(0, 10),
  };
}

const identity = (punch: { serialNumber: string; pin: string; wallTime: string }): string =>
  `${punch.serialNumber}|${punch.pin}|${punch.wallTime}`;

/** What is parked with a reason, by what the terminal knows of it. */
async function parkedPunches(store: Store, acked: readonly AckedPunch[]): Promise<Set<string>> {
  const parked = new Set<string>();
  const target = (await store.listTargets()).find((each) => each.isActive);
  for (const serialNumber of new Set(acked.map((punch) => punch.serialNumber))) {
    const filter = { serialNumber: asSerialNumber(serialNumber), states: ['parked'], limit: 1_000_000 };
    for (const punch of await store.listPunches(target === undefined ? filter : { ...filter, targetId: target.id })) {
      const delivery = (await store.tracePunch(punch.id)).find((each) => each.targetId === target?.id);
      if (delivery?.reason !== undefined) parked.add(identity(punch));
    }
  }
  return parked;
}

/** Punches that are still on their way: neither with the site nor parked. */
export async function undelivered(store: Store): Promise<number> {
  const target = (await store.listTargets()).find((each) => each.isActive);
  const counts = target === undefined ? undefined : await store.deliveryCounts(target.id);
  return counts === undefined ? 1 : counts.waiting + counts.queued + counts.notFannedOut;
}

/** Punches in the logs of terminals that do not push, and nobody read yet. */
export async function unread(store: Store, units: readonly Unit[]): Promise<number> {
  let missing = 0;
  for (const unit of units) {
    const made = unit.punches?.().length ?? 0;
    const taken = (await store.findTerminal(asSerialNumber(unit.serialNumber)))?.punches ?? 0;
    if (made > taken) missing += made - taken;
  }
  return missing;
}
