import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber } from '@biolistener/core';
import {
  createTerminal,
  type InspectedPerson,
  type SimulatedBrand,
  type SimulatedTerminal,
} from '@biolistener/simulator';
import type { RosterCell } from '@biolistener/store';
import { setStage, type Stage } from '../chaos/stage.ts';

// Enrolled at one door, known at every door: listener, worker, Redis and sandbox as processes, terminals through nginx.

jest.setTimeout(180_000);

const ZONE = 'Asia/Dubai';
const ACTOR = 'test:enrolment';
const PERSON = { pin: asPin('7'), name: 'Nadia Rahman' };

let stage: Stage;
const terminals = new Map<string, SimulatedTerminal>();
const terminal = (name: string): SimulatedTerminal => {
  const found = terminals.get(name);
  if (!found) throw new Error(`no terminal ${name}`);
  return found;
};

async function until<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}\n${await picture()}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** What stands where, for whoever has to find out why. */
async function picture(): Promise<string> {
  const commands = await stage.store.listCommands({ limit: 30 });
  const person = await stage.store.findPerson(PERSON.pin);
  const cells = person ? await stage.store.cellsOfPerson(person.id) : [];
  const lines = commands.map(
    (one) =>
      `${one.serialNumber} ${one.kind} ${one.state} ${one.reason ?? ''} ${one.detail ?? ''} ${one.resultCode ?? ''}`,
  );
  return [
    ...lines,
    ...cells.flatMap((cell) =>
      cell.items.map((item) => `${cell.terminal.serialNumber} ${item.key} ${item.state} ${item.reason ?? ''}`),
    ),
  ].join('\n');
}

async function add(name: string, brand: SimulatedBrand, profile: string): Promise<SimulatedTerminal> {
  const serialNumber = asSerialNumber(`E2E${name.toUpperCase().padStart(9, '0')}`);
  await stage.store.changeTerminal(serialNumber, { status: 'approved', settings: { zone: ZONE, name } }, ACTOR, brand);
  const made = createTerminal(brand, {
    serialNumber,
    profile,
    target: { host: '127.0.0.1', port: stage.terminalPort },
    timeScale: 0.05,
    seed: name.length,
    utcOffsetMinutes: 240,
  });
  terminals.set(name, made);
  made.start();
  return made;
}

const personAt = (name: string): InspectedPerson | undefined =>
  terminal(name)
    .people()
    .find(({ pin }) => Number(pin) === Number(PERSON.pin));

const cellAt = async (name: string): Promise<RosterCell | undefined> => {
  const person = await stage.store.findPerson(PERSON.pin);
  return person && stage.store.findCell(asSerialNumber(terminal(name).serialNumber), person.id);
};

const features = (person: InspectedPerson | undefined): readonly string[] =>
  (person?.templates ?? []).map(({ kind, no, data }) => `${kind} ${no} ${Buffer.from(data).toString('hex')}`);

beforeAll(async () => {
  stage = await setStage({});
  await add('a', 'zkteco', 'tft-sdk231');
  await add('b', 'zkteco', 'tft-sdk231');
  await add('c', 'ebkn', 'zfkl101');
});

afterAll(async () => {
  await Promise.all([...terminals.values()].map((each) => each.stop()));
  await stage.stop();
});

describe('a person who is enrolled at one door', () => {
  test('is known, byte for byte, at every door of the same kind', async () => {
    await until('all terminals call', () => [...terminals.values()].every((each) => each.isOnline) || undefined);
    terminal('a').enrol({ ...PERSON });
    terminal('a').enrolTemplate(PERSON.pin, 'fingerprint', 5);
    await stage.store.putPerson({ ...PERSON, isEverywhere: true, origin: 'cli' }, ACTOR, Date.now());
    const there = await until('the finger is at b', () =>
      features(personAt('b')).length > 0 ? personAt('b') : undefined,
    );
    expect(features(there)).toEqual(features(personAt('a')));
    expect(there.name).toBe(PERSON.name);
    await until('b is read back and confirmed', async () =>
      (await cellAt('b'))?.items.every(({ state }) => state === 'confirmed'),
    );
  });

  test('is known by name where fingers of another make cannot go, and the reason can be read', async () => {
    await until('the person is at c', () => personAt('c'));
    const cell = await until('c is settled', async () => {
      const found = await cellAt('c');
      return found?.items.some(({ state }) => state === 'impossible') ? found : undefined;
    });
    const finger = cell.items.find(({ key }) => key.startsWith('template:'));
    expect(finger).toMatchObject({ state: 'impossible' });
    expect(finger?.detail).toMatch(/\w+ \w+/);
  });

  test('is brought to a terminal that comes later', async () => {
    await add('d', 'zkteco', 'us-tft320'); // says what it takes only when asked
    const there = await until('the finger is at d', () =>
      features(personAt('d')).length > 0 ? personAt('d') : undefined,
    );
    expect(features(there)).toEqual(features(personAt('a')));
  });

  test('is deleted everywhere after leaving, while strangers and administrators stay', async () => {
    terminal('b').enrol({ pin: '90', name: 'Stranger' });
    terminal('b').enrol({ pin: '91', name: 'Warden', privilege: 14 });
    const person = await stage.store.findPerson(PERSON.pin);
    await terminal('d').stop(); // switched off: nobody can know
    await stage.store.endPerson(person?.id ?? '', ACTOR, Date.now());
    for (const name of ['b', 'c']) await until(`gone at ${name}`, () => personAt(name) === undefined || undefined);
    expect(
      terminal('b')
        .people()
        .map(({ pin }) => pin)
        .sort(),
    ).toEqual(['90', '91']);
    const risks = await until('d is an open risk', async () => {
      const cells = await stage.store.openRisks(100);
      return cells.some((cell) => cell.terminal.serialNumber === terminal('d').serialNumber) ? cells : undefined;
    });
    expect(risks.map((cell) => cell.person.pin)).toContain(PERSON.pin);
    terminal('d').start();
    await until('gone at d once it is back', () => personAt('d') === undefined || undefined);
  });

  test('no terminal saw anything that its document forbids', () => {
    for (const each of terminals.values()) expect(each.violations).toEqual([]);
  });
});
