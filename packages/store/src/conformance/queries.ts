import { expect, test } from '@jest/globals';
import { asPin, asPunchId } from '@biolistener/core';
import {
  attemptOf,
  deliverable,
  MINUTE,
  OTHER_SN,
  pieceOf,
  punchesOf,
  punchOf,
  SN,
  T0,
  TARGET,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

export function queries(subject: () => Subject): void {
  test('punches are listed newest first and narrowed by terminal, person and time', async () => {
    const { store } = subject();
    const late = punchOf(-5);
    const other = punchOf(30, { serialNumber: OTHER_SN });
    await store.commitUpload(uploadOf(punchesOf(0, 20)));
    await store.commitUpload(uploadOf([late]));
    await store.commitUpload(uploadOf([other], { serialNumber: OTHER_SN }));
    const list = async (filter: object) =>
      (await store.listPunches({ limit: 100, ...filter })).map((punch) => (punch.instant - T0) / MINUTE);
    expect(await list({ limit: 3 })).toEqual([30, 19, 18]);
    expect(await list({ serialNumber: SN, to: T0 + MINUTE })).toEqual([1, 0, -5]);
    expect(await list({ pin: asPin('1') })).toEqual([30, 10, 0]);
    expect(await list({ from: T0 + 18 * MINUTE })).toEqual([30, 19, 18]);
    expect(await list({ serialNumber: SN, pin: asPin('1'), from: T0 + MINUTE })).toEqual([10]);
    expect(await list({ serialNumber: 'nobody' })).toEqual([]);
    expect(await list({ limit: 0 })).toEqual([]);
  });

  test('punches are narrowed by where their delivery stands', async () => {
    const { store } = subject();
    const ids = await deliverable(store, punchesOf(0, 4));
    await store.finishDelivery(TARGET, must(ids[0]), attemptOf('created'), 'C');
    await store.parkDelivery(TARGET, must(ids[1]), attemptOf('parked'), 'refused');
    const list = async (filter: object) => (await store.listPunches({ limit: 10, ...filter })).map((punch) => punch.id);
    expect(await list({ targetId: TARGET, states: ['parked'] })).toEqual([ids[1]]);
    expect(await list({ targetId: TARGET, states: ['parked', 'waiting'], pin: asPin('3') })).toEqual([ids[2]]);
    expect(await list({ targetId: TARGET, states: ['done'] })).toEqual([ids[0]]);
    expect(await list({ targetId: TARGET })).toEqual([...ids].reverse());
    expect(await list({ states: ['done', 'parked'] })).toEqual([ids[1], ids[0]]);
    expect(await list({ targetId: 'nowhere' })).toEqual([]);
  });

  test('a punch is found by the beginning of its id', async () => {
    const { store } = subject();
    const twin = (digit: string) => punchOf(1, { id: asPunchId(`abcdef${digit}`.padEnd(32, '0')) });
    await store.commitUpload(
      uploadOf([twin('1'), twin('2'), { ...twin('3'), id: asPunchId('abcdee'.padEnd(32, 'f')) }]),
    );
    const ids = async (prefix: string, limit = 10) =>
      (await store.findPunchesByPrefix(prefix, limit)).map((punch) => punch.id);
    expect(await ids('abcdef')).toEqual([twin('2').id, twin('1').id]);
    expect(await ids('abcdef', 1)).toEqual([twin('2').id]);
    expect(await ids(twin('1').id)).toEqual([twin('1').id]);
    expect(await ids('abcde')).toEqual([]);
    expect(await ids('abcde%')).toEqual([]);
    expect(await store.findPunch(asPunchId('f'.repeat(32)))).toBeUndefined();
    expect(await store.tracePunch(asPunchId('f'.repeat(32)))).toEqual([]);
  });

  test('the same unreadable bytes are one parked item with a count', async () => {
    const { store } = subject();
    const park = (text: string, at: number) =>
      store.commitUpload(uploadOf([], { receivedAt: at, parked: [pieceOf(text)] }));
    expect((await park('bad', T0)).newParked).toBe(1);
    expect((await park('bad', T0 + 9)).newParked).toBe(0);
    await park('worse', T0);
    const items = await store.listParked({ limit: 10 });
    expect(items.map((item) => [item.digest, item.count])).toEqual([
      [pieceOf('worse').digest, 1],
      [pieceOf('bad').digest, 2],
    ]);
    const { id, sealed, ...bad } = must(items[1]);
    const { sealed: given, ...piece } = pieceOf('bad');
    expect(bad).toEqual({
      ...piece,
      serialNumber: SN,
      brand: 'test-brand',
      state: 'parked',
      count: 2,
      firstAt: T0,
      lastAt: T0 + 9,
    });
    expect([...sealed.bytes]).toEqual([...given.bytes]);
    expect(must(await store.findParked(id)).digest).toBe(bad.digest);
    expect(await store.findParked(999_999)).toBeUndefined();
  });

  test('a parked item changes its state by a person, audited; what was resolved and comes again is parked again', async () => {
    const { store } = subject();
    const park = () => store.commitUpload(uploadOf([], { parked: [pieceOf('bad')] }));
    await park();
    const { id } = must((await store.listParked({ limit: 1 }))[0]);
    expect(await store.setParkedState(id, 'retry', 'cli:root')).toBe(true);
    expect(await store.setParkedState(id, 'retry', 'cli:root')).toBe(false);
    expect(await store.setParkedState(999_999, 'retry', 'cli:root')).toBe(false);
    expect((await store.listParked({ state: 'retry', serialNumber: SN, limit: 5 })).length).toBe(1);
    expect((await store.listParked({ state: 'parked', limit: 5 })).length).toBe(0);
    await store.setParkedState(id, 'resolved', 'system');
    expect((await store.counts()).parkedPieces).toBe(0);
    await park();
    expect(must(await store.findParked(id)).state).toBe('parked');
    await store.setParkedState(id, 'discarded', 'cli:root');
    await park();
    expect(must(await store.findParked(id)).state).toBe('discarded');
    const actions = (await store.listAudit({ subject: `parked:${id}`, limit: 10 })).map(
      (entry) => entry.details['state'],
    );
    expect(actions).toEqual(['discarded', 'resolved', 'retry']);
  });

  test('an empty store counts nothing', async () => {
    const { store } = subject();
    expect(await store.counts()).toEqual({
      punches: 0,
      terminals: { pending: 0, approved: 0, blocked: 0 },
      parkedPieces: 0,
      quarantined: 0,
      templates: 0,
      photos: 0,
      users: 0,
    });
    expect(await store.deliveryCounts(TARGET)).toMatchObject({ waiting: 0, done: 0, notFannedOut: 0 });
  });
}
