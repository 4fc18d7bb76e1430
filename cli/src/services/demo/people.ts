import { asPin, asSerialNumber, type Pin, type TemplateKind } from '@biolistener/core';
import type { Fleet, SimulatedTerminal } from '@biolistener/simulator';
import { OPEN_COMMAND_STATES, type Person, type RosterCell, type Store } from '@biolistener/store';
import { setTimeout as pause } from 'node:timers/promises';
import { PINS, type DemoTerminal } from './terminals.ts';

/** Where somebody is enrolled, one after the other, and with what: each can go to other terminals than the one before. */
const ENROLMENTS = [
  { serialNumber: 'DEMOZKTECO001', kind: 'fingerprint', no: 5 },
  { serialNumber: 'DEMOAIFACE001', kind: 'visible-face', no: 0 },
  { serialNumber: 'DEMOEBKN00001', kind: 'fingerprint', no: 5 },
  { serialNumber: 'DEMOACCESS001', kind: 'fingerprint', no: 6 },
] as const satisfies readonly { readonly serialNumber: string; readonly kind: TemplateKind; readonly no: number }[];

/** Terminals poll every ten seconds and more, first tell what they are, and each record is read back. */
const SETTLED_WITHIN_MS = 240_000;
/** Longer than two polls: what stands so long, with nothing under way, stays. */
const QUIET_MS = 25_000;
const LOOK_EVERY_MS = 1_000;
const ACTOR = 'demo';

export interface Enrolled {
  readonly person: Person;
  readonly at: SimulatedTerminal;
  readonly what: string;
  readonly cells: readonly RosterCell[];
}

/** Enrols people at doors of the demo and tells where each of them came to be. Ends by itself, or with the signal. */
export async function enrolPeople(
  store: Store,
  fleet: Fleet,
  doors: readonly DemoTerminal[],
  signal: AbortSignal,
  tell: (enrolled: Enrolled) => Promise<void>,
): Promise<void> {
  await areOnline(fleet, signal);
  for (const { serialNumber, kind, no } of ENROLMENTS) {
    const at = fleet.terminals.find((each) => each.serialNumber === serialNumber);
    const pin = await freePin(store);
    if (!at || pin === undefined) return;
    const person = await enrol(store, at, pin, doors);
    at.enrolTemplate(pin, kind, no);
    const cells = await settled(store, person, kind, signal);
    await tell({ person, at, what: `${kind} ${no}`, cells });
  }
}

/** A person of an earlier demo is known still, and the memory of its terminals is not: each demo takes others. */
async function freePin(store: Store): Promise<Pin | undefined> {
  for (const text of PINS) if (!(await store.findPerson(asPin(text)))) return asPin(text);
  return undefined;
}

/** All of them, so that none is told of as one that nobody has heard yet. */
async function areOnline(fleet: Fleet, signal: AbortSignal): Promise<void> {
  while (!fleet.terminals.every((each) => each.isOnline)) await pause(LOOK_EVERY_MS, undefined, { signal });
}

/**
 * At the keypad, and at the desk of whoever says at which doors the person belongs: those of the demo, and no real one that may
 * be approved in the same folder.
 */
async function enrol(store: Store, at: SimulatedTerminal, pin: Pin, doors: readonly DemoTerminal[]): Promise<Person> {
  const name = `Demo Person ${pin}`;
  const card = String(4_000_000 + Number(pin));
  at.enrol({ pin, name, card });
  const person = await store.putPerson({ pin, name, card, origin: 'cli' }, ACTOR, Date.now());
  const serialNumbers = doors.map((door) => asSerialNumber(door.serialNumber));
  await store.assign(person.id, serialNumbers, ACTOR, Date.now());
  return person;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['wanted', 'queued', 'removing']);

/** Until nothing of the person is under way anywhere; what is not settled in time is shown as it stands. */
async function settled(store: Store, person: Person, kind: TemplateKind, signal: AbortSignal): Promise<RosterCell[]> {
  const until = Date.now() + SETTLED_WITHIN_MS;
  let before = { text: '', at: Date.now() };
  for (;;) {
    await pause(LOOK_EVERY_MS, undefined, { signal });
    const cells = await store.cellsOfPerson(person.id);
    const text = JSON.stringify(cells.map(({ items }) => items));
    if (text !== before.text || (await isUnderWay(store, person, kind, cells))) before = { text, at: Date.now() };
    if (Date.now() - before.at > QUIET_MS || Date.now() > until) return cells;
  }
}

/** Also while a terminal that said yes is still to be asked what it has. */
async function isUnderWay(store: Store, { pin }: Person, kind: TemplateKind, cells: readonly RosterCell[]) {
  const items = cells.flatMap((cell) => cell.items);
  const isKnown = items.some(({ key }) => key.startsWith(`template:${kind}:`));
  if (!isKnown || items.some(({ state }) => UNDER_WAY.has(state))) return true;
  const open = await store.listCommands({ pin, states: OPEN_COMMAND_STATES, limit: 1 });
  return open.length > 0;
}
