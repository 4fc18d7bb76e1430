import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '@biolistener/core';
import type { Vault } from './vault.ts';
import { openWebhookSecret, sealWebhookSecret } from './webhook-signature.ts';

/** A word that a terminal and its server share, as the terminal shows it: `token_id`, `pushcommkey`, `ComKey`. */
export interface SharedKey {
  readonly key: string;
  /** Random, and new with each key: it makes proofs that tell nothing of the key. */
  readonly salt: string;
}

const PREFIX = 'push.key.';

/** Setting that holds the shared key of a terminal, sealed. */
export const sharedKeySetting = (serialNumber: string): string => `${PREFIX}${serialNumber}`;

/** Whose key a setting is; undefined for any other setting. */
export const ownerOfSharedKey = (setting: string): string | undefined =>
  setting.startsWith(PREFIX) ? setting.slice(PREFIX.length) : undefined;

/** 1 to 64 visible ASCII characters: what fits into a header and a query as it stands. */
export const isSharedKey = (text: string): boolean => /^[!-~]{1,64}$/.test(text);

/** As JSON for the store's settings. */
export const sealSharedKey = (vault: Vault, key: string): JsonObject =>
  sealWebhookSecret(vault, `${randomBytes(16).toString('hex')}:${key}`);

/** Undefined for what `sealSharedKey` did not write. Errors: as `Vault.open`. */
export function openSharedKey(vault: Vault, stored: unknown): SharedKey | undefined {
  const text = openWebhookSecret(vault, stored);
  const cut = text?.indexOf(':') ?? -1;
  return text === undefined || cut < 0 ? undefined : { salt: text.slice(0, cut), key: text.slice(cut + 1) };
}

/** Takes the same time whatever is shown. */
export function isSameKey(shown: string, { key }: SharedKey): boolean {
  const digests = [shown, key].map((text) => hash('sha256', text, 'buffer'));
  const [one, other] = digests;
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** That the key was shown from an address: for terminals that show it in their first request only. */
export const proofOf = ({ salt }: SharedKey, address: string): string => hash('sha256', `${salt} ${address}`, 'hex');
