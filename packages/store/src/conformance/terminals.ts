import { expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { contactOf, OTHER_SN, pieceOf, punchOf, SN, T0, uploadOf } from './builders.ts';
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

  test('a flood of invented serial numbers ends at ten thousand pending terminals', async () => {
    const { store } = subject();
    const flood = Array.from({ length: 10_000 }, (_, n) => store.noteTerminal(contactOf(asSerialNumber(`F${n}`))));
    await Promise.all(flood);
    await expect(store.noteTerminal(contactOf(SN))).rejects.toMatchObject({
      code: 'STORE_TOO_MANY_PENDING',
      kind: 'permanent',
    });
    await store.noteTerminal(contactOf(asSerialNumber('F1'), T0 + 1));
    await store.changeTerminal(asSerialNumber('F1'), { status: 'blocked' }, 'cli:root');
    expect((await store.noteTerminal(contactOf(SN))).status).toBe('pending');
  });
}
