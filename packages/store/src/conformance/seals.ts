import { expect, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import type { SealedRow } from '../contract/index.ts';
import {
  approve,
  personOf,
  photoOf,
  pieceOf,
  punchOf,
  requestOf,
  sealedOf,
  SN,
  T0,
  templateOf,
  uploadOf,
} from './builders.ts';
import { must, type Subject } from './harness.ts';

const newSeal = (row: SealedRow) => ({ keyId: 'k2', bytes: new TextEncoder().encode(`again ${row.rowId}`) });
const resealed = (row: SealedRow) => ({ ...row, sealed: newSeal(row), oldSealed: row.sealed });

export function seals(subject: () => Subject): void {
  /** Something sealed in every table, by the key k1. */
  const fill = async (): Promise<string> => {
    const { store } = subject();
    await store.quarantine(requestOf('q'));
    await approve(store, SN);
    const users = [
      { pin: asPin('1'), extra: {}, secrets: sealedOf('user') },
      { pin: asPin('2'), extra: {} },
    ];
    const templates = [templateOf('t1'), templateOf('t2', { no: 7 }), templateOf('t3', { pin: asPin('2') })];
    await store.commitUpload(
      uploadOf([punchOf(0)], { users, templates, photos: [photoOf('p')], parked: [pieceOf('x'), pieceOf('y')] }),
    );
    const [ended] = await store.listParked({ limit: 1 });
    await store.setParkedState(must(ended).id, 'discarded', 'cli:root');
    return (await store.putPerson(personOf({ password: sealedOf('person') }), 'cli:root', T0)).id;
  };

  test('everything that another key sealed is listed, table by table, and what has no bytes is not', async () => {
    const { store } = subject();
    await fill();
    const rows = await store.listSealed('k2', 100);
    expect(rows.map(({ table, purpose }) => `${table}/${purpose}`)).toEqual([
      ...['users/user', 'templates/template', 'templates/template', 'templates/template', 'photos/photo'],
      ...['parked/parked', 'quarantine/quarantine', 'persons/user'],
    ]);
    expect(Buffer.from(must(rows[0]).sealed.bytes).toString()).toBe('user');
    expect(await store.listSealed('k1', 100)).toEqual([]);
    expect(await store.sealCounts()).toEqual({ k1: 8 });
  });

  test('a rotation may stop anywhere and go on: what is done is not listed again', async () => {
    const { store } = subject();
    const person = await fill();
    for (let rounds = 0; ; rounds += 1) {
      const rows = await store.listSealed('k2', 3);
      if (rows.length === 0) break;
      expect(rounds).toBeLessThan(3);
      expect(await store.reseal(rows.map(resealed))).toBe(rows.length);
    }
    expect(await store.sealCounts()).toEqual({ k2: 8 });
    expect(await store.findPassword(person)).toMatchObject({ keyId: 'k2' });
    const [head] = await store.templatesOf(asPin('2'));
    expect((await store.findTemplate(must(head).id))?.sealed).toMatchObject({ keyId: 'k2' });
  });

  test('what cannot be opened does not stand in the way: the list goes on behind it', async () => {
    const { store } = subject();
    await fill();
    const seen: string[] = [];
    let after: SealedRow | undefined;
    for (;;) {
      const rows = await store.listSealed('k2', 2, after);
      if (rows.length === 0) break;
      seen.push(...rows.map(({ table, rowId }) => `${table}${rowId}`));
      after = must(rows.at(-1));
    }
    expect([seen.length, new Set(seen).size]).toEqual([8, 8]);
  });

  test('a seal is replaced only where it is still the one that was read', async () => {
    const { store } = subject();
    await fill();
    const rows = await store.listSealed('k2', 100);
    await store.commitUpload(uploadOf([], { templates: [templateOf('newer')], receivedAt: T0 + 9 }));
    expect(await store.reseal(rows.map(resealed))).toBe(7);
    expect(await store.sealCounts()).toEqual({ k1: 1, k2: 7 });
    const [left] = await store.listSealed('k2', 100);
    expect(Buffer.from(must(left).sealed.bytes).toString()).toBe('newer');
    expect(await store.reseal(rows.map(resealed))).toBe(0);
  });

  test('erasing a PIN leaves no template, picture, password or history, and its punches', async () => {
    const { store } = subject();
    const person = await fill();
    await store.commitUpload(
      uploadOf([], {
        templates: [templateOf('t1b')],
        photos: [photoOf('punch', { kind: 'attendance', fileName: 'a' })],
      }),
    );
    const erased = await store.erasePin(asPin('1'), 'cli:root', T0);
    const gone = ['t1', 't1b', 't2', 'p', 'punch'];
    expect(erased).toEqual({
      ...{ templates: 2, photos: 2, passwords: 2, historyRows: 1 },
      digests: gone.map((data) => templateOf(data).digest).sort(),
    });
    expect(await store.templatesOf(asPin('1'))).toEqual([]);
    expect(await store.photosOf(asPin('1'))).toEqual([]);
    expect(await store.findPassword(person)).toBeUndefined();
    expect((await store.getPerson(person)).hasPassword).toBe(false);
    expect((await store.findCell(SN, person))?.seen?.hasPassword).toBe(false);
    expect((await store.templatesOf(asPin('2'))).length).toBe(1);
    expect(await store.findPunch(punchOf(0).id)).toBeDefined();
    const counts = { templates: 2, photos: 2, passwords: 2, historyRows: 1 };
    expect(await store.listAudit({ subject: 'pin:1', limit: 2 })).toMatchObject([
      { action: 'pin.erase', actor: 'cli:root', details: counts },
    ]);
    const nothing = { templates: 0, photos: 0, passwords: 0, historyRows: 0, digests: [] };
    expect(await store.erasePin(asPin('1'), 'cli:root', T0)).toEqual(nothing);
  });
}
