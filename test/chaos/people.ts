import { setTimeout as pause } from 'node:timers/promises';
import { asPin, asSerialNumber, type Pin, type SerialNumber } from '@biolistener/core';
import type { Person, RosterCell, RosterItem } from '@biolistener/store';
import type { Stage } from './stage.ts';
import { countBy, type Unit, type Wanted } from './unit.ts';

/** What people do while parts die: enrol at keypads, assign, take away, leave, open doors. */
export interface PeopleWork {
  readonly actions: number;
  readonly doors: number;
}

export interface PeopleAccount {
  readonly commands: number;
  /** Commands that are still open, marks that nobody looked at, records that are neither there nor known not to go. Must be 0. */
  readonly unsettled: number;
  /** Records that the roster says are on a terminal and that its memory lacks, or has though it was given up to remove them. Must be 0. */
  readonly effectsLost: number;
  /**
   * Removals that a terminal did not confirm, as people are told them: EBKN terminals do not answer for somebody whom they do
   * not have. Nobody of them may still be there, else they count as lost effects.
   */
  readonly openRisks: number;
  /** Doors that opened more than once for one command. Must be 0. */
  readonly effectsDoubled: number;
  readonly peopleExamples: readonly string[];
  /** Records that terminals of each brand proved to have. */
  readonly confirmed: Readonly<Record<string, number>>;
}

const ACTOR = 'chaos';
/** Not among those who punch: an employee's PIN must not be taken away in the middle. */
const PINS = Array.from({ length: 8 }, (_, at) => asPin(String(7001 + at)));
const DAY_MS = 86_400_000;

const serialOf = (unit: Unit): SerialNumber => asSerialNumber(unit.serialNumber);

/** Acts until `signal`, what and where by `random` alone. */
export async function runPeople(
  stage: Stage,
  units: readonly Unit[],
  random: () => number,
  signal: AbortSignal,
): Promise<PeopleWork> {
  const work = { actions: 0, doors: 0 };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // never empty here
  while (!signal.aborted) {
    await pause(50 + random() * 150);
    const [pin, unit, dice] = [pick(PINS), pick(units), random()];
    if (dice < 0.1) {
      await openDoor(stage, unit);
      work.doors += 1;
    } else await act(stage, unit, pin, dice, random);
    work.actions += 1;
  }
  return work;
}

async function openDoor(stage: Stage, unit: Unit): Promise<void> {
  const command = { kind: 'door.open', parameters: {}, origin: 'cli', askedBy: ACTOR, priority: 5 } as const;
  const limits = { deadline: Date.now() + DAY_MS, maxAttempts: 1, bytes: 40 };
  await stage.store.queueCommands([{ ...command, ...limits, serialNumber: serialOf(unit) }], Date.now());
}

async function act(stage: Stage, unit: Unit, pin: Pin, dice: number, random: () => number): Promise<void> {
  const { store } = stage;
  const person = await store.findPerson(pin);
  if (dice < 0.35 && unit.enrol) unit.enrol(pin, Math.floor(random() * 3));
  else if (!person || dice < 0.6)
    await store.putPerson(
      { pin, name: `Person ${pin}`, isEverywhere: random() < 0.5, origin: 'cli' },
      ACTOR,
      Date.now(),
    );
  else if (dice < 0.8) await store.assign(person.id, [serialOf(unit)], ACTOR, Date.now());
  else if (dice < 0.93) await store.unassign(person.id, [serialOf(unit)], ACTOR, Date.now());
  else await store.endPerson(person.id, ACTOR, Date.now());
}

/** How much of rosters and commands is still on its way; tells of it once in a while. */
export function unsettledPeople(stage: Stage, say: (text: string) => void): () => Promise<number> {
  let toldAt = 0;
  return async () => {
    const open = await openWork(stage);
    if (open.length > 0 && Date.now() - toldAt >= TELL_EVERY_MS) {
      say(`${open.length} are open: ${open.slice(0, 3).join(' · ')}`);
      toldAt = Date.now();
    }
    return open.length;
  };
}

const TELL_EVERY_MS = 15_000;
const OPEN = ['queued', 'leased', 'sent', 'answered'] as const;
const RESTING = new Set(['confirmed', 'accepted', 'impossible']);

/** Asked as often as the settings say, and never answered. */
const isOpenRisk = ({ state, reason, wantedDigest }: RosterItem): boolean =>
  state === 'failed' && wantedDigest === null && reason === 'ROSTER_SILENT';

async function openWork(stage: Stage): Promise<string[]> {
  const commands = await stage.store.listCommands({ states: OPEN, limit: 1000 });
  const marks = await stage.store.listMarks(1000);
  const records = (await allCells(stage)).flatMap(({ terminal, person, items }) =>
    items
      .filter((item) => !RESTING.has(item.state) && !isOpenRisk(item))
      .map(({ key, state, reason }) => `${terminal.serialNumber} ${person.pin} ${key}: ${state} ${reason ?? ''}`),
  );
  return [
    ...commands.map(
      ({ serialNumber, id, kind, state, reason }) => `${serialNumber} command ${id} ${kind}: ${state} ${reason ?? ''}`,
    ),
    ...marks.map(({ subject }) => `mark ${subject}`),
    ...records,
  ];
}

async function allCells(stage: Stage): Promise<RosterCell[]> {
  const persons: Person[] = await stage.store.listPersons({ limit: 1000 });
  return (await Promise.all(persons.map(({ id }) => stage.store.cellsOfPerson(id)))).flat();
}

/** Compares what the rosters say with what stands in the memory of the terminals. */
export async function settlePeople(stage: Stage, units: readonly Unit[]): Promise<PeopleAccount> {
  const open = await openWork(stage);
  const cells = await allCells(stage);
  const wrong = cells.flatMap((cell) => wrongAt(cell, units));
  const twice = (await Promise.all(units.map((unit) => openedTwice(stage, unit)))).flat();
  const counts = await stage.store.countCommands();
  return {
    commands: Object.values(counts).reduce((sum, count) => sum + count, 0),
    unsettled: open.length,
    effectsLost: wrong.length,
    openRisks: cells.flatMap(({ items }) => items.filter(isOpenRisk)).length,
    effectsDoubled: twice.length,
    peopleExamples: [...open, ...wrong, ...twice].slice(0, 15),
    confirmed: countBy(
      cells.flatMap(({ terminal, items }) =>
        items.flatMap(({ state }) => (state === 'confirmed' ? terminal.brand : [])),
      ),
    ),
  };
}

/** What was asked of a terminal about a person, newest first, for whoever has to find out what went wrong there. */
export async function historyOf(stage: Stage, { peopleExamples }: PeopleAccount): Promise<string[]> {
  const places = new Set((await Promise.all(peopleExamples.map((text) => placeOf(stage, text)))).flat());
  const histories = await Promise.all(
    [...places].map(async (place) => {
      const [serial = '', pin = ''] = place.split(' ');
      const filter = { serialNumber: asSerialNumber(serial), pin: asPin(pin), limit: 30 };
      const commands = await stage.store.listCommands(filter);
      const cells = (await allCells(stage)).filter(
        ({ terminal, person }) => terminal.serialNumber === serial && person.pin === pin,
      );
      const rows = cells.flatMap(({ person, items, seen }) => [
        { person: person.id, state: person.state, seen },
        ...items,
      ]);
      return [...rows, ...commands].map((one) => `${place} ${JSON.stringify(one)}`);
    }),
  );
  return histories.flat();
}

async function placeOf({ store }: Stage, example: string): Promise<string[]> {
  const place = /^(\w+) (\d+) (?:user|template)/.exec(example)?.slice(1, 3).join(' ');
  const id = /^\w+ command (\d+) /.exec(example)?.[1];
  const command = id === undefined ? undefined : await store.findCommand(id);
  return place ? [place] : command?.pin === undefined ? [] : [`${command.serialNumber} ${command.pin}`];
}

/** `confirmed` means that the terminal told of it: then it must be there. What it never answered for must be gone. */
function wrongAt({ terminal, person, items }: RosterCell, units: readonly Unit[]): string[] {
  const unit = units.find(({ serialNumber }) => serialNumber === terminal.serialNumber);
  const isHere = (key: string): boolean => unit?.has(person.pin, wantedOf(key)) === true;
  const where = `${terminal.serialNumber} ${person.pin}`;
  return items.flatMap((item) => {
    if (item.state === 'confirmed' && !isHere(item.key)) return [`${where} ${item.key}: confirmed and not there`];
    return isOpenRisk(item) && isHere(item.key) ? [`${where} ${item.key}: given up and still there`] : [];
  });
}

function wantedOf(key: string): Wanted {
  const [what, kind = '', no] = key.split(':');
  return what === 'template' ? { what, kind, no: Number(no) } : { what: 'user' };
}

/** Brands that do not say which order they carry out must not open more often than was ordered. */
async function openedTwice({ store }: Stage, unit: Unit): Promise<string[]> {
  const commands = await store.listCommands({ serialNumber: serialOf(unit), limit: 1_000_000 });
  const ordered = commands.filter(({ kind }) => kind === 'door.open').length;
  return [...unit.opened()]
    .filter(([id, times]) => times > (id === '' ? ordered : 1))
    .map(([id, times]) => `${unit.serialNumber} ${id}: ${times} times open`);
}
