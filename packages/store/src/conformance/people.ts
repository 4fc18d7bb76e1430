import { expect, test } from '@jest/globals';
import { OTHER_SN, contactOf, SN, T0, TARGET, uploadOf } from './builders.ts';
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

  test('commands go out oldest first, once, and are closed by their result', async () => {
    const { store } = subject();
    await store.noteTerminal(contactOf());
    await store.noteTerminal(contactOf(OTHER_SN));
    const revision = await store.revision();
    const first = await store.queueCommand(SN, { kind: 'info', parameters: { a: 1 } });
    const second = await store.queueCommand(SN, { kind: 'clock.set', parameters: {} });
    expect(first.id).toMatch(/^[0-9]{1,16}$/);
    expect(await store.revision()).toBeGreaterThan(revision);
    expect(await store.terminalsWithCommands()).toEqual([SN]);
    expect(await store.takeCommands(SN, 1, T0)).toEqual([{ ...first, state: 'sent', sentAt: T0 }]);
    expect((await store.takeCommands(SN, 5, T0)).map((command) => command.id)).toEqual([second.id]);
    expect(await store.takeCommands(SN, 5, T0)).toEqual([]);
    const result = (id: string, verdict: 'done' | 'failed-for-good' | 'uncertain', code = '0') => ({
      id,
      code,
      verdict,
      info: {},
    });
    await store.commitUpload(uploadOf([], { serialNumber: OTHER_SN, results: [result(first.id, 'done')] }));
    expect(must((await store.listCommands(SN))[0]).state).toBe('sent');
    await store.commitUpload(
      uploadOf([], {
        results: [result(first.id, 'done'), result(second.id, 'failed-for-good', '-1004'), result('no', 'done')],
      }),
    );
    await store.commitUpload(uploadOf([], { results: [result(first.id, 'failed-for-good', '-9')] }));
    expect((await store.listCommands(SN)).map((command) => [command.state, command.resultCode])).toEqual([
      ['done', '0'],
      ['failed', '-1004'],
    ]);
    expect(await store.terminalsWithCommands()).toEqual([]);
  });

  test('a command that failed for now goes out again, at most three times', async () => {
    const { store } = subject();
    await store.noteTerminal(contactOf());
    const { id } = await store.queueCommand(SN, { kind: 'restart', parameters: {} });
    for (let n = 0; n < 3; n += 1) {
      expect((await store.takeCommands(SN, 1, T0 + n)).length).toBe(1);
      await store.commitUpload(uploadOf([], { results: [{ id, code: 'BUSY', verdict: 'failed-for-now', info: {} }] }));
    }
    expect(await store.takeCommands(SN, 1, T0 + 9)).toEqual([]);
    expect(must((await store.listCommands(SN))[0]).state).toBe('failed');
  });

  test('a command for a terminal that nobody knows is refused', async () => {
    const { store } = subject();
    await expect(store.queueCommand(SN, { kind: 'info', parameters: {} })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
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
}
