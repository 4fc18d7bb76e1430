import { changedBetween, personSubject } from '@biolistener/roster';
import type { SweepDeps } from './sweep.ts';

const CURSOR = 'roster.validity';
const PAGE = 1000;

/**
 * Marks persons whose validity began or ended since the last time, by the day in the zone of any terminal. The time is kept in
 * the store, so a service that was off over midnight does not miss a day.
 */
export async function markValidityChanges({ store, clock, log }: SweepDeps): Promise<void> {
  const now = clock.now();
  const before = Number((await store.getCursor(CURSOR)) ?? 0);
  const zones = [...new Set((await store.allTerminals()).map(({ zone }) => zone))];
  let after: string | undefined;
  let marked = 0;
  for (;;) {
    const filter = { state: 'active', limit: PAGE } as const;
    const persons = await store.listPersons(after === undefined ? filter : { ...filter, afterId: after });
    const due = persons.filter((person) => changedBetween(person, zones, before, now));
    if (due.length > 0) await store.mark(due.map(({ id }) => personSubject(id)));
    marked += due.length;
    after = persons.at(-1)?.id;
    if (persons.length < PAGE) break;
  }
  await store.setCursor(CURSOR, String(now));
  if (marked > 0) log.info({ persons: marked }, 'the validity of persons began or ended');
}
