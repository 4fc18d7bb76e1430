import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dropOldKeys, KEYS_SETTLE_MS, type SealCounter } from './drop-keys.ts';
import { addCurrentKey } from './key-file.ts';
import { openKeyFile } from './keyring.ts';

let dir = '';
let path = '';
let old = '';
let current = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
  path = join(dir, 'master.key');
  old = openKeyFile(path).current.id;
  current = addCurrentKey(path);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Answers one count after the other, then the last for ever. */
function counting(
  ...answers: readonly Readonly<Record<string, number>>[]
): SealCounter & { readonly asked: () => number } {
  let asked = 0;
  return {
    sealCounts: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? {}),
    listSettings: () => Promise.resolve([]),
    setSetting: () => Promise.resolve(),
    asked: () => asked,
  };
}
const waits: number[] = [];
const pause = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
const idsLeft = (): readonly string[] => openKeyFile(path).ids();

test('a key that seals nothing leaves the file, once it has been as it is for a while', async () => {
  waits.length = 0;
  expect(await dropOldKeys(path, counting({ [current]: 9 }), pause)).toEqual([old]);
  expect(idsLeft()).toEqual([current]);
  expect(waits[0]).toBeGreaterThan(0);
  expect(waits[0]).toBeLessThanOrEqual(KEYS_SETTLE_MS + 1000);
  expect(await dropOldKeys(path, counting({}), pause)).toEqual([]);
});

test('a key that is needed stays, and the records are counted out', async () => {
  await expect(dropOldKeys(path, counting({ [old]: 3 }), pause)).rejects.toMatchObject({
    code: 'SECURITY_KEY_NEEDED',
    message: expect.stringContaining(`${old} (3)`),
  });
  expect(idsLeft()).toEqual([current, old]);
});

test('a record that comes while it waits keeps the key', async () => {
  await expect(dropOldKeys(path, counting({}, { [old]: 1 }), pause)).rejects.toThrow(/still sealed/);
  expect(idsLeft()).toEqual([current, old]);
});

test('a record that comes at the last moment brings the key back', async () => {
  const key = openKeyFile(path).find(old);
  const store = counting({}, {}, { [old]: 1 });
  await expect(dropOldKeys(path, store, pause)).rejects.toThrow(/still sealed/);
  expect([store.asked(), idsLeft(), openKeyFile(path).find(old)]).toEqual([3, [current, old], key]);
});

test('settings count too', async () => {
  const value = { keyId: old, bytes: 'AAAA' };
  const store = { ...counting({}), listSettings: () => Promise.resolve([{ key: 'secret', value }]) };
  await expect(dropOldKeys(path, store, pause)).rejects.toThrow(/still sealed/);
});
