import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber, digestOf, USER_ITEM } from '@biolistener/core';
import { must } from '../../store/src/conformance/harness.ts';
import { terminalSubject } from '../src/index.ts';
import { World } from './world.ts';

jest.setTimeout(60_000);

const PIN = asPin('7');
const SLOT = 'fingerprint:5:0';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** Somebody at A and B; B says nothing about whom it does not have. */
async function atShyTerminal(): Promise<void> {
  await world.terminal('A', 'shy');
  Object.assign((await world.terminal('B', 'shy')).manners, { isShy: true });
  await world.enrol('A', '7', 5, 'five', 'Ann');
  await world.assign('7', 'A', 'B');
  await world.settle();
  expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
}

describe('a terminal that says nothing about somebody whom it does not have', () => {
  test('proves a removal all the same: nobody is an open risk, and whoever has the PIN now comes', async () => {
    await atShyTerminal();
    world.model('B').users.delete(PIN); // deleted already, and nobody heard of it
    await world.leave('7');
    await world.person('7', { name: 'New' });
    await world.assign('7', 'B');
    await world.settle();
    expect(await world.store.openRisks(10)).toEqual([]);
    expect(world.model('B').users.get(PIN)).toMatchObject({ name: 'New', privilege: 0 });
    expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed' });
  });

  test('is asked where its answer to a removal was unclear, and silence means that nobody is there', async () => {
    await atShyTerminal();
    Object.assign(world.model('B').manners, { mumbles: true });
    await world.leave('7');
    await world.settle();
    expect(world.model('B').users.has(PIN)).toBe(false);
    expect(await world.store.openRisks(10)).toEqual([]);
    const commands = await world.store.listCommands({ serialNumber: asSerialNumber('B'), limit: 2 });
    expect(commands.map(({ kind, state }) => [kind, state])).toEqual([
      ['user.query', 'failed'],
      ['user.delete', 'failed'],
    ]);
  });

  test('is asked also after the last try', async () => {
    await atShyTerminal();
    world.settings = { ...world.settings, attempts: 1 };
    Object.assign(world.model('B').manners, { mumbles: true });
    await world.leave('7');
    await world.settle();
    expect(await world.store.openRisks(10)).toEqual([]);
  });

  test('and that still has the user after an unclear answer stays an open risk', async () => {
    await atShyTerminal();
    Object.assign(world.model('B').manners, { mumbles: true, lies: true });
    await world.leave('7');
    await world.settle();
    const [risk] = await world.store.openRisks(10);
    expect(must(risk).terminal.serialNumber).toBe('B');
    expect(must((await world.rows('B', '7')).get(USER_ITEM)).state).toBe('failed');
    Object.assign(world.model('B').manners, { lies: false });
    await world.settle();
    expect(world.model('B').users.has(PIN)).toBe(true); // given up …
    await world.store.mark([terminalSubject(asSerialNumber('B'))]);
    await world.settle();
    expect(world.model('B').users.has(PIN)).toBe(false); // … until the whole terminal is looked at
    expect(await world.store.openRisks(10)).toEqual([]);
  });

  test('and at whose keypad they are enrolled again before it is asked is cleaned again, however often', async () => {
    await atShyTerminal();
    Object.assign(world.model('B').manners, { mumbles: true });
    await world.leave('7');
    for (let times = 0; times <= world.settings.attempts; times += 1) {
      await world.look();
      await world.poll('B'); // deleted, and its answer unclear
      await world.look();
      expect(await waitingAtB()).toEqual(['user.query']);
      world.now += 10_000;
      await world.enrol('B', '7', 5, `again ${times}`);
      await world.poll('B');
    }
    await world.settle();
    expect(world.model('B').users.has(PIN)).toBe(false);
    expect(await world.store.openRisks(10)).toEqual([]);
  });

  test.each([
    ['one silence, though commands are given once', 1, 1],
    ['silence after which it was not heard', 2, 2],
  ])('is not taken as without the user for %s', async (_what, commandAttempts, silences) => {
    await atShyTerminal();
    world.settings = { ...world.settings, commandAttempts };
    const b = world.model('B');
    Object.assign(b.manners, { mumbles: true, lies: true });
    await world.leave('7');
    await world.look();
    for (let tries = 0; tries < commandAttempts; tries += 1) await pollAndWait();
    await world.look();
    expect(await waitingAtB()).toEqual(['user.query']);
    b.manners.isSilent = true;
    for (let tries = 0; tries < silences; tries += 1) await pollAndWait();
    await world.look();
    expect((await world.rows('B', '7')).has(USER_ITEM)).toBe(true);
    b.manners.isSilent = false;
    await world.settle();
    expect(must((await world.store.openRisks(10))[0]).terminal.serialNumber).toBe('B');
  });

  test('is not asked again where the poll that ended the question is written as a contact a moment later', async () => {
    await atShyTerminal();
    world.settings = { ...world.settings, commandAttempts: 2 };
    Object.assign(world.model('B').manners, { mumbles: true });
    await world.leave('7');
    await world.look();
    await pollAndWait(); // done, and its answer unclear
    await pollAndWait(); // silent for want of the user
    await world.look();
    for (let tries = 0; tries < 2; tries += 1) await pollAndWait();
    const contact = { serialNumber: asSerialNumber('B'), at: world.now, address: '192.0.2.1', brand: 'shy' };
    await world.look();
    expect(await waitingAtB()).toEqual([]);
    await world.store.noteTerminal(contact);
    await world.look();
    expect(await waitingAtB()).toEqual([]);
    expect((await world.rows('B', '7')).size).toBe(0);
  });

  test('gets no bare user over somebody who is wanted again meanwhile', async () => {
    await atShyTerminal();
    world.model('B').users.delete(PIN);
    await untilBareUserWaits();
    await world.assign('7', 'B');
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
    expect(world.model('B').users.get(PIN)?.name).toBe('Ann');
  });

  test('gets no bare user over somebody of whom it tells that they are its administrator', async () => {
    await atShyTerminal();
    const b = world.model('B');
    b.users.delete(PIN);
    await untilBareUserWaits();
    await world.send('B', b.makeAdministrator(PIN, 'Boss'));
    await world.settle();
    expect(b.users.get(PIN)).toMatchObject({ name: 'Boss', privilege: 14 });
    expect(must((await world.rows('B', '7')).get(USER_ITEM)).reason).toBe('ROSTER_ADMINISTRATOR');
  });

  test.each([
    ['syncing is switched off', { settings: { zone: 'UTC', isSyncOff: true } }],
    ['the terminal is blocked', { status: 'blocked' }],
  ] as const)('gets no bare user after %s', async (_what, change) => {
    await atShyTerminal();
    world.model('B').users.delete(PIN);
    await untilBareUserWaits();
    await world.store.changeTerminal(asSerialNumber('B'), change, 'test', 'shy');
    await world.settle();
    expect(await waitingAtB()).toEqual([]);
    expect(world.model('B').users.has(PIN)).toBe(false);
  });
});

/** A removal that came to nothing is tried once more: a bare user and the removal behind it wait at B. */
async function untilBareUserWaits(): Promise<void> {
  await world.unassign('7', 'B');
  for (let tries = 0; tries < world.settings.commandAttempts; tries += 1) {
    await world.look();
    await pollAndWait();
  }
  await world.look();
  expect(await waitingAtB()).toEqual(['user.delete', 'user.update']);
}

/** B is not heard again until what it did not answer is given up. */
async function pollAndWait(): Promise<void> {
  await world.poll('B');
  world.now += 10 * 60_000;
  await world.store.sweepCommands(world.tick());
}

async function waitingAtB(): Promise<string[]> {
  const filter = { serialNumber: asSerialNumber('B'), states: ['queued'], limit: 9 } as const;
  return (await world.store.listCommands(filter)).map(({ kind }) => kind);
}

test('whoever is enrolled at the keypad again before anybody looked is removed again, however often', async () => {
  for (const name of ['A', 'B']) await world.terminal(name);
  await world.enrol('A', '7', 5, 'five', 'Ann');
  await world.assign('7', 'A', 'B');
  await world.settle();
  await world.leave('7');
  for (let times = 0; times <= world.settings.attempts; times += 1) {
    await world.look();
    await world.poll('B'); // deleted, and nobody looked at it yet
    world.now += 10_000;
    await world.enrol('B', '7', 5, `again ${times}`);
  }
  await world.settle();
  expect(world.kept('B', '7')).toBeUndefined();
  expect(await world.store.openRisks(10)).toEqual([]);
});

test('a finger that is told after its user was removed takes the user along, where nothing goes without', async () => {
  for (const name of ['A', 'B']) await world.terminal(name, 'whole');
  await world.enrol('A', '7', 5, 'five', 'Ann');
  await world.assign('7', 'A', 'B');
  await world.settle();
  await world.leave('7');
  await world.look();
  await world.poll('B'); // deleted, and nobody looked at it yet
  world.now += 10_000;
  const { templates } = world.model('B').enrol(PIN, 5, 'five');
  await world.send('B', { templates: templates ?? [] }); // as EBKN terminals tell of an enrolment: without the user
  await world.settle();
  expect(world.kept('B', '7')).toBeUndefined();
  expect(await world.store.openRisks(10)).toEqual([]);
});

test('somebody who is wanted again after a removal that may have been done is written anew', async () => {
  for (const name of ['A', 'B']) await world.terminal(name);
  await world.enrol('A', '7', 5, 'five', 'Ann');
  await world.assign('7', 'A', 'B');
  await world.settle();
  const { manners, users } = world.model('B');
  manners.isSilent = true;
  await world.unassign('7', 'B');
  await world.look();
  await world.poll('B');
  users.delete(PIN); // done, and the answer lost
  manners.isSilent = false;
  await world.store.sweepCommands((world.now += 10 * 60_000)); // the removal waits again
  await world.assign('7', 'B');
  await world.settle();
  expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
});
