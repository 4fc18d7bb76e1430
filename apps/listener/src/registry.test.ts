import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type Terminal } from '@biolistener/core';
import type { Contact, Store } from '@biolistener/store';
import { fakeStore, promised, SN, T0, terminalOf } from '../test/kit.ts';
import { createRegistry, merge } from './registry.ts';

const OTHER = asSerialNumber('TEST0000002');

/** A registry over a store whose content the test changes. */
function registryOver(own: Partial<Store> = {}) {
  const state = {
    revision: 1,
    terminals: [] as Terminal[],
    waiting: [] as Terminal['serialNumber'][],
    reads: 0,
    looks: 0,
    now: T0,
    dueAt: undefined as number | undefined,
  };
  const flushed: (readonly Contact[])[] = [];
  const store = fakeStore({
    revision: () => Promise.resolve(state.revision),
    allTerminals: () => {
      state.reads += 1;
      return Promise.resolve([...state.terminals]);
    },
    terminalsWithCommands: () => {
      state.looks += 1;
      return Promise.resolve([...state.waiting]);
    },
    nextCommandAt: () => Promise.resolve(state.dueAt),
    noteContacts: (contacts) => Promise.resolve(void flushed.push(contacts)),
    ...own,
  });
  const registry = createRegistry(store, () => state.now);
  /** As when a person changes something: the revision moves. */
  const change = async (terminals: Terminal[], waiting: Terminal['serialNumber'][] = []) => {
    Object.assign(state, { terminals, waiting, revision: state.revision + 1 });
    return registry.refresh();
  };
  return { registry, state, flushed, change };
}

describe('first sight', () => {
  test('a terminal that nobody knows is written at once, and found from then on', async () => {
    const seen: unknown[] = [];
    const pending = terminalOf({ status: 'pending', lastContactAt: T0, lastAddress: '192.0.2.10' });
    const { registry } = registryOver({
      noteTerminal: (contact) => {
        seen.push(contact);
        return Promise.resolve(pending);
      },
    });
    expect(registry.find(SN)).toBeUndefined();
    const contact = { serialNumber: SN, brand: 'paper', at: T0, address: '192.0.2.10' };
    const entry = await registry.meet(contact);
    expect(seen).toEqual([contact]);
    expect(entry).toMatchObject({ terminal: pending, hasCommands: false, lastContactAt: T0 });
    expect(registry.find(SN)).toBe(entry);
  });

  test('one that the store refuses is not remembered', async () => {
    const { registry } = registryOver({ noteTerminal: () => Promise.reject(new Error('too many wait')) });
    const met = registry.meet({ serialNumber: SN, brand: 'paper', at: T0, address: '' });
    await expect(met).rejects.toThrow('too many');
    expect(registry.find(SN)).toBeUndefined();
  });
});

describe('contacts', () => {
  test('many in a row are one when written, with the last time and address', async () => {
    const { registry, change, flushed } = registryOver();
    await change([terminalOf()]);
    const entry = registry.find(SN)!;
    registry.touch(entry, T0, '192.0.2.10');
    registry.touch(entry, T0 + 1000, '192.0.2.11');
    await registry.flush();
    expect(flushed).toEqual([[{ serialNumber: SN, at: T0 + 1000, address: '192.0.2.11' }]]);
    await registry.flush();
    expect(flushed).toHaveLength(1);
  });

  test('one that comes while another is being written is written next time', async () => {
    const writing = promised<undefined>();
    const batches: (readonly Contact[])[] = [];
    const { registry, change } = registryOver({
      noteContacts: (contacts) => {
        batches.push(contacts);
        return batches.length === 1 ? writing.promise : Promise.resolve();
      },
    });
    await change([terminalOf()]);
    const entry = registry.find(SN)!;
    registry.touch(entry, T0, 'a');
    const first = registry.flush();
    registry.touch(entry, T0 + 1000, 'b');
    writing.resolve(undefined);
    await first;
    await registry.flush();
    expect(batches.map((batch) => batch[0]?.at)).toEqual([T0, T0 + 1000]);
  });

  test('a write that fails loses nothing: the next one brings the same contact and facts', async () => {
    let isBroken = true;
    const written: (readonly Contact[])[] = [];
    const { registry, change } = registryOver({
      noteContacts: (contacts) => {
        if (isBroken) return Promise.reject(new Error('disk full'));
        return Promise.resolve(void written.push(contacts));
      },
    });
    await change([terminalOf()]);
    const entry = registry.find(SN)!;
    registry.touch(entry, T0, '192.0.2.10');
    registry.learn(entry, T0, { profile: { firmware: '8.0' }, clockDriftSeconds: 3 });
    await expect(registry.flush()).rejects.toThrow('disk full');
    isBroken = false;
    await registry.flush();
    expect(written).toMatchObject([[{ serialNumber: SN, profile: { firmware: '8.0' }, clockDriftSeconds: 3 }]]);
  });

  test('what was learnt while a write failed wins over what that write held', async () => {
    const writing = promised<undefined>();
    const batches: (readonly Contact[])[] = [];
    const { registry, change } = registryOver({
      noteContacts: (contacts) => {
        batches.push(contacts);
        return batches.length === 1 ? writing.promise : Promise.resolve();
      },
    });
    await change([terminalOf()]);
    const entry = registry.find(SN)!;
    registry.learn(entry, T0, { profile: { firmware: '7.0', faces: 3 }, clockDriftSeconds: 3 });
    const first = registry.flush();
    registry.learn(entry, T0 + 1, { profile: { firmware: '8.0' }, clockDriftSeconds: 4 });
    writing.reject(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await registry.flush();
    expect(batches[1]).toMatchObject([{ profile: { firmware: '8.0', faces: 3 }, clockDriftSeconds: 4, at: T0 + 1 }]);
  });

  test('a key that a terminal wants forgotten is forgotten in the store too', async () => {
    const { registry, change, flushed } = registryOver();
    await change([terminalOf({ profile: { old: 1 } })]);
    const entry = registry.find(SN)!;
    registry.learn(entry, T0, { profile: { old: null } });
    registry.learn(entry, T0, { profile: { new: 2 } });
    expect(entry.terminal.profile).toEqual({ new: 2 });
    await registry.flush();
    expect(flushed).toMatchObject([[{ profile: { old: null, new: 2 } }]]);
  });
});

describe('what a terminal teaches', () => {
  test('is known at once, and written key by key with the next contact, once', async () => {
    const { registry, change, flushed } = registryOver();
    await change([terminalOf({ profile: { firmware: '7.0', faces: 3 } })]);
    const entry = registry.find(SN)!;
    registry.touch(entry, T0, 'a');
    registry.learn(entry, T0, { profile: { firmware: '8.0' }, clockDriftSeconds: 3 });
    registry.learn(entry, T0 + 1, { profile: { palms: 1 } });
    expect(entry.terminal.profile).toEqual({ firmware: '8.0', faces: 3, palms: 1 });
    expect(entry.factsAt).toBe(T0 + 1);
    await registry.flush();
    expect(flushed).toEqual([
      [{ serialNumber: SN, at: T0 + 1, address: 'a', profile: { firmware: '8.0', palms: 1 }, clockDriftSeconds: 3 }],
    ]);
    registry.touch(entry, T0 + 2, 'a');
    await registry.flush();
    expect(flushed[1]).toEqual([{ serialNumber: SN, at: T0 + 2, address: 'a' }]);
  });

  test('is not undone by a look into a store that has not got it yet', async () => {
    const { registry, change } = registryOver();
    await change([terminalOf({ profile: { firmware: '7.0' } })]);
    registry.learn(registry.find(SN)!, T0, { profile: { firmware: '8.0' } });
    await change([terminalOf({ profile: { firmware: '7.0' }, name: 'Gate' })]);
    expect(registry.find(SN)?.terminal).toMatchObject({ name: 'Gate', profile: { firmware: '8.0' } });
  });

  test('null forgets a key, and no change is the same object', () => {
    const base = { a: 1, b: 2 };
    expect(merge(base, { a: null, c: 3 })).toEqual({ b: 2, c: 3 });
    expect(merge(base, undefined)).toBe(base);
  });
});

describe('strangers', () => {
  const serialOf = (n: number) => asSerialNumber(`F${n}`);
  const pendingOf = (n: number) =>
    terminalOf({ serialNumber: serialOf(n), status: 'pending', lastContactAt: T0 + n, lastAddress: 'a' });
  /** A registry that meets whoever calls, over a store that keeps the last 10,000 of them. */
  function crowd() {
    const flushed: string[] = [];
    const bench = registryOver({
      noteTerminal: (contact) => {
        const terminal = pendingOf(Number(contact.serialNumber.slice(1)));
        bench.state.terminals = [...bench.state.terminals, terminal].slice(-10_000);
        return Promise.resolve(terminal);
      },
      noteContacts: (contacts) => Promise.resolve(void flushed.push(...contacts.map((one) => one.serialNumber))),
    });
    const meet = (n: number) =>
      bench.registry.meet({ serialNumber: serialOf(n), brand: 'paper', at: T0 + n, address: 'a' });
    return { ...bench, meet, flushedOnes: flushed };
  }

  test('one that the store has no more is forgotten with its contact; others stay as they are', async () => {
    const { registry, change, flushed } = registryOver();
    await change([terminalOf(), pendingOf(1), pendingOf(2)]);
    const [kept, gone] = [registry.find(serialOf(1)), registry.find(serialOf(2))!];
    registry.touch(gone, T0, 'a');
    await change([terminalOf(), pendingOf(1)]);
    expect([registry.find(serialOf(1)), registry.find(serialOf(2))]).toEqual([kept, undefined]);
    expect(registry.countByStatus()).toEqual({ pending: 1, approved: 1, blocked: 0 });
    await registry.flush();
    expect(flushed).toEqual([]);
    registry.touch(gone, T0 + 1, 'a'); // a request of it was still in progress
    await registry.flush();
    expect(flushed).toMatchObject([[{ at: T0 + 1 }]]);
  });

  test('one that is met while the store is read stays, though the answer does not have it', async () => {
    const reading = promised<Terminal[]>();
    const { registry } = registryOver({
      allTerminals: () => reading.promise,
      noteTerminal: () => Promise.resolve(pendingOf(1)),
    });
    const refreshed = registry.refresh();
    await Promise.resolve();
    const entry = await registry.meet({ serialNumber: serialOf(1), brand: 'paper', at: T0, address: 'a' });
    reading.resolve([terminalOf()]);
    await refreshed;
    expect(registry.find(serialOf(1))).toBe(entry);
  });

  test('a flood of them stays within what the store keeps; the longest silent go, and what they brought is written', async () => {
    const { registry, state, change, meet, flushedOnes } = crowd();
    await change([terminalOf(), ...Array.from({ length: 9_999 }, (_, n) => pendingOf(n))]);
    const taught = registry.find(serialOf(1))!;
    registry.learn(taught, T0 + 1, { profile: { firmware: '8.0' } });
    registry.touch(registry.find(serialOf(2))!, T0 + 2, 'a');
    for (let n = 10_000; n < 12_500; n += 1) {
      await meet(n);
      expect(registry.countByStatus().pending).toBeLessThanOrEqual(11_000);
    }
    expect([1, 2, 3, 12_499].map((n) => registry.find(serialOf(n)) !== undefined)).toEqual([true, false, false, true]);
    await registry.refresh();
    expect(registry.countByStatus()).toEqual({ pending: 10_000, approved: 1, blocked: 0 });
    expect(registry.find(SN)).toBeDefined();
    await registry.flush();
    expect(flushedOnes).toEqual(['F1', 'F2']);
    expect(state.reads).toBe(1);
  });

  test('when so many wait that the store puts one in the place of another, it is read again, once', async () => {
    const { registry, state, change, meet } = crowd();
    await change(Array.from({ length: 10_000 }, (_, n) => pendingOf(n)));
    await meet(10_000);
    for (const after of [4_999, 5_000, 10_000, 15_000]) {
      state.now = T0 + after;
      await registry.refresh();
      expect(state.reads).toBe(after < 5_000 ? 1 : 2);
    }
    expect([0, 1, 10_000].map((n) => registry.find(serialOf(n)) !== undefined)).toEqual([false, true, true]);
  });
});

describe('following the store', () => {
  test('asks for the terminals only when the revision moved', async () => {
    const { registry, state, change } = registryOver();
    await change([terminalOf()]);
    await registry.refresh();
    await registry.refresh();
    expect(state.reads).toBe(1);
  });

  test('sees an approval, a new zone and a block in the entry that it has', async () => {
    const { registry, change } = registryOver();
    const { zone: _, ...without } = terminalOf({ status: 'pending' });
    await change([without]);
    expect(registry.find(SN)?.terminal).toMatchObject({ status: 'pending' });
    await change([terminalOf()]);
    expect(registry.find(SN)?.terminal).toMatchObject({ status: 'approved', zone: 'Asia/Kolkata' });
    await change([terminalOf({ status: 'blocked' })]);
    expect(registry.find(SN)?.terminal).toMatchObject({ status: 'blocked' });
  });

  test('keeps one entry for a terminal, so that a request in progress sees the change', async () => {
    const { registry, change } = registryOver();
    await change([terminalOf({ status: 'pending' })]);
    const entry = registry.find(SN)!;
    registry.touch(entry, T0, 'a');
    await change([terminalOf({ status: 'approved' })]);
    expect(registry.find(SN)).toBe(entry);
    expect(entry).toMatchObject({ terminal: { status: 'approved' }, lastContactAt: T0, isTouched: true });
  });

  test('many contacts are written piece by piece; a piece that fails and those behind it come again, and no other', async () => {
    const serials = Array.from({ length: 1200 }, (_, at) => asSerialNumber(`SN${at}`));
    const batches: string[][] = [];
    const { registry, change } = registryOver({
      noteContacts: (contacts) => {
        batches.push(contacts.map((contact) => contact.serialNumber));
        return batches.length === 2 ? Promise.reject(new Error('busy')) : Promise.resolve();
      },
    });
    await change(serials.map((serialNumber) => terminalOf({ serialNumber })));
    for (const serialNumber of serials) registry.touch(registry.find(serialNumber)!, T0, 'a');
    await expect(registry.flush()).rejects.toThrow('busy');
    await registry.flush();
    expect(batches.every((batch) => batch.length <= 500)).toBe(true);
    const [first = [], , ...later] = batches;
    expect([...first, ...later.flat()].toSorted()).toEqual(serials.toSorted());
  });

  test('knows who has commands waiting, and who has none any more', async () => {
    const { registry, change } = registryOver();
    const both = [terminalOf(), terminalOf({ serialNumber: OTHER })];
    await change(both, [OTHER]);
    expect([registry.find(SN)?.hasCommands, registry.find(OTHER)?.hasCommands]).toEqual([false, true]);
    await change(both, [SN]);
    expect([registry.find(SN)?.hasCommands, registry.find(OTHER)?.hasCommands]).toEqual([true, false]);
  });

  test('hears of commands that become due though nobody changed anything', async () => {
    const { registry, state, change } = registryOver();
    state.dueAt = T0 + 900;
    await change([terminalOf()]);
    state.waiting = [SN];
    state.now = T0 + 899;
    await registry.refresh();
    expect([registry.find(SN)?.hasCommands, state.looks]).toEqual([false, 1]);
    state.now = T0 + 900;
    await registry.refresh();
    expect([registry.find(SN)?.hasCommands, state.looks, state.reads]).toEqual([true, 2, 1]);
  });

  test('looks where it was told to, and every five seconds because of other processes', async () => {
    const { registry, state, change } = registryOver();
    await change([terminalOf()]);
    registry.lookAgainAt(T0 + 300);
    for (const [after, looks] of [
      [299, 1],
      [300, 2],
      [5_299, 2],
      [5_300, 3],
    ] as const) {
      state.now = T0 + after;
      await registry.refresh();
      expect(state.looks).toBe(looks);
    }
  });

  test('counts terminals by status, none included', async () => {
    const { registry, change } = registryOver();
    expect(registry.countByStatus()).toEqual({ pending: 0, approved: 0, blocked: 0 });
    await change([terminalOf(), terminalOf({ serialNumber: OTHER, status: 'blocked' })]);
    expect(registry.countByStatus()).toEqual({ pending: 0, approved: 1, blocked: 1 });
  });

  test('a look that fails, at any step, is made again', async () => {
    for (const step of ['allTerminals', 'terminalsWithCommands'] as const) {
      let isBroken = true;
      const answer = step === 'allTerminals' ? [terminalOf()] : [SN];
      const { registry, change } = registryOver({
        [step]: () => (isBroken ? Promise.reject(new Error('busy')) : Promise.resolve(answer)),
      });
      await expect(change([terminalOf()])).rejects.toThrow('busy');
      isBroken = false;
      await registry.refresh();
      expect(registry.find(SN)).toMatchObject({ hasCommands: step === 'terminalsWithCommands' });
    }
  });
});
