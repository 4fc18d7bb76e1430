import { expect, test } from '@jest/globals';
import { asSerialNumber, NOBODY, type SerialNumber } from '@biolistener/core';
import { contactOf, orderOf, OTHER_SN, pieceOf, punchOf, requestOf, SN, T0, uploadOf } from './builders.ts';
import { must, type Subject } from './harness.ts';

export function terminals(subject: () => Subject): void {
  test('a serial number seen for the first time by many at once is one pending terminal', async () => {
    const { store, place } = subject();
    const second = await place.open();
    try {
      const seen = await Promise.all(
        [store, second, store, second].map((each, n) => each.noteTerminal(contactOf(SN, T0 + n))),
      );
      expect(seen.every((terminal) => terminal.status === 'pending' && terminal.brand === 'test-brand')).toBe(true);
      expect((await store.allTerminals()).length).toBe(1);
      expect(must(await store.findTerminal(SN)).lastContactAt).toBe(T0 + 3);
    } finally {
      await second.close();
    }
  });

  test('a known terminal that is seen again keeps what people decided', async () => {
    const { store } = subject();
    await store.changeTerminal(
      SN,
      { status: 'approved', settings: { zone: 'Asia/Kolkata' } },
      'cli:root',
      'test-brand',
    );
    const seen = await store.noteTerminal({ ...contactOf(SN, T0), brand: 'other', profile: { fw: '8' } });
    expect(seen).toMatchObject({
      status: 'approved',
      zone: 'Asia/Kolkata',
      brand: 'test-brand',
      profile: { fw: '8' },
      lastContactAt: T0,
    });
  });

  test('contacts written late do not turn back the last contact, and invent no terminal', async () => {
    const { store } = subject();
    await store.noteTerminal(contactOf(SN, T0));
    await store.noteContacts([
      { serialNumber: SN, at: T0 + 50, address: '192.0.2.50', clockDriftSeconds: 3, profile: { polls: 1 } },
      { serialNumber: SN, at: T0 + 20, address: '192.0.2.20', clockDriftSeconds: 99 },
      { serialNumber: OTHER_SN, at: T0, address: '192.0.2.1' },
    ]);
    expect(await store.findTerminal(SN)).toMatchObject({
      lastContactAt: T0 + 50,
      lastAddress: '192.0.2.50',
      clockDriftSeconds: 3,
      clockMeasuredAt: T0 + 50,
      profile: { polls: 1 },
    });
    expect(await store.findTerminal(OTHER_SN)).toBeUndefined();
  });

  test('a change merges settings: undefined leaves alone, null forgets', async () => {
    const { store } = subject();
    await store.changeTerminal(
      SN,
      { settings: { name: 'Gate', role: 'in', stateMap: { '4': 'none' } } },
      'cli:root',
      'test-brand',
    );
    const changed = await store.changeTerminal(
      SN,
      { status: 'approved', settings: { role: null, place: 'Plant 1' } },
      'cli:root',
    );
    expect(changed).toMatchObject({ name: 'Gate', place: 'Plant 1', status: 'approved', stateMap: { '4': 'none' } });
    expect('role' in changed).toBe(false);
    expect(must(await store.findTerminal(SN)).lastContactAt).toBe(0);
  });

  test('changing a terminal that nobody knows is refused', async () => {
    const { store } = subject();
    await expect(store.changeTerminal(SN, { status: 'approved' }, 'cli:root')).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
  });

  test('a change of a person moves the revision and is audited, traffic does neither', async () => {
    const { store } = subject();
    const before = await store.revision();
    await store.commitUpload(uploadOf([punchOf(1)]));
    await store.noteTerminal(contactOf());
    expect(await store.revision()).toBe(before);
    await store.changeTerminal(SN, { status: 'approved' }, 'api:hr');
    expect(await store.revision()).toBeGreaterThan(before);
    await store.changeTerminal(SN, { status: 'blocked' }, 'cli:root');
    const entries = await store.listAudit({ subject: SN, limit: 10 });
    expect(entries.map((entry) => [entry.actor, entry.details['status']])).toEqual([
      ['cli:root', 'blocked'],
      ['api:hr', 'approved'],
    ]);
    expect((await store.listAudit({ limit: 1 })).length).toBe(1);
    expect(await store.listAudit({ subject: 'nobody', limit: 10 })).toEqual([]);
  });

  test('terminals are listed with what they hold, also by status', async () => {
    const { store } = subject();
    await store.commitUpload(uploadOf([punchOf(1), punchOf(2)], { parked: [pieceOf('x')] }));
    await store.changeTerminal(OTHER_SN, { status: 'approved' }, 'cli:root', 'test-brand');
    const all = await store.listTerminals({});
    expect(all.map((terminal) => [terminal.serialNumber, terminal.punches, terminal.parked])).toEqual([
      [SN, 2, 1],
      [OTHER_SN, 0, 0],
    ]);
    expect((await store.listTerminals({ status: 'approved' })).map((terminal) => terminal.serialNumber)).toEqual([
      OTHER_SN,
    ]);
    expect((await store.counts()).terminals).toEqual({ pending: 1, approved: 1, blocked: 0 });
  });

  test('an implausible clock does not become the time of the last punch', async () => {
    const { store } = subject();
    const future = punchOf(1, { instant: Date.UTC(2099, 0, 1), flags: ['clock-implausible'] });
    await store.commitUpload(uploadOf([punchOf(2), future]));
    expect(must(await store.findTerminal(SN)).lastPunchAt).toBe(punchOf(2).instant);
  });

  test('a brand that a person gives replaces the one of the first request, and is audited', async () => {
    const { store } = subject();
    await store.noteTerminal(contactOf(SN));
    const changed = await store.changeTerminal(SN, { status: 'approved' }, 'cli:root', 'right-brand');
    expect([changed.brand, must(await store.findTerminal(SN)).brand]).toEqual(['right-brand', 'right-brand']);
    expect((await store.changeTerminal(SN, {}, 'cli:root')).brand).toBe('right-brand');
    const [, entry] = await store.listAudit({ subject: SN, limit: 2 });
    expect(must(entry).details).toMatchObject({ brand: 'right-brand', status: 'approved' });
  });

  test('approved terminals of which requests are in quarantine are named until these are released', async () => {
    const { store } = subject();
    const THIRD = asSerialNumber('TEST0000003');
    await store.quarantine(requestOf('one', { serialNumber: OTHER_SN }));
    await store.quarantine(requestOf('two'));
    await store.quarantine(requestOf('three'));
    expect(await store.terminalsWithQuarantine()).toEqual([]);
    for (const each of [SN, OTHER_SN, THIRD])
      await store.changeTerminal(each, { status: 'approved' }, 'cli:root', 'test-brand');
    expect(await store.terminalsWithQuarantine()).toEqual([SN, OTHER_SN]);
    const [first, second] = await store.listQuarantine(SN, 2);
    await store.releaseQuarantine([must(first).id, must(first).id]);
    expect(await store.terminalsWithQuarantine()).toEqual([SN, OTHER_SN]);
    await store.releaseQuarantine([must(second).id]);
    expect(await store.terminalsWithQuarantine()).toEqual([OTHER_SN]);
  });

  test('a flood of invented serial numbers replaces its own oldest, and nothing of which something is kept', async () => {
    const { store } = subject();
    const name = (n: number) => asSerialNumber(`F${n}`);
    const isThere = async (serialNumber: SerialNumber) => (await store.findTerminal(serialNumber)) !== undefined;
    // The oldest contacts of all, each with something of its own.
    const kept = ['QUARANTINE', 'PARKED', 'PUNCHES', 'SETTINGS', 'COMMAND', 'GATEWAY'].map(asSerialNumber);
    const [quarantined, piece, punches, set, commanded, behind] = kept.map((serialNumber) => ({ serialNumber }));
    for (const serialNumber of kept) await store.noteTerminal(contactOf(serialNumber, T0 - 1000));
    await store.quarantine(requestOf('q', { ...must(quarantined), receivedAt: T0 - 1000 }));
    await store.commitUpload(uploadOf([], { ...must(piece), receivedAt: T0 - 1000, parked: [pieceOf('x')] }));
    await store.commitUpload(uploadOf([punchOf(1, must(punches))], { ...must(punches), receivedAt: T0 - 1000 }));
    await store.changeTerminal(must(set).serialNumber, { settings: { name: 'Gate' } }, 'cli:root');
    await store.queueCommands([orderOf({ serialNumber: must(commanded).serialNumber })], T0);
    await store.commitUpload(uploadOf([punchOf(2, must(behind))], { ...must(punches), receivedAt: T0 - 1000 }));
    await store.commitUpload(uploadOf([], { serialNumber: NOBODY, brand: 'none', parked: [pieceOf('y')] }));
    const room = 10_000 - kept.length;
    await Promise.all(Array.from({ length: room }, (_, n) => store.noteTerminal(contactOf(name(n), T0 + n))));
    expect((await store.counts()).terminals.pending).toBe(10_000);
    await store.noteContacts([contactOf(name(0), T0 + 50_000)]);

    expect((await store.noteTerminal(contactOf(SN, T0 + 60_000))).status).toBe('pending');
    expect((await store.commitUpload(uploadOf([punchOf(3)], { serialNumber: OTHER_SN }))).newPunches).toBe(1);
    expect((await store.counts()).terminals.pending).toBe(10_000);
    expect(await Promise.all([0, 1, 2, 3].map((n) => isThere(name(n))))).toEqual([true, false, false, true]);
    expect(await Promise.all(kept.map(isThere))).toEqual(kept.map(() => true));
  });

  test('when something is kept of all that wait, a new serial number is refused, and people go on adding theirs', async () => {
    const { store } = subject();
    const name = (n: number) => asSerialNumber(`F${n}`);
    const flood = Array.from({ length: 10_000 }, (_, n) =>
      store.quarantine(requestOf('q', { serialNumber: name(n), receivedAt: T0 + n })),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['kept']));
    const refused = { code: 'STORE_TOO_MANY_PENDING', kind: 'permanent' };
    const results = await Promise.allSettled([
      store.noteTerminal(contactOf(name(1), T0 + 20_000)),
      store.noteTerminal(contactOf(SN)),
      store.commitUpload(uploadOf([punchOf(1)])),
      store.commitUpload(uploadOf([], { serialNumber: NOBODY, brand: 'none', parked: [pieceOf('y')] })),
    ]);
    expect(results[1]).toMatchObject({ reason: refused });
    expect(results[2]).toMatchObject({ reason: refused });
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await store.quarantine(requestOf('q'))).toBe('full');
    await store.changeTerminal(OTHER_SN, {}, 'cli:root', 'test-brand');
    expect((await store.counts()).terminals.pending).toBe(10_001);

    const [item] = await store.listQuarantine(name(5), 1);
    await store.releaseQuarantine([must(item).id]);
    await store.changeTerminal(OTHER_SN, { status: 'approved' }, 'cli:root');
    expect((await store.noteTerminal(contactOf(SN))).status).toBe('pending');
    expect(await store.findTerminal(name(5))).toBeUndefined();
  });
}
