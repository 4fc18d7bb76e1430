import { expect, test } from '@jest/globals';
import { asPin, asPunchId, asSerialNumber } from '@biolistener/core';
import type { ParkedPiece } from '../contract/index.ts';
import {
  approve,
  attemptOf,
  deliverable,
  MINUTE,
  OTHER_SN,
  pieceOf,
  punchesOf,
  punchOf,
  requestOf,
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

  test('punches of a terminal are counted by when they were received first', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf(punchesOf(0, 3), { receivedAt: T0 }));
    await store.commitUpload(uploadOf(punchesOf(0, 5), { receivedAt: T0 + 5 })); // three of them again
    const other = punchOf(9, { serialNumber: OTHER_SN });
    await store.commitUpload(uploadOf([other], { serialNumber: OTHER_SN, receivedAt: T0 + 6 }));
    expect(await store.countPunchesSince(SN, T0 - 1)).toBe(5);
    expect(await store.countPunchesSince(SN, T0)).toBe(2);
    expect(await store.countPunchesSince(SN, T0 + 5)).toBe(0);
    expect(await store.countPunchesSince(asSerialNumber('NOBODY0001'), 0)).toBe(0);
  });

  test('the last arrival of punches of a stretch counts those that were new, of this terminal', async () => {
    const { store } = subject();
    const last = (after: number, before: number) =>
      store.lastArrivalOf(SN, { after: T0 + after * MINUTE, before: T0 + before * MINUTE });
    await store.commitUpload(uploadOf(punchesOf(0, 3), { receivedAt: T0 + 5 }));
    await store.commitUpload(uploadOf(punchesOf(1, 5), { receivedAt: T0 + 6 })); // two of them again
    const other = punchOf(1, { serialNumber: OTHER_SN });
    await store.commitUpload(uploadOf([other], { serialNumber: OTHER_SN, receivedAt: T0 + 9 }));
    expect([await last(-1, 3), await last(-1, 4), await last(2, 3), await last(4, 99)]).toEqual([
      ...[T0 + 5, T0 + 6, undefined, undefined],
    ]);
  });

  test('what nobody has read of an approved terminal is told, and for how many nobody waits any longer', async () => {
    const { store } = subject();
    const at = (n: number, parked: readonly ParkedPiece[]) =>
      store.commitUpload(uploadOf([], { receivedAt: T0 + n, parked }));
    await store.quarantine(requestOf('early', { receivedAt: T0 + 1 }));
    const unread = async (since: number) =>
      (await store.unreadOf({ tables: ['ATTLOG'], reasons: ['crashed'] }, T0 + since)).get(SN);
    expect(await unread(0)).toBeUndefined(); // not approved
    await approve(store, SN);
    expect(await unread(0)).toEqual({ oldest: T0 + 1, passedOver: 0 });
    await at(5, [pieceOf('row'), { ...pieceOf('photo'), table: 'ATTPHOTO' }]);
    await at(7, [{ ...pieceOf('whole'), table: 'path:/', reason: 'crashed' }]);
    expect(await unread(0)).toEqual({ oldest: T0 + 1, passedOver: 0 });
    expect(await unread(1)).toEqual({ oldest: T0 + 5, passedOver: 1 });
    expect(await unread(9)).toEqual({ oldest: undefined, passedOver: 3 });
    for (const { id } of await store.listParked({ limit: 9 })) await store.setParkedState(id, 'discarded', 'cli:root');
    await store.releaseQuarantine((await store.listQuarantine(SN, 9)).map(({ id }) => id));
    expect(await unread(0)).toBeUndefined();
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
