import type { SerialNumber } from '@biolistener/core';
import { terminalSubject } from '@biolistener/roster';
import type { SweepDeps } from './sweep.ts';

/** Last contact of each terminal at the round before. */
export type ContactMemory = Map<SerialNumber, number>;

/** Shorter silences are reboots and bad networks: commands outlive them by themselves. */
const SILENCE_MS = 3_600_000;

/** A terminal that is heard after a silence may now do what was given up for it. */
export async function markReturned({ store, clock, log }: SweepDeps, memory: ContactMemory): Promise<void> {
  const returned: SerialNumber[] = [];
  for (const { serialNumber, lastContactAt, status } of await store.allTerminals()) {
    const before = memory.get(serialNumber);
    memory.set(serialNumber, lastContactAt);
    const wasSilent = before !== undefined && before > 0 && lastContactAt - before >= SILENCE_MS;
    if (status === 'approved' && wasSilent) returned.push(serialNumber);
  }
  for (const serialNumber of returned) {
    const [summary] = await store.rosterSummary({ serialNumber });
    if (!summary || summary.byState.failed === 0) continue;
    await store.mark([terminalSubject(serialNumber)]);
    log.info(
      { serialNumber, at: clock.now(), failed: summary.byState.failed },
      'a terminal is back, its roster is tried again',
    );
  }
}
