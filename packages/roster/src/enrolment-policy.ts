import type { Pin, SerialNumber } from '@biolistener/core';
import type { Person } from '@biolistener/store';
import { ACTOR, type RosterDeps } from './deps.ts';

/**
 * Somebody enrolled at a terminal under a PIN that no active person has. `known-only`: nothing travels until a person says
 * who it is. `everywhere`: they are known at every approved terminal from now on, unless all that was told is of somebody
 * who left.
 */
export async function welcome(
  { store, settings, now }: RosterDeps,
  pin: Pin,
  samePin: readonly Person[],
  silenced: ReadonlySet<SerialNumber>,
): Promise<Person | undefined> {
  if (settings().enrolmentPolicy !== 'everywhere' || samePin.some((person) => person.state === 'active'))
    return undefined;
  const since = samePin.reduce((latest, person) => Math.max(latest, person.changedAt), 0);
  const [templates, photos] = await Promise.all([store.templatesOf(pin), store.photosOf(pin)]);
  const isNews = [...templates, ...photos].some((head) => head.receivedAt > since && !silenced.has(head.serialNumber));
  if (!isNews) return undefined;
  return store.putPerson({ pin, isEverywhere: true, origin: 'terminal' }, ACTOR, now());
}
