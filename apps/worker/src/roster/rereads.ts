import { digestOf, type SerialNumber } from '@biolistener/core';
import { terminalSubject } from '@biolistener/roster';
import type { SweepDeps } from './sweep.ts';

const CURSOR = 'roster.reread';

/** A place of its own in the interval for each terminal, so that not all are read at once. */
const phaseOf = (serialNumber: SerialNumber, everyMs: number): number =>
  Number.parseInt(digestOf(serialNumber).slice(0, 8), 16) % everyMs;

/** Whether the terminal's turn came between two times. */
export const isTurn = (serialNumber: SerialNumber, everyMs: number, before: number, now: number): boolean => {
  const phase = phaseOf(serialNumber, everyMs);
  return Math.floor((now - phase) / everyMs) > Math.floor((before - phase) / everyMs);
};

/** Marks terminals whose turn it is to be read again; the planner asks for what was not read for as long. */
export async function markRereads({ store, settings, clock }: SweepDeps): Promise<void> {
  const everyMs = settings().rereadEveryMs;
  const now = clock.now();
  const before = Number((await store.getCursor(CURSOR)) ?? now);
  if (everyMs > 0 && before < now) {
    const approved = (await store.allTerminals()).filter(({ status }) => status === 'approved');
    const due = approved.filter(({ serialNumber }) => isTurn(serialNumber, everyMs, before, now));
    if (due.length > 0) await store.mark(due.map(({ serialNumber }) => terminalSubject(serialNumber)));
  }
  await store.setCursor(CURSOR, String(now));
}
