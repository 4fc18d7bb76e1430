import { isTransient } from '@biolistener/core';
import type { Keyring } from './keyring.ts';
import { unreadableOf, type ResealOutcome, type Unreadable } from './reseal.ts';
import type { Vault } from './vault.ts';
import { sealedOf } from './webhook-signature.ts';

interface Setting {
  readonly key: string;
  readonly value: unknown;
}

/** Settings that are secrets lie sealed among the others, as JSON. */
export interface SealedSettings {
  listSettings(): Promise<readonly Setting[]>;
  setSetting(key: string, value: unknown, actor: string): Promise<void>;
}

/** How many settings each key sealed. */
export async function settingSealCounts(store: SealedSettings): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { value } of await store.listSettings()) {
    const keyId = sealedOf(value)?.keyId;
    if (keyId !== undefined) counts[keyId] = (counts[keyId] ?? 0) + 1;
  }
  return counts;
}

/** As `resealAll`, for settings: they are few. */
export async function resealSettings(
  store: SealedSettings,
  vault: Vault,
  keyring: Keyring,
  actor: string,
): Promise<Omit<ResealOutcome, 'keyId'>> {
  const unreadable: Unreadable[] = [];
  let resealed = 0;
  for (const { key, value } of await store.listSettings()) {
    const sealed = sealedOf(value);
    if (!sealed || sealed.keyId === keyring.current.id) continue;
    try {
      const { keyId, bytes } = vault.seal('setting', vault.open('setting', sealed));
      await store.setSetting(key, { keyId, bytes: Buffer.from(bytes).toString('base64') }, actor);
      resealed += 1;
    } catch (error) {
      if (isTransient(error)) throw error; // the store is away; what is sealed is whole
      unreadable.push(unreadableOf('settings', key, error));
    }
  }
  return { resealed, unreadable };
}
