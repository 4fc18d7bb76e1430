import { expect, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import type { Upload } from '../contract/index.ts';
import {
  OTHER_SN,
  pieceOf,
  punchesOf,
  punchOf,
  requestOf,
  sealedOf,
  SN,
  T0,
  templateOf,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

export function uploads(subject: () => Subject): void {
  test('a punch comes back as it was given, with who brought it and when', async () => {
    const { store } = subject();
    const punch = punchOf(1, {
      pin: asPin('007'),
      state: undefined,
      verifyMode: 'FACE',
      workCode: '3',
      claimedDirection: 'OUT',
      certainty: 'ambiguous',
      flags: ['clock-ahead', 'time-ambiguous'],
      extra: { temperature: 36.6, mask: null, parts: [1, 'two'] },
      raw: new Uint8Array([0, 9, 255, 0]),
    });
    const before = Date.now();
    await store.commitUpload(uploadOf([punch], { correlationId: 'c-77', operation: 'realtime' }));
    const { seq, storedAt, ...stored } = must(await store.findPunch(punch.id));
    expect({ ...stored, raw: new Uint8Array(stored.raw) }).toEqual({
      ...punch,
      correlationId: 'c-77',
      operation: 'realtime',
      remoteAddress: '192.0.2.10',
      receivedAt: T0,
      resends: 0,
    });
    expect(seq).toBeGreaterThan(0);
    expect(storedAt).toBeGreaterThanOrEqual(before);
  });

  test('each row of a long upload keeps its own bytes and fields', async () => {
    const { store } = subject();
    const punches = punchesOf(0, 137).map((punch, n) => ({ ...punch, state: n % 3, extra: n % 2 ? { n } : {} }));
    expect(await store.commitUpload(uploadOf(punches))).toEqual({
      newPunches: 137,
      duplicatePunches: 0,
      newParked: 0,
      refusedParked: 0,
    });
    for (const n of [0, 19, 20, 21, 119, 120, 136]) {
      const stored = must(await store.findPunch(must(punches[n]).id));
      expect(new Uint8Array(stored.raw)).toEqual(must(punches[n]).raw);
      expect([stored.state, stored.extra, stored.pin]).toEqual([n % 3, n % 2 ? { n } : {}, must(punches[n]).pin]);
    }
  });

  test('raw bytes may be views into a larger buffer that the caller goes on using', async () => {
    const { store } = subject();
    const body = new Uint8Array(64).fill(7);
    const punch = punchOf(1, { raw: body.subarray(8, 12) });
    await store.commitUpload(
      uploadOf([punch], { parked: [{ ...pieceOf('x'), sealed: { keyId: 'k', bytes: body.subarray(0, 3) } }] }),
    );
    expect(body.length).toBe(64);
    expect([...must(await store.findPunch(punch.id)).raw]).toEqual([7, 7, 7, 7]);
    expect([...must((await store.listParked({ limit: 1 }))[0]).sealed.bytes]).toEqual([7, 7, 7]);
  });

  test('a punch that comes again is one punch with a count', async () => {
    const { store } = subject();
    const punches = punchesOf(0, 45);
    await store.commitUpload(uploadOf(punches));
    const again = await store.commitUpload(uploadOf([...punches.slice(10), punchOf(99)], { correlationId: 'c-2' }));
    expect(again).toEqual({ newPunches: 1, duplicatePunches: 35, newParked: 0, refusedParked: 0 });
    expect(must(await store.findPunch(must(punches[9]).id)).resends).toBe(0);
    expect(must(await store.findPunch(must(punches[10]).id)).resends).toBe(1);
    expect(must(await store.findPunch(must(punches[10]).id)).correlationId).toBe('c-1');
    expect((await store.counts()).punches).toBe(46);
  });

  test('uploads that are committed together count each punch as one after the other would', async () => {
    const { store } = subject();
    const one = (n: number, over: Partial<Upload> = {}): Upload =>
      uploadOf([punchOf(n)], { correlationId: `c-${n}`, ...over });
    const many = Array.from({ length: 27 }, (_, at) => one(6 + at));
    await store.commitUpload(one(1));
    const receipts = await Promise.all(
      [
        one(1), // there already
        one(2),
        one(2, { correlationId: 'again' }),
        one(3, { stamps: { ATTLOG: '3' }, profile: { firmware: '3' } }),
        one(4, { serialNumber: OTHER_SN }), // a gateway that nobody knows
        uploadOf([punchOf(5), punchOf(2), punchOf(5)], { correlationId: 'c-5' }),
        uploadOf([], { stamps: { ATTLOG: '4' } }),
        ...many,
        one(20, { correlationId: 'late', isContactTold: true, receivedAt: T0 + 500 }),
        one(40, { brand: 'other-brand', receivedAt: T0 + 9 }),
      ].map((upload) => store.commitUpload(upload)),
    );
    const counted = receipts.map(({ newPunches, duplicatePunches }) => [newPunches, duplicatePunches]);
    const [isNew, isKnown] = [
      [1, 0],
      [0, 1],
    ];
    expect(counted).toEqual([
      ...[isKnown, isNew, isKnown, isNew, isNew, [1, 2], [0, 0]],
      ...many.map(() => isNew),
      ...[isKnown, isNew],
    ]);
    const kept = await store.listPunches({ limit: 100 });
    const resends = Object.fromEntries(kept.map((punch) => [punch.correlationId, punch.resends]));
    const expected = Object.fromEntries(
      [...Array.from({ length: 32 }, (_, at) => at + 1), 40].map((n) => [`c-${n}`, 0]),
    );
    expect(resends).toEqual({ ...expected, 'c-1': 1, 'c-2': 2, 'c-5': 1, 'c-20': 1 });
    expect(kept.find(({ id }) => id === punchOf(40).id)).toMatchObject({ brand: 'test-brand', receivedAt: T0 + 9 });
    const terminal = await store.findTerminal(SN);
    expect(terminal).toMatchObject({ stamps: { ATTLOG: '4' }, profile: { firmware: '3' }, lastContactAt: T0 + 9 });
  });

  test('a punch that one upload names several times is counted exactly', async () => {
    const { store } = subject();
    const old = punchOf(500);
    const fresh = punchOf(501);
    await store.commitUpload(uploadOf([old]));
    const rows = [
      ...punchesOf(0, 15),
      fresh,
      fresh,
      old,
      old,
      punchOf(15),
      punchOf(16),
      fresh,
      old,
      ...punchesOf(17, 40),
    ];
    const receipt = await store.commitUpload(uploadOf(rows));
    expect(receipt).toEqual({ newPunches: 41, duplicatePunches: 5, newParked: 0, refusedParked: 0 });
    expect(must(await store.findPunch(old.id)).resends).toBe(3);
    expect(must(await store.findPunch(fresh.id)).resends).toBe(2);
  });

  test('an upload may bring punches of another terminal behind the same gateway', async () => {
    const { store } = subject();
    const mine = punchOf(1);
    const theirs = punchOf(2, { serialNumber: OTHER_SN, brand: 'other-brand' });
    await store.commitUpload(uploadOf([mine, theirs]));
    const stored = must(await store.findPunch(theirs.id));
    expect([stored.serialNumber, stored.brand]).toEqual([OTHER_SN, 'other-brand']);
    expect((await store.allTerminals()).map((terminal) => terminal.serialNumber)).toEqual([SN, OTHER_SN]);
  });

  test('what an upload taught about the terminal is merged in the same commit', async () => {
    const { store } = subject();
    await store.noteTerminal({
      serialNumber: SN,
      brand: 'test-brand',
      at: T0,
      address: '192.0.2.9',
      profile: { a: 1, b: { c: 2 } },
    });
    await store.commitUpload(
      uploadOf([punchOf(3)], {
        receivedAt: T0 + 5,
        profile: { b: { d: 3 }, a: null },
        stamps: { ATTLOG: '10' },
        clockDriftSeconds: -25.5,
      }),
    );
    await store.commitUpload(uploadOf([], { receivedAt: T0 + 3, stamps: { OPERLOG: '2' } }));
    const terminal = must(await store.findTerminal(SN));
    expect(terminal.profile).toEqual({ b: { d: 3 } });
    expect(terminal.stamps).toEqual({ ATTLOG: '10', OPERLOG: '2' });
    expect([terminal.clockDriftSeconds, terminal.clockMeasuredAt]).toEqual([-25.5, T0 + 5]);
    expect([terminal.lastContactAt, terminal.punches, terminal.lastPunchAt]).toEqual([T0 + 5, 1, punchOf(3).instant]);
  });

  test('who tells contacts apart brings punches that count, and leaves the contact to that', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], { receivedAt: T0, remoteAddress: '192.0.2.7' }));
    const told = { isContactTold: true, receivedAt: T0 + 9, remoteAddress: '192.0.2.99' };
    await store.commitUpload(uploadOf([punchOf(1)], told)); // few rows, and a row with bytes: they cross differently
    await store.commitUpload(uploadOf([punchOf(2)], { ...told, parked: [pieceOf('x')] }));
    const before = must(await store.findTerminal(SN));
    expect([before.lastContactAt, before.lastAddress, before.punches]).toEqual([T0, '192.0.2.7', 2]);
    await store.noteContacts([{ serialNumber: SN, at: T0 + 9, address: '192.0.2.99' }]);
    expect(must(await store.findTerminal(SN))).toMatchObject({ lastContactAt: T0 + 9, punches: 2 });
  });

  test('a replay brings its records and leaves the contact, the address and the clock alone', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([], { receivedAt: T0, remoteAddress: '192.0.2.7', clockDriftSeconds: 2 }));
    const replay = { isReplay: true, receivedAt: T0 + 9, remoteAddress: '192.0.2.99', clockDriftSeconds: 77 };
    await store.commitUpload(uploadOf([punchOf(1)], replay)); // few rows, and a row with bytes: they cross differently
    await store.commitUpload(uploadOf([punchOf(2)], { ...replay, parked: [pieceOf('x')] }));
    await store.commitUpload(uploadOf([punchOf(3, { serialNumber: OTHER_SN })], { ...replay, serialNumber: OTHER_SN }));
    expect(must(await store.findTerminal(SN))).toMatchObject({
      lastContactAt: T0,
      lastAddress: '192.0.2.7',
      clockDriftSeconds: 2,
      clockMeasuredAt: T0,
      punches: 2,
    });
    expect(must(await store.findTerminal(OTHER_SN))).toMatchObject({
      lastContactAt: 0,
      lastAddress: undefined,
      clockDriftSeconds: undefined,
    });
  });

  test('an upload that breaks a rule of the store leaves nothing of itself behind, and harms no other', async () => {
    const { store } = subject();
    const broken = { ...punchOf(2), pin: null } as unknown as ReturnType<typeof punchOf>; // what the types forbid
    const results = await Promise.allSettled([
      store.commitUpload(uploadOf([punchOf(1)])),
      store.commitUpload(
        uploadOf([punchOf(3), broken], { serialNumber: OTHER_SN, stamps: { ATTLOG: '5' }, parked: [pieceOf('p')] }),
      ),
      store.commitUpload(uploadOf([punchOf(4)])),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'STORE_REJECTED', kind: 'ours' } });
    expect(await store.findPunch(punchOf(3).id)).toBeUndefined();
    expect(await store.findTerminal(OTHER_SN)).toBeUndefined();
    expect(await store.counts()).toMatchObject({ punches: 2, parkedPieces: 0 });
  });

  test('the first of a commit may break a rule as well as a later one', async () => {
    const { store } = subject();
    const broken = { ...punchOf(2), pin: null } as unknown as ReturnType<typeof punchOf>; // what the types forbid
    const results = await Promise.allSettled([
      store.commitUpload(uploadOf([punchOf(3), broken])),
      store.commitUpload(uploadOf([punchOf(4)])),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect((await store.counts()).punches).toBe(1);
  });

  test('users, templates, photos and operations are counted once each, however often they come', async () => {
    const { store } = subject();
    const photo = {
      kind: 'attendance' as const,
      pin: asPin('1'),
      wallTime: undefined,
      fileName: '',
      size: 3,
      sealed: sealedOf('jpg'),
    };
    const upload = uploadOf([], {
      users: [{ pin: asPin('1'), name: 'One', extra: {} }],
      templates: [templateOf('aaa'), templateOf('bbb', { no: 7 })],
      photos: [
        { ...photo, digest: 'd1' },
        { ...photo, digest: 'd2' },
      ],
      operations: [
        {
          id: 'a'.repeat(32),
          source: 'OPERLOG',
          code: '4',
          wallTime: undefined,
          isAlert: false,
          details: { who: '1' },
        },
        { id: 'b'.repeat(32), source: 'OPERLOG', code: '53', wallTime: undefined, isAlert: true, details: {} },
      ],
    });
    await store.commitUpload(upload);
    await store.commitUpload(upload);
    expect(await store.counts()).toMatchObject({ users: 1, templates: 2, photos: 2 });
    const all = await store.listOperations({ limit: 10 });
    expect(all.map((operation) => operation.code)).toEqual(['53', '4']);
    expect(all[1]).toEqual({
      serialNumber: SN,
      source: 'OPERLOG',
      code: '4',
      wallTime: undefined,
      isAlert: false,
      details: { who: '1' },
      receivedAt: T0,
    });
    expect((await store.listOperations({ limit: 10, alertsOnly: true, serialNumber: SN })).length).toBe(1);
  });

  test('a transfer grows, is found, and goes when it is dropped or stale', async () => {
    const { store } = subject();
    const put = (lastBlock: number, at: number, key = 'log') =>
      store.commitUpload(
        uploadOf([], {
          receivedAt: at,
          transfer: { kind: 'put', key, lastBlock, bytes: new Uint8Array([lastBlock, 0]), memo: { of: 3 } },
        }),
      );
    await put(1, T0);
    await put(2, T0 + 1);
    const { bytes, ...found } = must(await store.findTransfer(SN, 'log'));
    expect([...bytes]).toEqual([2, 0]);
    expect(found).toEqual({ key: 'log', lastBlock: 2, memo: { of: 3 }, touchedAt: T0 + 1 });
    expect(await store.findTransfer(OTHER_SN, 'log')).toBeUndefined();
    await store.commitUpload(uploadOf([], { transfer: { kind: 'drop', key: 'log' } }));
    expect(await store.findTransfer(SN, 'log')).toBeUndefined();
    await put(1, T0, 'old');
    await put(1, T0 + 9, 'new');
    expect(await store.dropStaleTransfers(T0 + 9)).toBe(1);
    expect(await store.findTransfer(SN, 'new')).toBeDefined();
  });

  test('quarantine keeps a request once, in order of coming, until it is released', async () => {
    const { store } = subject();
    expect(await store.quarantine(requestOf('one'))).toBe('kept');
    expect(await store.quarantine(requestOf('two'))).toBe('kept');
    expect(await store.quarantine(requestOf('one'))).toBe('known');
    const items = await store.listQuarantine(SN, 10);
    expect(items.map((item) => [new TextDecoder().decode(item.sealed.bytes), item.count])).toEqual([
      ['one', 2],
      ['two', 1],
    ]);
    expect(must(await store.findTerminal(SN))).toMatchObject({ status: 'pending', quarantined: 2 });
    await store.releaseQuarantine([must(items[0]).id]);
    expect((await store.listQuarantine(SN, 10)).map((item) => item.digest)).toEqual([requestOf('two').digest]);
    expect((await store.counts()).quarantined).toBe(1);
  });

  test('a terminal that used up its share of the quarantine is told so, and another still has its own', async () => {
    const { store } = subject();
    const big = { size: 3 * 2 ** 20 };
    expect(await store.quarantine(requestOf('a', big))).toBe('kept');
    expect(await store.quarantine(requestOf('b', big))).toBe('kept');
    expect(await store.quarantine(requestOf('c', big))).toBe('full');
    expect(await store.quarantine(requestOf('b', big))).toBe('known');
    expect(await store.quarantine(requestOf('c', { ...big, serialNumber: OTHER_SN }))).toBe('kept');
    const [first] = await store.listQuarantine(SN, 1);
    await store.releaseQuarantine([must(first).id]);
    expect(await store.quarantine(requestOf('c', big))).toBe('kept');
  });

  test('a terminal may not have more than 200 requests in quarantine', async () => {
    const { store } = subject();
    const verdicts = await Promise.all(Array.from({ length: 203 }, (_, n) => store.quarantine(requestOf(`r${n}`))));
    expect(verdicts.filter((verdict) => verdict === 'full').length).toBe(3);
    expect((await store.listQuarantine(SN, 1000)).length).toBe(200);
  });
}
