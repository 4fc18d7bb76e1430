import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, asSerialNumber, digestOf, USER_ITEM } from '@biolistener/core';
import { must } from '../../store/src/conformance/harness.ts';
import { personSubject, terminalSubject } from '../src/index.ts';
import { World } from './world.ts';

jest.setTimeout(60_000);

const FINGER = 'template:fingerprint:5:0:10';
const SLOT = 'fingerprint:5:0';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

describe('somebody who is enrolled at one terminal', () => {
  test.each(['single', 'whole'])(
    'is at every other one that they are assigned to, byte for byte (%s)',
    async (brand) => {
      for (const name of ['A', 'B', 'C']) await world.terminal(name, brand);
      await world.enrol('A', '7', 5, 'five', 'Ann');
      await world.assign('7', 'A', 'B');
      await world.settle();
      expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
      expect(world.model('B').users.get(asPin('7'))?.name).toBe('Ann');
      expect(world.kept('C', '7')).toBeUndefined();
      expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
    },
  );

  test('gets no command at the terminal that sent it', async () => {
    await world.terminal('A');
    await world.terminal('B');
    await world.enrol('A', '7', 5, 'five', 'Ann');
    await world.assign('7', 'A', 'B');
    await world.settle();
    expect(await world.store.listCommands({ serialNumber: asSerialNumber('A'), limit: 10 })).toEqual([]);
    expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
  });

  test('and enrolled anew elsewhere has the new template everywhere', async () => {
    for (const name of ['A', 'B', 'C']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'old');
    await world.assign('7', 'A', 'B', 'C');
    await world.settle();
    await world.enrol('B', '7', 5, 'new');
    await world.settle();
    for (const name of ['A', 'B', 'C']) expect(world.kept(name, '7')).toEqual({ [SLOT]: digestOf('new') });
  });

  test('is put on a terminal that comes later', async () => {
    await world.terminal('A');
    await world.enrol('A', '7', 5, 'five');
    await world.person('7', { isEverywhere: true });
    await world.settle();
    await world.terminal('B');
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
  });

  test('and enrols once more while a write is under way that knows nothing of it, has both everywhere', async () => {
    for (const name of ['A', 'B']) await world.terminal(name, 'whole');
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    let enrolled: Promise<void> | undefined;
    world.model('B').manners.refuses = ({ kind }) => {
      if (kind === 'user.update') enrolled ??= world.enrol('B', '7', 6, 'six'); // told, and then written over
      return false;
    };
    await world.settle();
    await enrolled;
    await world.settle();
    const both = { [SLOT]: digestOf('five'), 'fingerprint:6:0': digestOf('six') };
    for (const name of ['A', 'B']) expect([name, world.kept(name, '7')]).toEqual([name, both]);
  });

  test('every command is verified in the end, or was superseded before it went out', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const commands = await world.store.listCommands({ limit: 100 });
    expect(commands.filter(({ state }) => state !== 'verified').map(({ state }) => state)).toEqual(['cancelled']);
  });

  test('a write that was superseded while it was out is closed once it is answered', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const order = { kind: 'user.update', parameters: { pin: '7', name: 'X' }, pin: asPin('7') } as const;
    const limits = { priority: 8, deadline: world.now + 1e9, maxAttempts: 5, bytes: 40, needsProof: true };
    const made = { ...order, ...limits, origin: 'roster', askedBy: 'system' } as const; // no row names it
    const [queued] = await world.store.queueCommands([{ ...made, serialNumber: asSerialNumber('B') }], world.tick());
    await world.settle();
    expect((await world.store.findCommand(must(queued).id))?.state).toBe('verified');
  });

  test('looked at once more, nothing is done', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    const { id } = await world.assign('7', 'A', 'B');
    await world.settle();
    expect(await world.converger.converge(personSubject(id))).toMatchObject({ changes: 0, commands: 0 });
    expect(await world.converger.plan(personSubject(id))).toEqual([]);
  });
});

test('a finger that was sent before the terminal said its version goes to the others once it did', async () => {
  await world.terminal('A');
  await world.terminal('B');
  await world.send('A', world.model('A').enrol(asPin('7'), 5, 'five', 'Ann', { version: '' }));
  await world.assign('7', 'A', 'B');
  await world.settle();
  expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', 'template:fingerprint:5:0:': 'confirmed' });
  expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', 'template:fingerprint:5:0:': 'impossible' });
  await world.send('A', { profile: { version: '10' } });
  await world.settle();
  for (const name of ['A', 'B'])
    expect(await world.states(name, '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
  expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
  expect(await world.store.listCommands({ serialNumber: asSerialNumber('A'), limit: 10 })).toEqual([]);
});

describe('what a terminal cannot have', () => {
  test('is told with its reason, and the user goes all the same', async () => {
    await world.terminal('A');
    await world.terminal('B', 'single', { algorithm: 'other' });
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'impossible' });
    expect(must((await world.rows('B', '7')).get(FINGER))).toMatchObject({ reason: 'FAKE_FOREIGN' });
  });

  test('is a person with nothing to be known by, where that matters, until they have something', async () => {
    await world.terminal('A');
    await world.terminal('B', 'single', { needsTemplate: true });
    await world.assign('7', 'A', 'B');
    await world.settle();
    expect((await world.rows('B', '7')).get(USER_ITEM)).toMatchObject({ state: 'impossible', reason: 'FAKE_NOBODY' });
    expect(await world.store.listCommands({ serialNumber: asSerialNumber('B'), limit: 10 })).toEqual([]);
    await world.enrol('A', '7', 5, 'five');
    await world.settle();
    expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
  });

  test('stays where it is all the same: whom the terminal enrolled itself, and still tells of', async () => {
    await world.terminal('A', 'single', { needsTemplate: true });
    await world.enrol('A', '7', 5, 'five', 'Ann');
    await world.assign('7', 'A');
    await world.settle();
    await world.store.erasePin(asPin('7'), 'test', world.tick());
    await world.settle();
    expect(await world.states('A', '7')).toMatchObject({ [USER_ITEM]: 'confirmed' });
  });

  test('a refusal is tried again as often as the settings say, then stays failed until a person retries', async () => {
    await world.terminal('A');
    const { manners } = await world.terminal('B');
    manners.refuses = ({ kind }) => kind === 'template.update';
    await world.enrol('A', '7', 5, 'five');
    const { id } = await world.assign('7', 'A', 'B');
    await world.settle();
    expect(must((await world.rows('B', '7')).get(FINGER))).toMatchObject({
      state: 'failed',
      attempts: world.settings.attempts,
      reason: 'ROSTER_REFUSED',
    });
    delete manners.refuses;
    await world.settle();
    expect(world.kept('B', '7')).toEqual({});
    await world.converger.converge(personSubject(id), { isRetry: true });
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
  });

  test('templates wait while the terminal does not take their user', async () => {
    await world.terminal('A');
    const { manners } = await world.terminal('B');
    manners.refuses = ({ kind }) => kind === 'user.update';
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    expect(must((await world.rows('B', '7')).get(USER_ITEM)).state).toBe('failed');
    expect(world.kept('B', '7')).toBeUndefined();
  });

  test('a terminal that says yes and does nothing is never believed', async () => {
    await world.terminal('A');
    const { manners } = await world.terminal('B');
    manners.lies = true;
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const row = must((await world.rows('B', '7')).get(USER_ITEM));
    expect(row).toMatchObject({ state: 'failed', reason: 'ROSTER_READ_BACK_MISSING' });
    const states = (await world.store.listCommands({ limit: 200 })).map(({ state }) => state);
    expect(states).not.toContain('answered');
  });

  test('a silent terminal is tried again when the whole of it is looked at, however often it was given up', async () => {
    await world.terminal('A');
    const { manners } = await world.terminal('B');
    manners.isSilent = true;
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    expect(must((await world.rows('B', '7')).get(USER_ITEM))).toMatchObject({
      state: 'failed',
      reason: 'ROSTER_SILENT',
      attempts: world.settings.attempts,
    });
    manners.isSilent = false;
    await world.poll('B');
    await world.store.mark([terminalSubject(asSerialNumber('B'))]); // as the sweep does for one that returns
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
  });

  test('two terminals that keep templates in a form of their own come to rest', async () => {
    await world.terminal('A');
    for (const name of ['B', 'C']) (await world.terminal(name)).manners.reencodes = true;
    const face = { kind: 'visible-face', no: 0, version: '40.1' } as const;
    await world.send('A', world.model('A').enrol(asPin('7'), 0, 'face', 'Ann', face));
    await world.assign('7', 'A', 'B', 'C');
    await world.settle();
    const key = 'template:visible-face:0:0:40.1';
    for (const name of ['B', 'C'])
      expect(must((await world.rows(name, '7')).get(key))).toMatchObject({
        state: 'confirmed',
        reason: 'ROSTER_PRESENT_ONLY',
        wantedDigest: digestOf('face'),
      });
    expect(await world.states('A', '7')).toMatchObject({ [key]: 'confirmed' });
    expect(await world.store.listCommands({ serialNumber: asSerialNumber('A'), limit: 10 })).toEqual([]);
  });
});

describe('taking off', () => {
  const enrolled = async (): Promise<void> => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
  };

  test('an assignment that ends removes the person there and nowhere else', async () => {
    await enrolled();
    await world.unassign('7', 'B');
    await world.settle();
    expect([world.kept('A', '7'), world.kept('B', '7')]).toEqual([{ [SLOT]: digestOf('five') }, undefined]);
    expect(await world.states('B', '7')).toEqual({});
  });

  test('and begins again puts the person back, also at the terminal that the template came from', async () => {
    await enrolled();
    await world.unassign('7', 'A', 'B');
    await world.settle();
    expect(world.kept('A', '7')).toBeUndefined();
    await world.assign('7', 'A', 'B');
    await world.settle();
    for (const name of ['A', 'B']) expect(world.kept(name, '7')).toEqual({ [SLOT]: digestOf('five') });
  });

  describe('and begins again where a template is that only the terminal itself could enrol', () => {
    const sent = async (): Promise<string[]> =>
      (await world.store.listCommands({ serialNumber: asSerialNumber('A'), limit: 20 })).map(({ kind }) => kind);

    beforeEach(async () => {
      await world.terminal('A', 'single', { algorithm: 'another' });
      await world.enrol('A', '7', 5, 'five'); // of an algorithm that A does not take
      await world.assign('7', 'A');
      await world.settle();
      expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
      await world.unassign('7', 'A');
    });

    test('says why it cannot be put back', async () => {
      await world.settle();
      await world.assign('7', 'A');
      await world.settle();
      expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'impossible' });
      await world.enrol('A', '7', 5, 'five');
      await world.settle();
      expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
    });

    test.each([
      [false, 'confirmed'],
      [true, 'impossible'],
    ])('asks for it where the removal was not answered (done: %s)', async (isDone, state) => {
      Object.assign(world.model('A').manners, { isSilent: true });
      await world.look();
      await world.poll('A');
      if (isDone) world.model('A').users.delete(asPin('7'));
      await world.assign('7', 'A');
      await world.look();
      Object.assign(world.model('A').manners, { isSilent: false });
      await world.settle();
      expect(await world.states('A', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: state });
      expect(await sent()).toContain('template.query');
      expect(await sent()).not.toContain('template.update');
    });
  });

  test('who left is removed everywhere, and a terminal that does not answer stays an open risk', async () => {
    await enrolled();
    world.model('B').manners.isSilent = true;
    await world.leave('7');
    await world.settle();
    expect(world.kept('A', '7')).toBeUndefined();
    const risks = await world.store.openRisks(10);
    expect(risks.map((cell) => cell.terminal.serialNumber)).toEqual(['B']);
  });

  test('nobody whom the service did not put there is touched', async () => {
    await enrolled();
    await world.enrol('B', '99', 1, 'stranger');
    await world.leave('7');
    await world.settle();
    expect(world.kept('B', '99')).toEqual({ 'fingerprint:1:0': digestOf('stranger') });
  });

  test('an administrator of the terminal is never deleted', async () => {
    await enrolled();
    const user = must(world.model('B').users.get(asPin('7')));
    world.model('B').users.set(asPin('7'), { ...user, privilege: 14 });
    await world.send('B', { users: [{ pin: asPin('7'), name: 'X', privilege: 14, extra: {} }] });
    await world.settle();
    await world.leave('7');
    await world.settle();
    expect(world.model('B').deletions).toEqual([]);
    expect(must((await world.rows('B', '7')).get(USER_ITEM))).toMatchObject({ reason: 'ROSTER_ADMINISTRATOR' });
  });

  test('a command that nobody wants any more is cancelled before it goes out', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'B');
    await world.look();
    await world.unassign('7', 'B');
    await world.settle();
    expect(world.model('B').users.size).toBe(0);
    const commands = await world.store.listCommands({ serialNumber: asSerialNumber('B'), limit: 10 });
    expect(new Set(commands.map(({ state }) => state))).toEqual(new Set(['cancelled']));
  });

  test('the last day of validity is inclusive, in the zone of the terminal', async () => {
    await world.terminal('A', 'single', {}, { zone: 'Pacific/Auckland' });
    await world.terminal('B', 'single', {}, { zone: 'America/Los_Angeles' });
    world.now = Date.UTC(2026, 2, 9, 12); // the 10th in Auckland, the 9th in Los Angeles
    await world.person('7', { name: 'Ann', isEverywhere: true, validTo: '2026-03-09' as never });
    await world.settle();
    expect([world.model('A').users.size, world.model('B').users.size]).toEqual([0, 1]);
  });

  test('syncing that is off leaves the terminal alone, and on again makes good for it', async () => {
    await enrolled();
    const B = asSerialNumber('B');
    await world.store.changeTerminal(B, { settings: { isSyncOff: true } }, 'test');
    await world.unassign('7', 'B');
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
    await world.store.changeTerminal(B, { settings: { isSyncOff: null } }, 'test');
    await world.settle();
    expect(world.kept('B', '7')).toBeUndefined();
  });

  test('a blocked terminal keeps its rows in sight, and is cleaned once it is approved again', async () => {
    await enrolled();
    const B = asSerialNumber('B');
    await world.store.changeTerminal(B, { status: 'blocked' }, 'test');
    await world.unassign('7', 'B');
    await world.look();
    await world.look();
    expect(must((await world.rows('B', '7')).get(USER_ITEM))).toMatchObject({ reason: 'ROSTER_TERMINAL_BLOCKED' });
    await world.store.changeTerminal(B, { status: 'approved' }, 'test');
    await world.settle();
    expect([world.kept('B', '7'), await world.states('B', '7')]).toEqual([undefined, {}]);
  });
});

describe('a PIN that somebody else gets', () => {
  test('never brings the templates of the former person', async () => {
    for (const name of ['A', 'B', 'C']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'former');
    await world.assign('7', 'A', 'B');
    await world.settle();
    await world.leave('7');
    await world.person('7', { name: 'New' });
    await world.assign('7', 'B', 'C');
    await world.settle();
    expect([world.kept('B', '7'), world.kept('C', '7')]).toEqual([{}, {}]);
    expect(world.model('B').users.get(asPin('7'))?.name).toBe('New');
    expect(world.model('B').deletions).toEqual(['7']);
  });

  test('waits at a terminal that still has the former person', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'former');
    await world.assign('7', 'B');
    await world.settle();
    world.model('B').manners.isSilent = true;
    await world.leave('7');
    await world.person('7', { name: 'New' });
    await world.assign('7', 'B');
    await world.look();
    await world.look();
    const next = must(await world.store.findPerson(asPin('7')));
    const cell = must(await world.store.findCell(asSerialNumber('B'), next.id));
    expect(cell.items.map(({ state, reason }) => [state, reason])).toEqual([['wanted', 'ROSTER_PREDECESSOR']]);
  });
});

describe('a PIN under which a keypad still knows its former person', () => {
  const leftAtKeypad = async (privilege: number): Promise<void> => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('B', '7', 5, 'former'); // nobody ever assigned them there
    const user = must(world.model('B').users.get(asPin('7')));
    world.model('B').users.set(asPin('7'), { ...user, privilege });
    await world.send('B', { users: [{ pin: asPin('7'), name: 'X', privilege, extra: {} }] });
    await world.assign('7', 'A');
    await world.settle();
    await world.leave('7');
    await world.settle();
    await world.person('7', { name: 'New' });
    await world.assign('7', 'B');
    await world.settle();
  };

  test('is cleaned of them before the new one is put there', async () => {
    await leftAtKeypad(0);
    expect(world.model('B').deletions).toEqual(['7']);
    expect([world.kept('B', '7'), world.model('B').users.get(asPin('7'))?.name]).toEqual([{}, 'New']);
  });

  test.each(['single', 'whole'])(
    'gives the new one back what they enrolled there before it was cleaned (%s)',
    async (brand) => {
      await world.terminal('A');
      await world.terminal('B', brand);
      await world.enrol('B', '7', 5, 'former'); // nobody ever assigned them there
      await world.assign('7', 'A');
      await world.settle();
      await world.leave('7');
      await world.settle();
      await world.person('7', { name: 'New' });
      await world.enrol('B', '7', 6, 'new', 'New');
      await world.assign('7', 'B');
      await world.settle();
      expect(world.model('B').deletions).toEqual(['7']);
      expect(world.kept('B', '7')).toEqual({ 'fingerprint:6:0': digestOf('new') });
      const item = 'template:fingerprint:6:0:10';
      expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', [item]: 'confirmed' });
    },
  );

  test('is left alone where they are an administrator, and the new one is not put there', async () => {
    await leftAtKeypad(14);
    expect([world.model('B').deletions, world.model('B').users.get(asPin('7'))?.name]).toEqual([[], 'X']);
    const next = must(await world.store.findPerson(asPin('7')));
    const cell = must(await world.store.findCell(asSerialNumber('B'), next.id));
    expect(cell.items.map(({ state, reason }) => [state, reason])).toEqual([['failed', 'ROSTER_ADMINISTRATOR']]);
  });
});

describe('drift', () => {
  test('of somebody whom a person deleted at the terminal by a command is repaired at once', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const order = {
      kind: 'user.delete',
      parameters: { pin: '7' },
      pin: asPin('7'),
      origin: 'cli',
      askedBy: 'cli:root',
    } as const;
    const limits = { priority: 5, deadline: world.now + 1e9, maxAttempts: 1, bytes: 40 };
    await world.store.queueCommands([{ ...order, ...limits, serialNumber: asSerialNumber('B') }], world.tick());
    await world.poll('B');
    expect(world.kept('B', '7')).toBeUndefined();
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
  });

  test('of somebody who was deleted at the keypad shows when a new finger is refused for want of the user', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five', 'Ann');
    await world.assign('7', 'A', 'B');
    await world.settle();
    world.model('B').users.delete(asPin('7')); // and nothing is said of it
    await world.enrol('A', '7', 6, 'six', 'Ann');
    await world.settle();
    expect(world.kept('B', '7')).toMatchObject({ 'fingerprint:6:0': digestOf('six') });
    expect(world.model('B').users.get(asPin('7'))?.name).toBe('Ann');
  });

  test('is found by reading again, and repaired', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const user = must(world.model('B').users.get(asPin('7')));
    world.model('B').users.set(asPin('7'), { ...user, templates: new Map() });
    world.now += world.settings.rereadEveryMs + 1;
    await world.store.mark(['terminal:B']);
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
    expect(await world.states('B', '7')).toEqual({ [USER_ITEM]: 'confirmed', [FINGER]: 'confirmed' });
  });

  test('what is as it was costs one question and no writing', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.assign('7', 'A', 'B');
    await world.settle();
    const before = await world.store.listCommands({ limit: 100 });
    world.now += world.settings.rereadEveryMs + 1;
    await world.store.mark(['terminal:B']);
    await world.settle();
    const after = await world.store.listCommands({ limit: 100 });
    const kinds = after.slice(0, after.length - before.length).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['template.query', 'user.query']);
  });
});

describe('somebody whom nobody assigned', () => {
  test('travels nowhere by default', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    await world.enrol('A', '7', 5, 'five');
    await world.settle();
    expect([world.model('B').users.size, await world.store.findPerson(asPin('7'))]).toEqual([0, undefined]);
  });

  test('is everywhere where the policy says so, with the name from the terminal', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    world.settings = { ...world.settings, enrolmentPolicy: 'everywhere' };
    await world.enrol('A', '7', 5, 'five', 'Ann');
    await world.settle();
    expect(world.kept('B', '7')).toEqual({ [SLOT]: digestOf('five') });
    expect(world.model('B').users.get(asPin('7'))?.name).toBe('Ann');
  });

  test('who left does not come back by what terminals still have', async () => {
    for (const name of ['A', 'B']) await world.terminal(name);
    world.settings = { ...world.settings, enrolmentPolicy: 'everywhere' };
    await world.enrol('A', '7', 5, 'five');
    await world.settle();
    await world.leave('7');
    await world.settle();
    await world.enrol('A', '7', 5, 'five');
    await world.settle();
    expect(await world.store.findPerson(asPin('7'))).toBeUndefined();
  });
});
