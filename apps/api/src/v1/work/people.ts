import type { Pin, SerialNumber } from '@biolistener/core';
import { asPin } from '@biolistener/core';
import { OPEN_COMMAND_STATES } from '@biolistener/store';
import type { Person, PersonChange, PhotoHead, RosterCell, StoredCommand, TemplateHead } from '@biolistener/store';
import { apiError } from '../../errors.ts';
import type { Who, WorkDeps } from './deps.ts';
import { getPerson, getTerminal } from './find.ts';

export type PersonWords = Omit<PersonChange, 'pin' | 'origin' | 'deskName'>;

/** A person with all that is known of them. */
export interface PersonView {
  readonly person: Person;
  /** Others who had the PIN before. */
  readonly former: readonly Person[];
  readonly assignments: readonly SerialNumber[];
  readonly cells: readonly RosterCell[];
  readonly templates: readonly TemplateHead[];
  readonly photos: readonly PhotoHead[];
  readonly openCommands: readonly StoredCommand[];
}

const MOST_SHOWN = 50;

/** Errors: API_PERSON_UNKNOWN. Somebody who left is shown while nobody else has the PIN. */
export async function viewPerson({ store }: WorkDeps, text: string): Promise<PersonView> {
  const pin = asPin(text);
  const samePin = await store.listPersons({ pin, limit: MOST_SHOWN });
  const person = samePin.find((one) => one.state === 'active') ?? samePin.at(-1) ?? (await getPerson(store, text));
  const [assignments, cells, templates, photos, openCommands] = await Promise.all([
    store.assignmentsOf(person.id),
    store.cellsOfPerson(person.id),
    store.templatesOf(pin),
    store.photosOf(pin),
    store.listCommands({ pin, states: OPEN_COMMAND_STATES, limit: MOST_SHOWN }),
  ]);
  const former = samePin.filter((one) => one.id !== person.id);
  return { person, former, assignments, cells, templates, photos, openCommands };
}

/** Makes a new person. Errors: API_PERSON_EXISTS, API_TERMINAL_UNKNOWN. */
export async function addPerson(
  deps: WorkDeps,
  who: Who,
  pin: Pin,
  words: PersonWords,
  serialNumbers: readonly string[] = [],
): Promise<Person> {
  const { store, now } = deps;
  const known = await store.findPerson(pin);
  if (known) throw apiError('API_PERSON_EXISTS', `${known.name ?? 'somebody'} has the PIN ${pin} already`);
  const terminals = await terminalsOf(deps, serialNumbers);
  const person = await store.putPerson({ ...words, pin, origin: who.origin }, who.actor, now());
  if (terminals.length > 0) await store.assign(person.id, terminals, who.actor, now());
  return person;
}

export interface Changed {
  readonly person: Person;
  /** What was asked for and is decided in Desk otherwise: it stays as Desk says. */
  readonly keptByDesk: readonly string[];
}

/** Errors: API_PERSON_UNKNOWN. */
export async function changePerson({ store, now }: WorkDeps, who: Who, text: string, words: PersonWords) {
  const before = await getPerson(store, text);
  const person = await store.putPerson({ ...words, pin: before.pin, origin: who.origin }, who.actor, now());
  return { person, keptByDesk: keptByDesk(person, words) } satisfies Changed;
}

const COMPARED = ['employee', 'name', 'card', 'isAdministrator', 'isEverywhere', 'validFrom', 'validTo'] as const;

function keptByDesk(person: Person, words: PersonWords): string[] {
  return COMPARED.filter((field) => words[field] !== undefined && (words[field] ?? undefined) !== person[field]);
}

async function terminalsOf({ store }: WorkDeps, serialNumbers: readonly string[]): Promise<SerialNumber[]> {
  const found: SerialNumber[] = [];
  for (const one of serialNumbers) found.push((await getTerminal(store, one)).serialNumber);
  return found;
}

/** Which terminals: by serial number, or all of a place. */
export interface Where {
  readonly serialNumbers?: readonly string[];
  readonly place?: string;
}

/** Errors: API_TERMINAL_UNKNOWN, API_NO_SUCH_PLACE. */
export async function terminalsAt(deps: WorkDeps, { serialNumbers = [], place }: Where): Promise<SerialNumber[]> {
  const named = await terminalsOf(deps, serialNumbers);
  if (place === undefined) return named;
  const there = (await deps.store.allTerminals()).filter((terminal) => terminal.place === place);
  if (there.length === 0) throw apiError('API_NO_SUCH_PLACE', `no terminal is at the place ${place.slice(0, 140)}`);
  return [...new Set([...named, ...there.map((terminal) => terminal.serialNumber)])];
}

/** Errors: as getPerson and terminalsAt. */
export async function assignPerson(deps: WorkDeps, who: Who, pin: string, where: Where): Promise<Person> {
  const person = await getPerson(deps.store, pin);
  await deps.store.assign(person.id, await terminalsAt(deps, where), who.actor, deps.now());
  return person;
}

/** Errors: as getPerson and terminalsAt. */
export async function unassignPerson(deps: WorkDeps, who: Who, pin: string, where: Where): Promise<Person> {
  const person = await getPerson(deps.store, pin);
  await deps.store.unassign(person.id, await terminalsAt(deps, where), who.actor, deps.now());
  return person;
}

/** Wanted nowhere from now on. Errors: API_PERSON_UNKNOWN. */
export async function endPerson({ store, now }: WorkDeps, who: Who, pin: string): Promise<Person> {
  return store.endPerson((await getPerson(store, pin)).id, who.actor, now());
}
