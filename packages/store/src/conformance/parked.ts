import { expect, test } from '@jest/globals';
import { NOBODY } from '@biolistener/core';
import { OTHER_SN, pieceOf, punchOf, SN, T0, uploadOf } from './builders.ts';
import { must, type Subject } from './harness.ts';

const MIB = 2 ** 20;
const pieces = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => pieceOf(`piece ${from + n}`));
const bigPiece = (text: string, mib: number) => ({ ...pieceOf(text), size: mib * MIB });
const fromNobody = { serialNumber: NOBODY, brand: 'none' };

export function parked(subject: () => Subject): void {
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
    expect(must(await store.findParked(id)).sealed.bytes.length).toBe(0);
    await park();
    const again = must(await store.findParked(id));
    expect([again.state, again.count, again.sealed.bytes.length]).toEqual(['parked', 2, pieceOf('bad').size]);
    await store.setParkedState(id, 'discarded', 'cli:root');
    await park();
    expect(must(await store.findParked(id))).toMatchObject({ state: 'discarded', count: 3 });
    expect(must(await store.findParked(id)).sealed.bytes.length).toBe(0);
    expect(await store.setParkedState(id, 'retry', 'cli:root')).toBe(false); // its bytes are gone
    const actions = (await store.listAudit({ subject: `parked:${id}`, limit: 10 })).map(
      (entry) => entry.details['state'],
    );
    expect(actions).toEqual(['discarded', 'resolved', 'retry']);
  });

  test('of requests without a serial number a thousand pieces are kept, and the others are told as refused', async () => {
    const { store } = subject();
    const send = (list: ReturnType<typeof pieces>) => store.commitUpload(uploadOf([], { ...fromNobody, parked: list }));
    expect(await send(pieces(0, 999))).toMatchObject({ newParked: 999, refusedParked: 0 });
    expect(await send(pieces(999, 1003))).toMatchObject({ newParked: 1, refusedParked: 3 });
    expect(await send(pieces(0, 2))).toMatchObject({ newParked: 0, refusedParked: 0 });
    expect((await store.counts()).parkedPieces).toBe(1000);
    const items = await store.listParked({ serialNumber: NOBODY, limit: 2000 });
    expect(must(items.at(-1))).toMatchObject({ digest: pieceOf('piece 0').digest, count: 2 });
    await store.setParkedState(must(items[0]).id, 'discarded', 'cli:root');
    await store.setParkedState(must(items[1]).id, 'resolved', 'system');
    expect(await send(pieces(1000, 1003))).toMatchObject({ newParked: 2, refusedParked: 1 });
  });

  test('of requests without a serial number 64 MiB are kept, whatever is small still finds room', async () => {
    const { store } = subject();
    const send = (text: string, mib: number) =>
      store.commitUpload(uploadOf([], { ...fromNobody, parked: [bigPiece(text, mib)] }));
    await send('a', 40);
    expect(await send('b', 30)).toMatchObject({ newParked: 0, refusedParked: 1 });
    expect(await send('c', 20)).toMatchObject({ newParked: 1, refusedParked: 0 });
    const [, first] = await store.listParked({ limit: 2 });
    await store.setParkedState(must(first).id, 'resolved', 'system');
    expect(await send('b', 30)).toMatchObject({ newParked: 1 });
    expect(await send('a', 40)).toMatchObject({ newParked: 0, refusedParked: 1 }); // resolved, came again, and has no room
    expect(must(await store.findParked(must(first).id)).state).toBe('resolved');
  });

  test('an upload of a terminal that has no room for its piece fails as a whole, and others are not harmed', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], { parked: [bigPiece('a', 200)] }));
    const full = uploadOf([punchOf(1)], {
      receivedAt: T0 + 5,
      stamps: { ATTLOG: '9' },
      parked: [pieceOf('small'), bigPiece('b', 56)],
    });
    const results = await Promise.allSettled([
      store.commitUpload(uploadOf([punchOf(2)])),
      store.commitUpload(full),
      store.commitUpload(uploadOf([], { serialNumber: OTHER_SN, parked: [bigPiece('b', 56)] })),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'STORE_PARKED_FULL', kind: 'transient' } });
    expect(await store.findPunch(punchOf(1).id)).toBeUndefined();
    expect(must(await store.findTerminal(SN))).toMatchObject({ lastContactAt: T0, stamps: {}, parked: 1 });
    const again = await store.commitUpload(uploadOf([], { parked: [bigPiece('a', 200), bigPiece('c', 55)] }));
    expect(again).toMatchObject({ newParked: 1, refusedParked: 0 });
  });

  test('a terminal may have twenty thousand pieces parked', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], { parked: pieces(0, 20_000) }));
    await expect(store.commitUpload(uploadOf([], { parked: pieces(20_000, 20_001) }))).rejects.toMatchObject({
      code: 'STORE_PARKED_FULL',
    });
    expect((await store.commitUpload(uploadOf([], { parked: pieces(7, 8) }))).newParked).toBe(0);
  });

  test('nobody is no terminal, and what is kept of it can be found', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], { ...fromNobody, parked: [pieceOf('x')] }));
    expect(await store.allTerminals()).toEqual([]);
    expect(await store.listTerminals({})).toEqual([]);
    expect(await store.listTerminals({ status: 'pending' })).toEqual([]);
    expect(await store.findTerminal(NOBODY)).toBeUndefined();
    expect(await store.counts()).toMatchObject({
      parkedPieces: 1,
      terminals: { pending: 0, approved: 0, blocked: 0 },
    });
    const refused = { code: 'STORE_REJECTED' };
    await expect(store.changeTerminal(NOBODY, { status: 'approved' }, 'cli:root', 'b')).rejects.toMatchObject(refused);
    await expect(
      store.noteTerminal({ serialNumber: NOBODY, brand: 'b', at: T0, address: '192.0.2.1' }),
    ).rejects.toMatchObject(refused);
    const [item] = await store.listParked({ serialNumber: NOBODY, limit: 1 });
    expect(must(await store.findParked(must(item).id)).serialNumber).toBe(NOBODY);
  });
}
