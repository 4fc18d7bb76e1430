import { asPin } from '@biolistener/core';
import { eraseCertificate, type EraseCertificate } from '@biolistener/security';
import type { RosterCell } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import type { Who, WorkDeps } from './deps.ts';

/** What would be erased of a PIN, and where copies may be. */
export interface EraseView {
  readonly templates: number;
  readonly photos: number;
  readonly hasPassword: boolean;
  /** The terminals would be asked for it again, or send it again. */
  readonly isWantedAt: readonly string[];
  readonly stillAt: readonly string[];
}

const MOST_OF_ONE_PIN = 50;

/** Errors: API_PERSON_UNKNOWN where nothing is known of the PIN at all. */
export async function viewErasure({ store }: WorkDeps, text: string): Promise<EraseView> {
  const pin = asPin(text);
  const [persons, templates, photos] = await Promise.all([
    store.listPersons({ pin, limit: MOST_OF_ONE_PIN }),
    store.templatesOf(pin),
    store.photosOf(pin),
  ]);
  if (persons.length + templates.length + photos.length === 0)
    throw apiError('API_PERSON_UNKNOWN', `nothing is known of the PIN ${text.slice(0, 64)}`);
  const cells = (await Promise.all(persons.map(({ id }) => store.cellsOfPerson(id)))).flat();
  const senders = [...templates, ...photos].map(({ serialNumber }) => serialNumber);
  const holders = cells.filter(mayHold).map(({ terminal }) => terminal.serialNumber);
  return {
    templates: templates.length,
    photos: photos.length,
    hasPassword: persons.some((person) => person.hasPassword),
    isWantedAt: cells.filter((cell) => cell.isWanted).map(({ terminal }) => terminal.serialNumber),
    stillAt: [...new Set([...senders, ...holders])].toSorted(),
  };
}

/** Something was put there, or is on its way, or the terminal told of it. */
const mayHold = ({ items, seen, seenTemplates }: RosterCell): boolean =>
  seen !== undefined ||
  seenTemplates.length > 0 ||
  items.some((item) => item.putDigest !== undefined || item.state === 'queued' || item.state === 'accepted');

/** Erases for good, and certifies it. Errors: as viewErasure. */
export async function erasePin(
  deps: WorkDeps,
  who: Who,
  text: string,
  keyIds: readonly string[],
): Promise<EraseCertificate> {
  const { store, now } = deps;
  const { stillAt } = await viewErasure(deps, text);
  const pin = asPin(text);
  const person = await store.findPerson(pin);
  const erased = await store.erasePin(pin, who.actor, now());
  const circumstances = { at: now(), keyIds, terminals: stillAt };
  return eraseCertificate(erased, { pin, id: person?.id, employee: person?.employee }, who.actor, circumstances);
}
