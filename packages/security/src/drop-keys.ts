import { statSync } from 'node:fs';
import { securityError } from './errors.ts';
import { addOpeningKey, dropKeys } from './key-file.ts';
import { openKeyFile } from './keyring.ts';
import { settingSealCounts, type SealedSettings } from './reseal-settings.ts';

export interface SealCounter extends SealedSettings {
  sealCounts(): Promise<Readonly<Record<string, number>>>;
}

/** How many records and settings each key sealed. */
export async function allSealCounts(store: SealCounter): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = { ...(await store.sealCounts()) };
  for (const [keyId, count] of Object.entries(await settingSealCounts(store)))
    counts[keyId] = (counts[keyId] ?? 0) + count;
  return counts;
}

/** Far longer than a running process needs to see a changed key file and to store what it sealed before. */
export const KEYS_SETTLE_MS = 10_000;

/**
 * Takes every key out of the file that seals nothing any more, and never the current one. Waits until the file has been as
 * it is for a while: a process may still be storing what it sealed with the key of before. If such a record comes all the
 * same, the keys are put back. Answers the ids of what was removed.
 * Errors: SECURITY_KEY_NEEDED when records still need an old key.
 */
export async function dropOldKeys(
  path: string,
  store: SealCounter,
  pause: (ms: number) => Promise<void>,
  now: () => number = Date.now,
): Promise<readonly string[]> {
  const ring = openKeyFile(path);
  const old = ring.ids().filter((id) => id !== ring.current.id);
  if (old.length === 0) return [];
  await refuseNeeded(old, store);
  await pause(Math.max(0, statSync(path).mtimeMs + KEYS_SETTLE_MS - now()));
  await refuseNeeded(old, store);
  dropKeys(path, old);
  try {
    await refuseNeeded(old, store);
  } catch (error) {
    for (const id of old) putBack(path, ring.find(id));
    throw error;
  }
  return old;
}

const putBack = (path: string, key: Uint8Array | undefined): void => {
  if (key) addOpeningKey(path, Buffer.from(key).toString('base64'));
};

async function refuseNeeded(ids: readonly string[], store: SealCounter): Promise<void> {
  const counts = await allSealCounts(store);
  const needed = ids.filter((id) => (counts[id] ?? 0) > 0);
  if (needed.length === 0) return;
  const words = needed.map((id) => `${id} (${counts[id]})`).join(', ');
  throw securityError('SECURITY_KEY_NEEDED', `records are still sealed with ${words}`);
}
