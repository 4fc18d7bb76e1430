import { expect, test } from '@jest/globals';
import { asPin, asSerialNumber, PHOTO_ITEM, templateItem, USER_ITEM, type RosterItemKey } from '@biolistener/core';
import type { RosterCell } from '../contract/index.ts';
import {
  answer,
  approve,
  orderOf,
  OTHER_SN,
  personOf,
  photoOf,
  resultOf,
  rowOf,
  send,
  SN,
  T0,
  templateOf,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

const FINGER = templateItem({ kind: 'fingerprint', no: 6, index: 0, version: '10' });
const userOf = (pin: string, with_: object = {}) => ({ pin: asPin(pin), extra: {}, ...with_ });
const namesOf = (cells: readonly RosterCell[]): string[] =>
  cells.map(({ terminal, person }) => `${terminal.serialNumber}|${person.pin}`);

export function roster(subject: () => Subject): void {
  const addPerson = (pin: string, with_: Parameters<typeof personOf>[0] = {}) =>
    subject().store.putPerson(personOf({ pin: asPin(pin), ...with_ }), 'cli:root', T0);

  test('a person belongs to assigned terminals that are approved and not switched off, and so tell its cells', async () => {
    const { store } = subject();
    const pending = asSerialNumber('TEST0000003');
    const off = asSerialNumber('TEST0000004');
    await approve(store, SN, OTHER_SN, off);
    await store.changeTerminal(off, { settings: { isSyncOff: true } }, 'cli:root');
    await store.changeTerminal(pending, {}, 'cli:root', 'test-brand');
    const { id } = await addPerson('1');
    expect(await store.cellsOfPerson(id)).toEqual([]);
    await store.assign(id, [SN, pending, off], 'cli:root', T0);
    expect(namesOf(await store.cellsOfPerson(id))).toEqual([`${SN}|1`]);
    const wanted = async (serialNumber: typeof SN) => must(await store.findCell(serialNumber, id)).isWanted;
    expect(await Promise.all([SN, OTHER_SN, pending, off].map(wanted))).toEqual([true, false, false, false]);
    await addPerson('1', { isEverywhere: true });
    expect(namesOf(await store.cellsOfPerson(id))).toEqual([`${SN}|1`, `${OTHER_SN}|1`]);
    await store.endPerson(id, 'cli:root', T0);
    expect(await store.cellsOfPerson(id)).toEqual([]);
    expect(await store.findCell(SN, '999')).toBeUndefined();
    expect(await store.findCell(asSerialNumber('TEST0000099'), id)).toBeUndefined();
  });

  test('what was put somewhere stays in the cells, wanted or not', async () => {
    const { store } = subject();
    await approve(store, SN);
    const { id } = await addPerson('1');
    await store.applyRoster([rowOf(id, { state: 'confirmed', putDigest: 'd1' })], [], T0);
    await store.endPerson(id, 'cli:root', T0);
    await store.changeTerminal(SN, { status: 'blocked' }, 'cli:root');
    const [cell] = await store.cellsOfPerson(id);
    expect([cell?.isWanted, cell?.items.length, cell?.person.state, cell?.terminal.status]).toEqual([
      false,
      1,
      'left',
      'blocked',
    ]);
    expect(namesOf(await store.cellsOfTerminal(SN, undefined, 9))).toEqual([`${SN}|1`]);
  });

  test('cells of a terminal come page by page, whoever is assigned, everywhere or put there', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const people = [];
    for (const pin of ['1', '2', '3', '4', '5']) people.push(await addPerson(pin, { isEverywhere: pin === '2' }));
    const [a, b, c, d] = people.map(({ id }) => id);
    await store.assign(must(a), [SN], 'cli:root', T0);
    await store.assign(must(d), [SN, OTHER_SN], 'cli:root', T0);
    await store.applyRoster([rowOf(must(c), { state: 'removing' }), rowOf(must(d), {})], [], T0);
    const pages: string[][] = [];
    let after: string | undefined;
    for (;;) {
      const page = await store.cellsOfTerminal(SN, after, 3);
      if (page.length === 0) break;
      pages.push(page.map(({ person }) => person.id));
      after = must(page.at(-1)).person.id;
    }
    expect(pages).toEqual([[a, b, c], [d]]);
    await store.changeTerminal(SN, { settings: { isSyncOff: true } }, 'cli:root');
    expect((await store.cellsOfTerminal(SN, undefined, 9)).map(({ person }) => person.id)).toEqual([c, d]);
    expect(await store.cellsOfTerminal(asSerialNumber('TEST0000099'), undefined, 9)).toEqual([]);
  });

  test('rows and their commands are written together, or not at all; the revision moves once', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const { id } = await addPerson('1');
    const order = orderOf({ origin: 'roster', pin: asPin('1') });
    const revision = await store.revision();
    const { commandIds } = await store.applyRoster(
      [
        rowOf(id, { state: 'queued', attempts: 1, reason: 'r', detail: 'why', readBackAt: T0 + 1 }, { command: 1 }),
        rowOf(id, { state: 'queued' }, { command: 1, key: FINGER }),
        rowOf(id, { state: 'impossible', wantedDigest: null }, { key: PHOTO_ITEM }),
        rowOf(id, { state: 'queued' }, { command: 0, serialNumber: OTHER_SN }),
      ],
      [{ ...order, serialNumber: OTHER_SN }, order],
      T0 + 3,
    );
    expect(await store.revision()).toBe(revision + 1);
    const cell = must(await store.findCell(SN, id));
    expect(cell.items.map(({ key, state, commandId }) => [key, state, commandId])).toEqual([
      [USER_ITEM, 'queued', commandIds[1]],
      [FINGER, 'queued', commandIds[1]],
      [PHOTO_ITEM, 'impossible', undefined],
    ]);
    expect(cell.items[0]).toEqual({
      ...{
        key: 'user',
        state: 'queued',
        wantedDigest: 'd1',
        putDigest: undefined,
        commandId: commandIds[1],
        attempts: 1,
      },
      ...{ reason: 'r', detail: 'why', readBackAt: T0 + 1, changedAt: T0 + 3 },
    });
    expect((await store.findCell(OTHER_SN, id))?.items[0]?.commandId).toBe(commandIds[0]);
    const bad = [rowOf(id, { state: 'confirmed' }), rowOf(id, {}, { command: 5, key: FINGER })];
    await expect(store.applyRoster(bad, [order], T0)).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    const unknown = rowOf(id, {}, { serialNumber: asSerialNumber('TEST0000099') });
    await expect(store.applyRoster([unknown], [], T0)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(store.applyRoster([rowOf('999', {})], [order], T0)).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    expect((await store.findCell(SN, id))?.items[0]?.state).toBe('queued');
    expect((await store.countCommands()).queued).toBe(2);
  });

  test('a row keeps its command until another one is named, and goes when it is told to', async () => {
    const { store } = subject();
    await approve(store, SN);
    const { id } = await addPerson('1');
    const { commandIds } = await store.applyRoster([rowOf(id, { state: 'queued' }, { command: 0 })], [orderOf()], T0);
    await store.applyRoster([rowOf(id, { state: 'accepted', putDigest: 'd1' })], [], T0 + 1);
    expect((await store.findCell(SN, id))?.items).toMatchObject([
      { state: 'accepted', commandId: commandIds[0], putDigest: 'd1' },
    ]);
    await store.applyRoster([rowOf(id, undefined)], [], T0 + 2);
    expect((await store.findCell(SN, id))?.items).toEqual([]);
  });

  test('a cell tells what the terminal itself said of the person', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const { id } = await addPerson('1');
    const user = userOf('1', { name: 'A', privilege: 14, card: '9', isEnabled: false, extra: { spelt: '0001' } });
    await store.commitUpload(
      uploadOf([], { users: [user, userOf('2')], templates: [templateOf('a')], receivedAt: T0 + 7 }),
    );
    const cell = must(await store.findCell(SN, id));
    expect(cell.seen).toEqual({
      ...{ pin: '1', name: 'A', privilege: 14, card: '9', isEnabled: false, hasPassword: false },
      ...{ extra: { spelt: '0001' }, seenAt: T0 + 7 },
    });
    expect(cell.seenTemplates).toMatchObject([{ digest: templateOf('a').digest, seenAt: T0 + 7, serialNumber: SN }]);
    expect(await store.findCell(OTHER_SN, id)).toMatchObject({ seen: undefined, seenTemplates: [] });
  });

  test('what was removed is believed there no more, until the terminal tells of it again; the only copy stays', async () => {
    const { store } = subject();
    await approve(store, SN);
    const { id } = await addPerson('1');
    const told = uploadOf([], { users: [userOf('1')], templates: [templateOf('a'), templateOf('b', { no: 7 })] });
    const seen = async () => {
      const cell = must(await store.findCell(SN, id));
      return [cell.seen !== undefined, cell.seenTemplates.length];
    };
    const remove = async (key: RosterItemKey, state: 'removing' | 'wanted') => {
      await store.applyRoster([rowOf(id, { state, wantedDigest: null }, { key })], [], T0);
      await store.applyRoster([rowOf(id, undefined, { key })], [], T0);
    };
    await store.commitUpload(told);
    await remove(USER_ITEM, 'wanted');
    expect(await seen()).toEqual([true, 2]); // a wish that was dropped removed nothing
    await remove(FINGER, 'removing');
    expect(await seen()).toEqual([true, 1]);
    await remove(USER_ITEM, 'removing');
    expect(await seen()).toEqual([false, 0]);
    expect((await store.templatesOf(asPin('1'))).length).toBe(2);
    await store.commitUpload(told);
    expect(await seen()).toEqual([true, 2]);
  });

  test('strangers are users of a terminal whom no active person accounts for, until they are surely deleted', async () => {
    const { store } = subject();
    await approve(store, SN);
    await addPerson('1');
    const { id: left } = await addPerson('2');
    await store.applyRoster([rowOf(left, { state: 'removing' })], [], T0);
    await store.endPerson(left, 'cli:root', T0);
    await store.commitUpload(
      uploadOf([], { users: ['1', '2', '3', '03'].map((pin) => userOf(pin, { privilege: 14 })) }),
    );
    const strangers = async () => (await store.strangersAt(SN, 9)).map(({ pin, privilege }) => `${pin}/${privilege}`);
    expect(await strangers()).toEqual(['03/14', '3/14']);
    await store.queueCommands([orderOf({ kind: 'user.delete', pin: asPin('3') })], T0);
    const [taken] = await send(store);
    await answer(store, [resultOf(must(taken).id, 'done')]);
    expect(await strangers()).toEqual(['03/14']);
    expect((await store.strangersAt(SN, 0)).length).toBe(0);
  });

  test('a removal that was cancelled when it had just left deletes all the same, once', async () => {
    const { store } = subject();
    await approve(store, SN);
    const told = uploadOf([], { users: [userOf('3')] });
    await store.commitUpload(told);
    await store.queueCommands([orderOf({ kind: 'user.delete', pin: asPin('3') })], T0);
    const [taken] = await send(store);
    const { id } = must(taken);
    await store.cancelCommands([id], 'cli:root', T0);
    const seen = async () => (await store.strangersAt(SN, 9)).length;
    expect(await seen()).toBe(1);
    await answer(store, [resultOf(id, 'done')]);
    expect([await seen(), must(await store.findCommand(id)).state]).toEqual([0, 'cancelled']);
    await store.commitUpload(told); // enrolled anew
    await answer(store, [resultOf(id, 'done')]);
    expect(await seen()).toBe(1);
  });

  test('a summary counts persons, rows by state, and the bytes that are on their way', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN, asSerialNumber('TEST0000003'));
    await store.changeTerminal(SN, { settings: { place: 'Plant 1' } }, 'cli:root');
    const [a, b] = [await addPerson('1'), await addPerson('2')];
    await store.applyRoster(
      [
        rowOf(a.id, { state: 'confirmed' }),
        rowOf(a.id, { state: 'queued' }, { key: FINGER, command: 0 }),
        rowOf(b.id, { state: 'confirmed' }),
        rowOf(a.id, { state: 'failed' }, { serialNumber: OTHER_SN }),
      ],
      [orderOf({ bytes: 700 }), orderOf({ bytes: 50 })],
      T0 + 5,
    );
    const none = { wanted: 0, queued: 0, accepted: 0, confirmed: 0, failed: 0, impossible: 0, removing: 0 };
    const first = {
      ...{ serialNumber: SN, persons: 2, byState: { ...none, confirmed: 2, queued: 1 } },
      ...{ openBytes: 750, oldestOpenAt: T0 + 5 },
    };
    const second = {
      serialNumber: OTHER_SN,
      persons: 1,
      byState: { ...none, failed: 1 },
      openBytes: 0,
      oldestOpenAt: undefined,
    };
    expect(await store.rosterSummary({})).toEqual([first, second]);
    expect(await store.rosterSummary({ place: 'Plant 1' })).toEqual([first]);
    expect(await store.rosterSummary({ serialNumber: OTHER_SN })).toEqual([second]);
    expect(await store.rosterSummary({ serialNumber: OTHER_SN, place: 'Plant 1' })).toEqual([]);
  });

  test('the open risk is whoever left and is, or may be, at a terminal still', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const [put, never, seen, active, reused] = await Promise.all(
      ['1', '2', '3', '4', '5'].map((pin) => addPerson(pin)),
    );
    await store.applyRoster(
      [
        rowOf(must(put).id, { state: 'failed', putDigest: 'd1' }),
        rowOf(must(put).id, { state: 'removing' }, { serialNumber: OTHER_SN, key: FINGER }),
        rowOf(must(never).id, { state: 'impossible' }),
        rowOf(must(active).id, { state: 'confirmed', putDigest: 'd1' }),
      ],
      [],
      T0,
    );
    await store.commitUpload(uploadOf([], { users: ['3', '5'].map((pin) => userOf(pin)) }));
    for (const person of [put, never, seen, reused]) await store.endPerson(must(person).id, 'cli:root', T0);
    await addPerson('5');
    expect(namesOf(await store.openRisks(9))).toEqual([`${SN}|1`, `${OTHER_SN}|1`, `${SN}|3`]);
    expect((await store.openRisks(1)).length).toBe(1);
    await store.applyRoster([rowOf(must(put).id, undefined)], [], T0);
    expect(namesOf(await store.openRisks(9))).toEqual([`${OTHER_SN}|1`, `${SN}|3`]);
  });

  test('one person at a thousand terminals: every cell with its items, its commands and what was seen', async () => {
    const { store } = subject();
    const terminals = Array.from({ length: 1_000 }, (_, n) => asSerialNumber(`TEST9${String(n).padStart(6, '0')}`));
    await Promise.all(terminals.map((serialNumber) => approve(store, serialNumber)));
    const { id } = await addPerson('1', { isEverywhere: true });
    const keys = [USER_ITEM, FINGER, templateItem({ kind: 'face', no: 0, index: 0, version: '7' })];
    const pairs = terminals.flatMap((serialNumber) => keys.map((key) => ({ serialNumber, key })));
    const { commandIds } = await store.applyRoster(
      pairs.map((pair, command) => rowOf(id, { state: 'queued' }, { ...pair, command })),
      pairs.map(({ serialNumber, key }) => orderOf({ serialNumber, pin: asPin('1'), mergeKey: `${key}:1` })),
      T0,
    );
    expect(new Set(commandIds).size).toBe(3_000);
    await store.commitUpload(
      uploadOf([], { serialNumber: must(terminals[7]), templates: [templateOf('a')], photos: [photoOf('p')] }),
    );
    const cells = await store.cellsOfPerson(id);
    expect(cells.length).toBe(1_000);
    expect(cells.every((cell) => cell.isWanted && cell.items.length === 3)).toBe(true);
    expect(new Set(cells.flatMap((cell) => cell.items.map((item) => item.commandId)))).toEqual(new Set(commandIds));
    expect(cells.flatMap((cell) => cell.seenTemplates.map((head) => head.serialNumber))).toEqual([terminals[7]]);
    expect((await store.terminalsWithCommands(T0)).length).toBe(1_000);
  });
}
