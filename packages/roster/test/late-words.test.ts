import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber, digestOf, USER_ITEM } from '@biolistener/core';
import { ModelTerminal } from './model-terminal.ts';
import { World } from './world.ts';

// What a terminal sends can be older than what it did since: it sends an upload again whose answer was lost, and does commands
// that were cancelled when they had just left.

jest.setTimeout(60_000);

const FINGER = 'template:fingerprint:5:0:10';
const THERE = { 'fingerprint:5:0': digestOf('five') };
const CONFIRMED = { [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' };

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

async function expectThere(): Promise<void> {
  expect(world.kept('A', '7')).toEqual(THERE);
  expect(await world.states('A', '7')).toEqual(CONFIRMED);
}

describe.each(['single', 'whole'])('somebody who is deleted and wanted again (%s)', (brand) => {
  beforeEach(async () => {
    await world.terminal('A', brand);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A');
    await world.settle();
    await world.unassign('7', 'A');
  });

  test('is put back although the terminal sends their enrolment once more', async () => {
    const upload = copyOf('A').enrol(asPin('7'), 5, 'five');
    await world.settle();
    expect(world.kept('A', '7')).toBeUndefined();
    await world.send('A', upload);
    await world.assign('7', 'A');
    await world.settle();
    await expectThere();
  });

  test('is put back also where the terminal says nothing of whom it does not have', async () => {
    const upload = copyOf('A').enrol(asPin('7'), 5, 'five');
    await world.settle();
    Object.assign(world.model('A').manners, { isShy: true });
    await world.send('A', upload);
    await world.assign('7', 'A');
    await world.settle();
    await expectThere();
  });

  test('and enrols that finger anew while it is being read back, has it proven', async () => {
    await world.settle();
    await world.assign('7', 'A');
    await world.look();
    await world.poll('A', 9); // put
    await world.look(); // and asked for
    await world.poll('A', 9); // and answered
    await world.enrol('A', '7', 5, 'other');
    await world.settle();
    expect(world.kept('A', '7')).toEqual({ 'fingerprint:5:0': digestOf('other') });
    expect(await world.states('A', '7')).toEqual(CONFIRMED);
    const open = ['queued', 'leased', 'sent', 'answered'] as const;
    expect(await world.store.listCommands({ states: open, limit: 9 })).toEqual([]);
  });

  test('stays, and is only asked for, where they were enrolled anew', async () => {
    await world.settle();
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A');
    await world.settle();
    await expectThere();
    const last = await world.store.listCommands({ serialNumber: asSerialNumber('A'), limit: 1 });
    expect(last[0]?.kind).toMatch(/query$/);
  });

  test.each([true, false])(
    'is put back where the removal left before it could be stopped (answered: %s)',
    async (is) => {
      await world.look(); // the removal is queued
      await world.assign('7', 'A');
      const answers = world.pollBeforeCancelled('A');
      await world.look();
      expect(world.kept('A', '7')).toBeUndefined();
      if (is) await answers();
      await world.settle();
      await expectThere();
    },
  );
});

/** The same terminal as it would be had nothing been told to it: what it sends now it sent before. */
const copyOf = (name: string): ModelTerminal =>
  new ModelTerminal(world.model(name).serialNumber, world.model(name).brand);
