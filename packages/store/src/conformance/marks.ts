import { expect, test } from '@jest/globals';
import { asPin, templateItem } from '@biolistener/core';
import type { Upload } from '../contract/index.ts';
import {
  approve,
  contactOf,
  OTHER_SN,
  personOf,
  photoOf,
  punchOf,
  rowOf,
  sealedOf,
  SN,
  T0,
  takeMarks,
  templateOf,
  uploadOf,
} from './builders.ts';
import type { Subject } from './harness.ts';

const FINGER = templateItem({ kind: 'fingerprint', no: 6, index: 0, version: '10' });
const userOf = (with_: object = {}) => ({ pin: asPin('1'), extra: {}, ...with_ });

/** What must be looked at again, written with what makes it necessary. */
export function marks(subject: () => Subject): void {
  const marksOf = async (brings: Partial<Upload>): Promise<string[]> => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], brings));
    return takeMarks(store);
  };

  test('are listed oldest first, once each, and cleared only in the version that was listed', async () => {
    const { store } = subject();
    await store.mark(['person:1', 'pin:2', 'person:1']);
    const listed = await store.listMarks(9);
    expect(listed.map(({ subject: name }) => name)).toEqual(['person:1', 'pin:2']);
    expect((await store.listMarks(1)).length).toBe(1);
    await store.mark(['terminal:T', 'person:1']);
    await store.clearMarks(listed);
    expect((await store.listMarks(9)).map(({ subject: name }) => name)).toEqual(['person:1', 'terminal:T']);
    const before = await takeMarks(store);
    expect(before).toEqual(['person:1', 'terminal:T']);
    await store.mark(['person:1']);
    await store.clearMarks(listed); // an old version never comes again
    expect(await takeMarks(store)).toEqual(['person:1']);
    await store.mark([]);
    expect(await store.listMarks(9)).toEqual([]);
  });

  test('a PIN is marked by what is new or changed, and not by the same again', async () => {
    const { store } = subject();
    await approve(store, SN);
    await takeMarks(store);
    expect(await marksOf({ templates: [templateOf('a')] })).toEqual(['pin:1']);
    expect(await marksOf({ templates: [templateOf('a')], receivedAt: T0 + 5 })).toEqual([]);
    expect(await marksOf({ templates: [templateOf('b')] })).toEqual(['pin:1']);
    expect(await marksOf({ templates: [templateOf('b', { isValid: false })] })).toEqual(['pin:1']);
    expect(await marksOf({ photos: [photoOf('a')] })).toEqual(['pin:1']);
    expect(await marksOf({ photos: [photoOf('a')] })).toEqual([]);
    expect(await marksOf({ users: [userOf({ name: 'A', extra: { g: 1 } })] })).toEqual(['pin:1']);
    expect(await marksOf({ users: [userOf({ name: 'A', extra: { g: 1 } })] })).toEqual([]);
    expect(await marksOf({ users: [userOf({ name: '' })] })).toEqual([]);
    expect(await marksOf({ users: [userOf({ card: '7' })] })).toEqual(['pin:1']);
    expect(await marksOf({ users: [userOf({ secrets: sealedOf('x') })] })).toEqual(['pin:1']);
    expect(await marksOf({ users: [userOf({ secrets: sealedOf('sealed anew') })] })).toEqual([]);
    expect(await marksOf({ templates: [templateOf('c'), templateOf('d', { pin: asPin('01'), no: 1 })] })).toEqual([
      'pin:1',
      'pin:01',
    ]);
  });

  test('nothing is marked by punches, pictures of punches, or pictures of nobody', async () => {
    const { store } = subject();
    await approve(store, SN);
    await takeMarks(store);
    await store.commitUpload(
      uploadOf([punchOf(1)], { photos: [photoOf('a', { kind: 'attendance' }), photoOf('b', { pin: undefined })] }),
    );
    expect(await store.listMarks(9)).toEqual([]);
  });

  test('an upload that is refused marks nothing', async () => {
    const { store } = subject();
    const broken = { ...templateOf('a'), digest: undefined } as unknown as ReturnType<typeof templateOf>;
    await expect(store.commitUpload(uploadOf([], { users: [userOf()], templates: [broken] }))).rejects.toThrow();
    expect(await store.listMarks(9)).toEqual([]);
  });

  test('a terminal that reads back what was put there marks its own cell and not the whole person', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    await store.commitUpload(uploadOf([], { serialNumber: OTHER_SN, templates: [templateOf('a')] }));
    const { id } = await store.putPerson(personOf(), 'cli:root', T0);
    const put = (state: 'accepted' | 'confirmed') =>
      store.applyRoster([rowOf(id, { state }), rowOf(id, { state }, { key: FINGER })], [], T0);
    await put('accepted');
    await takeMarks(store);
    const cell = [`cell:${SN}|${id}`];
    const readBack = { users: [userOf({ name: 'A' })], templates: [templateOf('a')] };
    expect(await marksOf(readBack)).toEqual(cell);
    expect(await marksOf(readBack)).toEqual(cell); // it is still to be compared
    await put('confirmed');
    expect(await marksOf(readBack)).toEqual([]);
    expect(await marksOf({ templates: [templateOf('new')] })).toEqual(['pin:1']);
    expect(await marksOf({ templates: [templateOf('a')] })).toEqual(cell); // an old one is back: drift of this terminal
    expect(await marksOf({ users: [userOf({ name: 'B' })] })).toEqual(['pin:1']);
  });

  test('a terminal is marked by what decides who belongs there and how, and by nothing else', async () => {
    const { store } = subject();
    const change = async (what: Parameters<typeof store.changeTerminal>[1], brand?: string): Promise<string[]> => {
      await store.changeTerminal(SN, what, 'cli:root', brand);
      return takeMarks(store);
    };
    const marked = [`terminal:${SN}`];
    expect(await change({ settings: { name: 'Gate' } }, 'test-brand')).toEqual([]);
    expect(await change({ status: 'approved' })).toEqual(marked);
    expect(await change({ status: 'approved' })).toEqual([]);
    expect(await change({ settings: { name: 'Door', place: 'Plant 1' } })).toEqual([]);
    expect(await change({ settings: { isSyncOff: true } })).toEqual(marked);
    expect(await change({ settings: { isSyncOff: null } })).toEqual(marked);
    expect(await change({ settings: { zone: 'UTC' } })).toEqual(marked);
    expect(await change({ settings: { options: { a: 1 } } })).toEqual(marked);
    expect(await change({}, 'other-brand')).toEqual(marked);
    expect(await change({ status: 'blocked' })).toEqual(marked);
  });

  test('an approved terminal is marked when it teaches what it is, and not by its counters', async () => {
    const { store } = subject();
    const learn = async (profile: NonNullable<Upload['profile']>) => {
      await store.noteContacts([{ ...contactOf(), profile }]);
      return takeMarks(store);
    };
    await store.noteTerminal(contactOf());
    expect(await learn({ dialect: 'P1' })).toEqual([]);
    await approve(store, SN);
    await takeMarks(store);
    const marked = [`terminal:${SN}`];
    expect(await learn({ firmware: '8.0', users: 5 })).toEqual(marked);
    expect(await learn({ users: 6 })).toEqual([]);
    expect(await learn({ firmware: '8.1' })).toEqual(marked);
    expect(await learn({ options: { FPVersion: '10' } })).toEqual(marked);
    expect(await learn({ options: { FPVersion: '10', FaceVersion: '7' } })).toEqual(marked);
    expect(await marksOf({ profile: { users: 9, dialect: 'P2' } })).toEqual(marked);
  });

  test('a person is marked by what is changed of them, and their erased PIN too', async () => {
    const { store } = subject();
    const { id } = await store.putPerson(personOf(), 'cli:root', T0);
    expect(await takeMarks(store)).toEqual([`person:${id}`]);
    await store.putPerson(personOf({ card: '9' }), 'cli:root', T0);
    expect(await takeMarks(store)).toEqual([`person:${id}`]);
    await store.erasePin(asPin('1'), 'cli:root', T0);
    expect(await takeMarks(store)).toEqual(['pin:1']);
  });

  test('what was marked is there for another process', async () => {
    const { store, place } = subject();
    await store.mark([`cell:${SN}|1`]);
    const second = await place.open();
    try {
      expect((await second.listMarks(9)).length).toBe(1);
      await second.clearMarks(await second.listMarks(9));
      expect(await store.listMarks(9)).toEqual([]);
    } finally {
      await second.close();
    }
  });
}
