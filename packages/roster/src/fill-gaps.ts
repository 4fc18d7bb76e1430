import type { Instant } from '@biolistener/core';
import type { Person, PersonChange, RosterCell } from '@biolistener/store';
import { ACTOR, type RosterDeps } from './deps.ts';

/**
 * A name that nobody gave comes from the terminal that told it last; so does the card of somebody whom only terminals know.
 * What a person decided, also that there is no card, is never filled in.
 */
export async function fillGaps(
  { store, now }: RosterDeps,
  person: Person,
  cells: readonly RosterCell[],
  since: Instant,
): Promise<Person> {
  if (person.state !== 'active' || (person.name !== undefined && person.card !== undefined)) return person;
  const told = cells
    .flatMap(({ seen, terminal }) => (seen && seen.seenAt > since && terminal.isSyncOff !== true ? [seen] : []))
    .sort((a, b) => b.seenAt - a.seenAt);
  const name = person.name === undefined ? told.find((seen) => seen.name)?.name : undefined;
  const mayTakeCard = person.card === undefined && person.origin === 'terminal';
  const card = mayTakeCard ? told.find((seen) => seen.card)?.card : undefined;
  if (name === undefined && card === undefined) return person;
  const change: PersonChange = {
    pin: person.pin,
    origin: person.origin,
    ...(name === undefined ? {} : { name }),
    ...(card === undefined ? {} : { card }),
  };
  return store.putPerson(change, ACTOR, now());
}
