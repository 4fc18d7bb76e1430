import { BiolistenerError, type Pin, type SerialNumber } from '@biolistener/core';
import type { Person } from '@biolistener/store';
import type { RosterKeeperStore } from './deps.ts';
import type { Subject } from './subject.ts';

/** Persons that are planned together, by PIN: a former and the present person of a PIN concern each other. */
export interface Page {
  readonly pins: readonly Pin[];
  /** At this terminal only. */
  readonly serialNumber?: SerialNumber;
  /** Absent: everybody of these PINs. */
  readonly ids?: readonly string[];
  /** What was confirmed long ago is asked for again. */
  readonly isReread?: boolean;
}

export interface LoadedPerson {
  readonly person: Person;
  /** Everybody who ever had the PIN, this one too. */
  readonly samePin: readonly Person[];
}

const PAGE = 200;
const MOST_OF_ONE_PIN = 100;

/** What a mark names, in pages. */
export async function* pagesOf(subject: Subject, store: RosterKeeperStore): AsyncGenerator<Page> {
  switch (subject.kind) {
    case 'pin':
      yield { pins: [subject.pin] };
      return;
    case 'person': {
      const person = await findPerson(subject.personId, store);
      if (person) yield { pins: [person.pin] };
      return;
    }
    case 'cell': {
      const { serialNumber, personId } = subject;
      const cell = await store.findCell(serialNumber, personId);
      if (cell) yield { pins: [cell.person.pin], serialNumber, ids: [personId] };
      return;
    }
    case 'terminal':
      yield* pagesOfTerminal(subject.serialNumber, store);
  }
}

async function* pagesOfTerminal(serialNumber: SerialNumber, store: RosterKeeperStore): AsyncGenerator<Page> {
  let after: string | undefined;
  for (;;) {
    const cells = await store.cellsOfTerminal(serialNumber, after, PAGE);
    const persons = cells.map(({ person }) => person);
    const pins = [...new Set(persons.map(({ pin }) => pin))];
    if (persons.length > 0) yield { pins, serialNumber, ids: persons.map(({ id }) => id), isReread: true };
    after = persons.at(-1)?.id;
    if (cells.length < PAGE) return;
  }
}

async function findPerson(id: string, store: RosterKeeperStore): Promise<Person | undefined> {
  try {
    return await store.getPerson(id);
  } catch (error) {
    if (error instanceof BiolistenerError && error.code === 'STORE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The persons of a page as they are now, former ones of a PIN before the present one. */
export async function loadPage({ pins, ids }: Page, store: RosterKeeperStore): Promise<LoadedPerson[]> {
  const wanted = ids && new Set(ids);
  const loaded: LoadedPerson[] = [];
  for (const pin of pins) {
    const samePin = await store.listPersons({ pin, limit: MOST_OF_ONE_PIN });
    const left = samePin.filter((person) => person.state === 'left');
    const active = samePin.filter((person) => person.state === 'active');
    for (const person of [...left, ...active]) if (!wanted || wanted.has(person.id)) loaded.push({ person, samePin });
  }
  return loaded;
}
