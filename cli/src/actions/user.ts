import {
  addPerson,
  assignPerson,
  changePerson,
  endPerson,
  getTerminal,
  unassignPerson,
  viewPerson,
  type PersonView,
  type Where,
} from '@biolistener/api/work';
import type { Person } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print, printable } from '../output.ts';
import { parseLimit } from '../parse/device-options.ts';
import { parsePin, personWords, type PersonOptions } from '../parse/person-options.ts';
import { confirm } from '../services/confirm.ts';
import { openVault } from '../services/site.ts';
import { withStore } from '../services/with-store.ts';
import { withWork } from '../services/work.ts';
import { cellJson } from '../views/roster.ts';
import { deskNote, keptText, personTable, personText } from '../views/person.ts';

interface Json {
  readonly json?: boolean;
}

export interface ListOptions extends Json {
  readonly text?: string;
  readonly serial?: string;
  readonly employee?: string;
  readonly left?: boolean;
  readonly after?: string;
  readonly limit?: string;
}

export async function listUsers(options: ListOptions): Promise<void> {
  const { text, serial, employee, after } = options;
  const limit = parseLimit(options.limit ?? '100');
  if (after !== undefined && !/^\d+$/.test(after))
    throw new CommandFailure('--after must be the id of a person, as the list shows it', EXIT.usage);
  await withStore(async ({ store }) => {
    const serialNumber = serial === undefined ? undefined : (await getTerminal(store, serial)).serialNumber;
    const persons = await store.listPersons({
      state: options.left === true ? 'left' : 'active',
      limit,
      ...(text === undefined ? {} : { text }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
      ...(employee === undefined ? {} : { employee }),
      ...(after === undefined ? {} : { afterId: after }),
    });
    print(options, persons, () => [personTable(persons, EMPTY), ...moreLine(persons, limit)].join('\n'));
  });
}

const EMPTY = 'Nobody fits. `biolistener user add <pin>` makes somebody known; ERPNext Desk does as well.';

const moreLine = (persons: readonly Person[], limit: number): string[] =>
  persons.length < limit ? [] : [`There may be more: --after ${persons.at(-1)?.id ?? ''}`];

export async function showUser(text: string, options: Json): Promise<void> {
  const pin = parsePin(text);
  await withWork(async ({ work }) => {
    const view = await viewPerson(work, pin);
    print(options, viewJson(view), () => personText(view, Date.now()));
  });
}

const viewJson = ({ cells, ...view }: PersonView): object => ({ ...view, cells: cells.map(cellJson) });

export interface AddOptions extends PersonOptions, Json {
  readonly serial?: readonly string[];
}

export async function addUser(text: string, options: AddOptions): Promise<void> {
  const pin = parsePin(text);
  await withWork(async ({ work, who, settings }) => {
    const words = personWords(options, () => openVault(settings));
    const person = await addPerson(work, who, pin, words, options.serial);
    const where = person.isEverywhere ? 'everywhere' : `at ${counted(options.serial?.length ?? 0, 'terminal')}`;
    print(
      options,
      person,
      () => `PIN ${pin} is known now${nameOf(person)}, wanted ${where}.${nextFor(person, options)}`,
    );
  });
}

const nameOf = ({ name }: Person): string => (name === undefined ? '' : ` as ${printable(name)}`);

const nextFor = (person: Person, options: AddOptions): string =>
  person.isEverywhere || (options.serial ?? []).length > 0
    ? ''
    : ` Say where: biolistener user assign ${person.pin} <serial>.`;

export async function setUser(text: string, options: PersonOptions & Json): Promise<void> {
  const pin = parsePin(text);
  await withWork(async ({ work, who, settings }) => {
    const words = personWords(options, () => openVault(settings));
    if (Object.keys(words).length === 0)
      throw new CommandFailure(
        'nothing to set',
        EXIT.usage,
        'Say --name, --employee, --card, --valid-from, --everywhere …',
      );
    const { person, keptByDesk } = await changePerson(work, who, pin, words);
    print(options, { person, changed: Object.keys(words), keptByDesk }, () => {
      const changed = Object.keys(words).filter((field) => !keptByDesk.includes(field));
      const first = changed.length === 0 ? [] : [`PIN ${pin}: ${changed.join(', ')} set.`];
      return [...first, ...keptText(keptByDesk)].join('\n');
    });
  });
}

export async function leaveUser(text: string, options: Json & { readonly yes?: boolean }): Promise<void> {
  const pin = parsePin(text);
  await withWork(async ({ work, who }) => {
    const { person, cells } = await viewPerson(work, pin);
    if (person.state === 'active')
      await confirm(`PIN ${pin}${nameOf(person)} will be deleted at ${counted(cells.length, 'terminal')}.`, options);
    const left = await endPerson(work, who, pin);
    print(options, { person: left, terminals: cells.map(({ terminal }) => terminal.serialNumber) }, () =>
      [
        `PIN ${pin}${nameOf(left)} left. Templates stay stored until \`biolistener template erase ${pin}\`.`,
        'Terminals delete the person as they poll; `biolistener roster status` names those that did not yet.',
        ...deskNote(left),
      ].join('\n'),
    );
  });
}

export interface PlaceOptions extends Json {
  readonly place?: string;
  readonly all?: boolean;
}

function whereOf(serials: readonly string[], options: PlaceOptions): Where {
  const ways = [serials.length > 0, options.place !== undefined, options.all === true].filter(Boolean).length;
  if (ways === 0 || (options.all === true && ways > 1))
    throw new CommandFailure('which terminals?', EXIT.usage, 'Name serial numbers, or say --place <place>.');
  return { serialNumbers: serials, ...(options.place === undefined ? {} : { place: options.place }) };
}

export async function assignUser(text: string, serials: readonly string[], options: PlaceOptions): Promise<void> {
  const pin = parsePin(text);
  const where = whereOf(serials, options);
  await withWork(async ({ work, who, store }) => {
    const person = await assignPerson(work, who, pin, where);
    const assignments = await store.assignmentsOf(person.id);
    print(options, { person, assignments }, () =>
      [`PIN ${pin} is assigned to ${counted(assignments.length, 'terminal')}.`, GOES, ...deskNote(person)].join('\n'),
    );
  });
}

const GOES = 'What the terminals lack is sent as they poll; `biolistener user show` tells how far it is.';

export async function unassignUser(text: string, serials: readonly string[], options: PlaceOptions): Promise<void> {
  const pin = parsePin(text);
  const where = whereOf(serials, options);
  await withWork(async ({ work, who, store }) => {
    const named = options.all === true ? { serialNumbers: await assignedTo(work, pin) } : where;
    const person = await unassignPerson(work, who, pin, named);
    const assignments = await store.assignmentsOf(person.id);
    const everywhere = person.isEverywhere
      ? [`But PIN ${pin} is wanted everywhere: biolistener user set ${pin} --no-everywhere.`]
      : [];
    print(options, { person, assignments }, () =>
      [
        `PIN ${pin} is assigned to ${counted(assignments.length, 'terminal')} now. What was put elsewhere is deleted there.`,
        ...everywhere,
        ...deskNote(person),
      ].join('\n'),
    );
  });
}

const assignedTo = async (work: Parameters<typeof viewPerson>[0], pin: string): Promise<readonly string[]> =>
  (await viewPerson(work, pin)).assignments;
