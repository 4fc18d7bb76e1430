import { expect, test } from '@jest/globals';
import { asPin, type LocalDate } from '@biolistener/core';
import { approve, OTHER_SN, personOf, sealedOf, SN, T0, takeMarks } from './builders.ts';
import { must, type Subject } from './harness.ts';

export function persons(subject: () => Subject): void {
  test('a person is found as told, by id and by PIN, and the PIN is text', async () => {
    const { store } = subject();
    const put = await store.putPerson(
      personOf({
        ...{ pin: asPin('007'), employee: 'HR-EMP-7', card: '1234', isAdministrator: true, isEverywhere: true },
        ...{ password: sealedOf('pw'), validFrom: '2026-03-01' as LocalDate, validTo: '2026-12-31' as LocalDate },
        ...{ origin: 'desk', deskName: 'BDU-7' },
      }),
      'desk:hr',
      T0,
    );
    expect(put).toEqual({
      ...{ id: put.id, pin: '007', employee: 'HR-EMP-7', name: 'Asha Nair', card: '1234', isAdministrator: true },
      ...{ hasPassword: true, isEverywhere: true, validFrom: '2026-03-01', validTo: '2026-12-31', state: 'active' },
      ...{ origin: 'desk', deskName: 'BDU-7', createdAt: T0, changedAt: T0 },
    });
    expect(put.id).toMatch(/^[0-9]+$/);
    expect(await store.findPerson(asPin('007'))).toEqual(put);
    expect(await store.getPerson(put.id)).toEqual(put);
    expect(await store.findPerson(asPin('7'))).toBeUndefined();
    expect(await store.findPassword(put.id)).toMatchObject({ keyId: 'k1', bytes: sealedOf('pw').bytes });
    await expect(store.getPerson('999')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('a change keeps what it does not name and forgets what is null; the same again changes nothing', async () => {
    const { store } = subject();
    const first = await store.putPerson(
      personOf({ card: '5', employee: 'E1', password: sealedOf('a') }),
      'cli:root',
      T0,
    );
    const second = await store.putPerson(personOf({ card: null, password: null }), 'cli:root', T0 + 5);
    expect(second).toMatchObject({
      id: first.id,
      employee: 'E1',
      card: undefined,
      hasPassword: false,
      changedAt: T0 + 5,
    });
    expect(await store.findPassword(first.id)).toBeUndefined();
    await takeMarks(store);
    expect(await store.putPerson(personOf(), 'cli:root', T0 + 9)).toEqual(second);
    expect(await store.listMarks(9)).toEqual([]);
    expect((await store.listAudit({ subject: `person:${first.id}`, limit: 9 })).length).toBe(2);
  });

  test('the audit names what was changed, and no password', async () => {
    const { store } = subject();
    const { id } = await store.putPerson(personOf({ password: sealedOf('hidden') }), 'api:hr', T0);
    const entries = await store.listAudit({ subject: `person:${id}`, limit: 9 });
    expect(entries).toMatchObject([
      { actor: 'api:hr', action: 'person.add', details: { pin: '1', changed: ['name', 'password'] } },
    ]);
    expect(JSON.stringify(entries)).not.toContain('hidden');
  });

  test('what Desk says wins: others only add what nobody said, and terminals least of all', async () => {
    const { store } = subject();
    const put = (with_: Parameters<typeof personOf>[0]) => store.putPerson(personOf(with_), 'test', T0);
    await put({ origin: 'terminal', name: 'A', card: '1' });
    expect(await put({ origin: 'cli', name: 'B' })).toMatchObject({ name: 'B', card: '1', origin: 'cli' });
    expect(await put({ origin: 'terminal', name: 'C' })).toMatchObject({ name: 'B', origin: 'cli' });
    expect(await put({ origin: 'desk', name: 'D', isAdministrator: true })).toMatchObject({
      name: 'D',
      origin: 'desk',
    });
    const after = await put({ origin: 'api', name: 'E', isAdministrator: false, card: null, employee: 'E1' });
    expect(after).toMatchObject({ name: 'D', isAdministrator: true, card: '1', employee: 'E1', origin: 'desk' });
    expect(await put({ origin: 'desk', name: 'F', card: null })).toMatchObject({ name: 'F', card: undefined });
  });

  test('whoever left is wanted nowhere, and the PIN is free for another', async () => {
    const { store } = subject();
    await approve(store, SN);
    const former = await store.putPerson(personOf(), 'cli:root', T0);
    await store.assign(former.id, [SN], 'cli:root', T0);
    await takeMarks(store);
    const left = await store.endPerson(former.id, 'cli:root', T0 + 5);
    expect(left).toMatchObject({ id: former.id, state: 'left', changedAt: T0 + 5 });
    expect(await takeMarks(store)).toEqual([`person:${former.id}`]);
    expect(await store.endPerson(former.id, 'cli:root', T0 + 9)).toEqual(left);
    expect(await store.listMarks(9)).toEqual([]);
    expect(await store.findPerson(asPin('1'))).toBeUndefined();
    expect(await store.assignmentsOf(former.id)).toEqual([]);
    await expect(store.assign(former.id, [SN], 'cli:root', T0)).rejects.toMatchObject({ code: 'STORE_WRONG_STATE' });
    const next = await store.putPerson(personOf({ name: 'Ben Okoro' }), 'cli:root', T0 + 10);
    expect(next.id).not.toBe(former.id);
    expect(await store.findPerson(asPin('1'))).toEqual(next);
    expect(await store.listPersons({ pin: asPin('1'), limit: 9 })).toEqual([left, next]);
    await expect(store.endPerson('999', 'cli:root', T0)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('terminals are added, removed and set; unknown ones are refused as a whole', async () => {
    const { store } = subject();
    await approve(store, SN, OTHER_SN);
    const { id } = await store.putPerson(personOf(), 'cli:root', T0);
    await store.assign(id, [SN, SN], 'cli:root', T0);
    await store.assign(id, [OTHER_SN], 'cli:root', T0);
    expect(await store.assignmentsOf(id)).toEqual([SN, OTHER_SN]);
    await store.unassign(id, [SN], 'cli:root', T0);
    expect(await store.assignmentsOf(id)).toEqual([OTHER_SN]);
    await store.setAssignments(id, [SN], 'desk:hr', T0);
    expect(await store.assignmentsOf(id)).toEqual([SN]);
    const unknown = 'TEST0000009' as typeof SN;
    await expect(store.setAssignments(id, [OTHER_SN, unknown], 'desk:hr', T0)).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    expect(await store.assignmentsOf(id)).toEqual([SN]);
    const [last] = await store.listAudit({ subject: `person:${id}`, limit: 1 });
    expect(last).toMatchObject({
      actor: 'desk:hr',
      action: 'person.assign',
      details: { added: [SN], removed: [OTHER_SN] },
    });
  });

  test('a few changed assignments mark their cells, many mark the person, none mark nothing', async () => {
    const { store } = subject();
    const many = Array.from({ length: 30 }, (_, n) => `TEST00001${String(n).padStart(2, '0')}` as typeof SN);
    await approve(store, SN, ...many);
    const { id } = await store.putPerson(personOf(), 'cli:root', T0);
    await takeMarks(store);
    await store.assign(id, [SN], 'cli:root', T0);
    expect(await takeMarks(store)).toEqual([`cell:${SN}|${id}`]);
    await store.assign(id, [SN], 'cli:root', T0);
    expect(await takeMarks(store)).toEqual([]);
    await store.setAssignments(id, many, 'cli:root', T0);
    expect(await takeMarks(store)).toEqual([`person:${id}`]);
  });

  test('persons are listed by PIN, employee, state, terminal and words in any case, page by page', async () => {
    const { store } = subject();
    await approve(store, SN);
    const put = (pin: string, with_: Parameters<typeof personOf>[0]) =>
      store.putPerson(personOf({ pin: asPin(pin), ...with_ }), 'cli:root', T0);
    const a = await put('1', { name: 'Émile Zöller', employee: 'HR-EMP-1' });
    const b = await put('2', { name: 'Maya Costa', isEverywhere: true });
    const c = await put('30', { name: 'Iván Lee', employee: 'HR-EMP-3' });
    await store.assign(c.id, [SN], 'cli:root', T0);
    await store.endPerson(a.id, 'cli:root', T0);
    const list = async (filter: Omit<Parameters<typeof store.listPersons>[0], 'limit'>) =>
      (await store.listPersons({ limit: 9, ...filter })).map(({ id }) => id);
    expect(await list({})).toEqual([a.id, b.id, c.id]);
    expect(await list({ afterId: a.id })).toEqual([b.id, c.id]);
    expect(await list({ state: 'active' })).toEqual([b.id, c.id]);
    expect(await list({ serialNumber: SN })).toEqual([b.id, c.id]);
    expect(await list({ employee: 'HR-EMP-1' })).toEqual([a.id]);
    expect(await list({ text: 'ÉMILE zÖ' })).toEqual([a.id]);
    expect(await list({ text: 'hr-emp' })).toEqual([a.id, c.id]);
    expect(await list({ text: '30', state: 'active' })).toEqual([c.id]);
    expect(await list({ text: '%' })).toEqual([]);
    expect(must((await store.listPersons({ limit: 1 }))[0]).id).toBe(a.id);
  });
}
