import { expect, test } from '@jest/globals';
import { punchOf, T0, TARGET, uploadOf } from './builders.ts';
import { must, type Subject } from './harness.ts';

const employee = (name: string, idValue: string | undefined, status = 'Active') => ({
  name,
  employeeName: `Person ${name}`,
  idValue,
  status,
  modified: '2026-03-09 08:00:00',
});

export function people(subject: () => Subject): void {
  test('mirroring tells which id values lead somewhere else than before', async () => {
    const { store } = subject();
    const put = async (...rows: ReturnType<typeof employee>[]) =>
      (await store.putEmployees(TARGET, rows)).changedIdValues.sort();
    expect(await put(employee('E1', '1'), employee('E2', undefined))).toEqual(['1']);
    expect(await put(employee('E1', '1'))).toEqual([]);
    expect(await put(employee('E1', '01'), employee('E2', '2'))).toEqual(['01', '1', '2']);
    expect(await put(employee('E2', '2', 'Left'))).toEqual(['2']);
  });

  test('an id value is matched as text, and may belong to several', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '1'), employee('E2', '01'), employee('E3', '1')]);
    expect((await store.findEmployees(TARGET, '1')).map((row) => row.name)).toEqual(['E1', 'E3']);
    expect(await store.findEmployees(TARGET, '01')).toEqual([employee('E2', '01')]);
    expect(await store.findEmployees('site-2', '1')).toEqual([]);
  });

  test('after a full listing whoever is not named is gone, at that target only', async () => {
    const { store } = subject();
    await store.putEmployees(TARGET, [employee('E1', '1'), employee('E2', '2')]);
    await store.putEmployees('site-2', [employee('E2', '2')]);
    expect(await store.keepOnlyEmployees(TARGET, ['E1'])).toEqual({ removed: 1 });
    expect([await store.countEmployees(TARGET), await store.countEmployees('site-2')]).toEqual([1, 1]);
  });

  test('a cursor holds its last value', async () => {
    const { store } = subject();
    expect(await store.getCursor('employees')).toBeUndefined();
    await store.setCursor('employees', 'a');
    await store.setCursor('employees', 'b');
    expect(await store.getCursor('employees')).toBe('b');
  });

  test('a setting keeps its value and who set it; null forgets; both are audited without the value', async () => {
    const { store } = subject();
    const revision = await store.revision();
    await store.setSetting('webhook', { secret: 'hidden', on: true }, 'api:admin');
    expect(must((await store.listSettings())[0])).toMatchObject({
      key: 'webhook',
      value: { secret: 'hidden', on: true },
      changedBy: 'api:admin',
    });
    expect(await store.revision()).toBe(revision + 1);
    await store.setSetting('webhook', null, 'cli:root');
    expect(await store.listSettings()).toEqual([]);
    const entries = await store.listAudit({ subject: 'setting:webhook', limit: 5 });
    expect(entries.map((entry) => entry.action)).toEqual(['setting.forget', 'setting.change']);
    expect(JSON.stringify(entries)).not.toContain('hidden');
  });

  test('a lease has one owner at a time, until it is released or runs out', async () => {
    const { store, place } = subject();
    const second = await place.open();
    try {
      const claims = await Promise.all([
        store.claimLease('relay', 'a', 100, T0),
        second.claimLease('relay', 'b', 100, T0),
      ]);
      expect(claims.filter(Boolean).length).toBe(1);
      const [owner, other] = claims[0] ? ['a', 'b'] : ['b', 'a'];
      expect(await store.claimLease('relay', must(owner), 100, T0 + 50)).toBe(true);
      expect(await store.claimLease('relay', must(other), 100, T0 + 149)).toBe(false);
      expect(await store.claimLease('relay', must(other), 100, T0 + 150)).toBe(true);
      await store.releaseLease('relay', must(owner));
      expect(await store.claimLease('relay', must(owner), 100, T0 + 151)).toBe(false);
      await store.releaseLease('relay', must(other));
      expect(await store.claimLease('relay', must(owner), 100, T0 + 151)).toBe(true);
    } finally {
      await second.close();
    }
  });

  test("an upload under a lease is stored while the lease is its owner's, and not at all once another took it", async () => {
    const { store } = subject();
    const lease = { name: 'pull:1', owner: 'a' };
    const lost = { code: 'STORE_LEASE_LOST' };
    await expect(store.commitUpload(uploadOf([punchOf(1)], { lease }))).rejects.toMatchObject(lost);
    await store.claimLease(lease.name, 'a', 100, T0);
    expect((await store.commitUpload(uploadOf([punchOf(1)], { lease }))).newPunches).toBe(1);
    await store.claimLease(lease.name, 'b', 100, T0 + 100);
    await expect(store.commitUpload(uploadOf([punchOf(2)], { lease }))).rejects.toMatchObject(lost);
    const many = Array.from({ length: 100 }, (_, at) => punchOf(at + 2));
    const both = await Promise.allSettled([
      store.commitUpload(uploadOf(many, { lease })),
      store.commitUpload(uploadOf([punchOf(1)])),
    ]);
    expect(both).toMatchObject([{ reason: lost }, { value: { duplicatePunches: 1 } }]);
    expect((await store.counts()).punches).toBe(1);
  });
}
