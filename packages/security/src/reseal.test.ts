import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { addCurrentKey } from './key-file.ts';
import { keyringOfText, openKeyFile } from './keyring.ts';
import { othersThan, resealAll, type SealedRecord, type SealedRows } from './reseal.ts';
import { resealSettings, settingSealCounts } from './reseal-settings.ts';
import { createVault } from './vault.ts';
import { openWebhookSecret, sealWebhookSecret } from './webhook-signature.ts';

const PURPOSES = ['user', 'template', 'photo', 'parked'] as const;
const plainOf = (rowId: number): Buffer => Buffer.from(`secret of row ${rowId}`);

/** Rows in memory, listed in their order; fails in the middle of a batch when told to. */
function rowsOf(count: number, seal: (row: number) => SealedRecord['sealed']) {
  const rows: SealedRecord[] = Array.from({ length: count }, (_, rowId) => ({
    table: 'templates',
    rowId,
    purpose: PURPOSES[rowId % PURPOSES.length] ?? 'user',
    sealed: seal(rowId),
  }));
  const state = { killAfter: Infinity, batches: 0 };
  const store: SealedRows<SealedRecord> = {
    listSealed: (keyId, limit, after) =>
      Promise.resolve(
        rows.filter((row) => row.sealed.keyId !== keyId && row.rowId > (after?.rowId ?? -1)).slice(0, limit),
      ),
    reseal(changes) {
      state.batches += 1;
      let done = 0;
      for (const { oldSealed, ...row } of changes) {
        if (rows[row.rowId]?.sealed !== oldSealed) continue; // somebody else was here
        rows[row.rowId] = row;
        done += 1;
      }
      if (state.batches > state.killAfter) return Promise.reject(new Error('killed'));
      return Promise.resolve(done);
    },
    sealCounts() {
      const counts: Record<string, number> = {};
      for (const { sealed } of rows) counts[sealed.keyId] = (counts[sealed.keyId] ?? 0) + 1;
      return Promise.resolve(counts);
    },
  };
  return { rows, store, state };
}

describe('a change of keys', () => {
  let dir = '';
  let path = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'keys-'));
    path = join(dir, 'master.key');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const sealedWithOld = (count: number) => {
    const old = createVault(openKeyFile(path));
    return rowsOf(count, (rowId) => old.seal(PURPOSES[rowId % PURPOSES.length] ?? 'user', plainOf(rowId)));
  };

  test('leaves every row under the new key alone, with what it held', async () => {
    const { rows, store } = sealedWithOld(250);
    addCurrentKey(path);
    const ring = openKeyFile(path);
    const seen: number[] = [];
    const outcome = await resealAll(store, createVault(ring), ring, ({ done, total }) => void seen.push(done, total));
    expect(outcome).toEqual({ keyId: ring.current.id, resealed: 250, unreadable: [] });
    expect(seen).toEqual([100, 250, 200, 250, 250, 250]);
    const vault = createVault({
      ...ring,
      current: ring.current,
      find: (id) => (id === ring.current.id ? ring.current.key : undefined),
    });
    for (const row of rows) expect(Buffer.from(vault.open(row.purpose, row.sealed))).toEqual(plainOf(row.rowId));
  });

  test.each([0, 1, 2])('killed after %i batches goes on, and meanwhile everything opens', async (killAfter) => {
    const { rows, store, state } = sealedWithOld(250);
    state.killAfter = killAfter;
    addCurrentKey(path);
    const ring = openKeyFile(path);
    const vault = createVault(ring);
    await expect(resealAll(store, vault, ring)).rejects.toThrow('killed');
    for (const row of rows) expect(Buffer.from(vault.open(row.purpose, row.sealed))).toEqual(plainOf(row.rowId));
    expect(new Set(rows.map((row) => row.sealed.keyId)).size).toBe(killAfter < 2 ? 2 : 1);
    state.killAfter = Infinity;
    const { resealed } = await resealAll(store, vault, ring);
    expect(resealed).toBe(250 - Math.min(250, (killAfter + 1) * 100));
    expect(othersThan(ring.current.id, await store.sealCounts())).toBe(0);
  });

  test('leaves what does not open as it is, names it, and does all the rest', async () => {
    const { rows, store } = sealedWithOld(130);
    const stranger = createVault(keyringOfText('77'.repeat(32)));
    const lost = stranger.seal('user', plainOf(0));
    for (let rowId = 0; rowId < 110; rowId += 1) rows[rowId] = { ...rows[rowId]!, sealed: lost };
    addCurrentKey(path);
    const ring = openKeyFile(path);
    const outcome = await resealAll(store, createVault(ring), ring);
    expect([outcome.resealed, outcome.unreadable.length]).toEqual([20, 110]);
    expect(outcome.unreadable[0]).toEqual({ table: 'templates', rowId: 0, code: 'SECURITY_KEY_MISSING' });
    expect(rows[0]?.sealed).toBe(lost);
  });
});

test('sealed settings change their key with the rest, and others stay', async () => {
  const settings = new Map<string, unknown>([['plain', { keyId: 7 }]]);
  const [old, ring] = [keyringOfText('11'.repeat(32)), keyringOfText('22'.repeat(32))];
  settings.set('erpnext.webhook_secret', sealWebhookSecret(createVault(old), 'hush'));
  const store = {
    listSettings: () => Promise.resolve([...settings].map(([key, value]) => ({ key, value }))),
    setSetting: (key: string, value: unknown) => Promise.resolve(void settings.set(key, value)),
  };
  const both = createVault({ ...ring, find: (id) => ring.find(id) ?? old.find(id) });
  expect(await settingSealCounts(store)).toEqual({ [old.current.id]: 1 });
  settings.set('lost', sealWebhookSecret(createVault(keyringOfText('33'.repeat(32))), 'gone'));
  const unreadable = [{ table: 'settings', rowId: 'lost', code: 'SECURITY_KEY_MISSING' }];
  expect(await resealSettings(store, both, ring, 'cli:test')).toEqual({ resealed: 1, unreadable });
  expect(await resealSettings(store, both, ring, 'cli:test')).toEqual({ resealed: 0, unreadable });
  expect(openWebhookSecret(createVault(ring), settings.get('erpnext.webhook_secret'))).toBe('hush');
  expect(settings.get('plain')).toEqual({ keyId: 7 });
});
