import { expect, jest, test } from '@jest/globals';
import { asPin, digestOf } from '@biolistener/core';
import fc from 'fast-check';
import { Converger, personSubject } from '../src/index.ts';
import { rulesOf } from './fake-brands.ts';
import { World } from './world.ts';

jest.setTimeout(600_000);

const NAMES = ['A', 'B', 'C'] as const;
const PINS = ['7', '8'] as const;
const STRANGER = '99';
/** Longer than a terminal may take to tell of what it was given. */
const A_WHILE_MS = 120_000;

const anyName = fc.constantFrom(...NAMES);
const anyPin = fc.constantFrom(...PINS);
const anyEvent = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('enrol'), name: anyName, pin: anyPin, finger: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('assign'), name: anyName, pin: anyPin }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unassign'), name: anyName, pin: anyPin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), name: anyName, pin: anyPin }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose'), name: anyName, pin: anyPin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuse'), name: anyName, pin: anyPin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('be silent'), name: anyName, pin: anyPin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lie'), name: anyName, pin: anyPin }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('look'), name: anyName, pin: anyPin }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('look twice at once'), name: anyName, pin: anyPin }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll'), name: anyName, pin: anyPin }) },
);
type Event = { kind: string; name: (typeof NAMES)[number]; pin: (typeof PINS)[number]; finger?: number };

/** What people and keypads did, in the plainest words: who is where, and the latest of each finger. */
class Oracle {
  readonly assigned = new Map<string, Set<string>>();
  readonly fingers = new Map<string, Map<number, string>>();
  /** Enrolled at a terminal that does not have the person by assignment: not ours. */
  readonly foreign = new Map<string, Set<string>>();

  at(map: Map<string, Set<string>>, pin: string): Set<string> {
    const known = map.get(pin) ?? new Set<string>();
    map.set(pin, known);
    return known;
  }

  enrol(name: string, pin: string, finger: number, digest: string): void {
    this.fingers.set(pin, new Map(this.fingers.get(pin)).set(finger, digest));
    if (!this.at(this.assigned, pin).has(name)) this.at(this.foreign, pin).add(name);
  }

  assign(name: string, pin: string): void {
    this.at(this.assigned, pin).add(name);
    this.at(this.foreign, pin).delete(name);
  }

  unassign(name: string, pin: string): void {
    this.at(this.assigned, pin).delete(name);
  }

  leave(pin: string): void {
    this.assigned.delete(pin);
    this.fingers.delete(pin);
  }
}

let serial = 0;

async function happen(event: Event, world: World, oracle: Oracle): Promise<void> {
  const { name, pin } = event;
  const model = world.model(name);
  switch (event.kind) {
    case 'enrol': {
      await rest(world);
      world.now += A_WHILE_MS;
      const bytes = `bytes ${(serial += 1)}`;
      oracle.enrol(name, pin, event.finger ?? 0, digestOf(bytes));
      return world.enrol(name, pin, event.finger ?? 0, bytes);
    }
    case 'assign':
      oracle.assign(name, pin);
      await world.assign(pin, name);
      await world.look(); // else nobody ever took charge of whom a keypad enrolled
      return;
    case 'unassign':
      if (!oracle.at(oracle.assigned, pin).has(name)) return;
      oracle.unassign(name, pin);
      return world.unassign(pin, name);
    case 'leave':
      if (await world.store.findPerson(asPin(pin))) oracle.leave(pin);
      return world.leave(pin);
    case 'lose':
      // only what is ours: a keypad that deletes what is not is nobody's business
      if (oracle.at(oracle.assigned, pin).has(name)) model.users.delete(asPin(pin));
      return;
    case 'refuse':
      model.manners.refuses = ({ kind }) => !kind.endsWith('.query');
      return;
    case 'be silent':
      model.manners.isSilent = true;
      return;
    case 'lie':
      model.manners.lies = true;
      return;
    case 'look':
      await world.look();
      return;
    case 'look twice at once':
      return lookTwice(world);
    case 'poll':
      await world.poll(name, 2);
      return;
  }
}

/** Two processes at the same marks, without a lock between them. */
async function lookTwice(world: World): Promise<void> {
  const { store } = world;
  const other = new Converger({ store, rulesOf, settings: () => world.settings, now: () => world.tick() });
  const marks = await store.listMarks(1000);
  for (const mark of marks) {
    await Promise.all([world.converger.converge(mark.subject), other.converge(mark.subject)]);
  }
  await store.mark(marks.map(({ subject }) => subject)); // grace times are not minded here: look again
}

/** Terminals behave again, people retry what failed, and everything is read once more. */
async function rest(world: World): Promise<void> {
  for (const { manners } of world.terminals.values()) {
    delete manners.refuses;
    delete manners.isSilent;
    delete manners.lies;
  }
  await world.settle();
  world.now += world.settings.rereadEveryMs + 1;
  await world.store.mark(NAMES.map((name) => `terminal:${name}`));
  await world.settle();
  for (const { id } of await world.store.listPersons({ limit: 100 }))
    await world.converger.converge(personSubject(id), { isRetry: true });
  await world.settle();
}

async function check(world: World, oracle: Oracle): Promise<void> {
  for (const name of NAMES) {
    expect([name, world.kept(name, STRANGER)]).toEqual([name, { 'fingerprint:1:0': digestOf(`stranger ${name}`) }]);
    for (const pin of PINS) {
      const kept = world.kept(name, pin);
      if (oracle.at(oracle.assigned, pin).has(name)) {
        const fingers = [...(oracle.fingers.get(pin) ?? [])].map(([no, digest]) => [`fingerprint:${no}:0`, digest]);
        expect([name, pin, kept]).toEqual([name, pin, Object.fromEntries(fingers)]);
      } else expect([name, pin, kept !== undefined]).toEqual([name, pin, oracle.at(oracle.foreign, pin).has(name)]);
    }
  }
  const open = await world.store.listCommands({ states: ['queued', 'leased', 'sent', 'answered'], limit: 10 });
  expect(open).toEqual([]);
}

test('whatever happens, terminals come to have what they should have, and nothing foreign is deleted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('single', 'whole'),
      fc.array(anyEvent, { minLength: 3, maxLength: 25 }),
      async (brand, events) => {
        const world = await World.open();
        try {
          const oracle = new Oracle();
          for (const name of NAMES) {
            await world.terminal(name, brand);
            await world.enrol(name, STRANGER, 1, `stranger ${name}`);
          }
          for (const event of events) await happen(event, world, oracle);
          await rest(world);
          await check(world, oracle);
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: Number(process.env['BIOLISTENER_TEST_RUNS'] ?? 25) },
  );
});
