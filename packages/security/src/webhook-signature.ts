import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '@biolistener/core';
import type { SealedBytes, Vault } from './vault.ts';

/** Where Frappe puts it: base64 of HMAC-SHA256 over the raw bytes of the body (erpnext-contract.md §5.5). */
export const WEBHOOK_SIGNATURE_HEADER = 'x-frappe-webhook-signature';

export const signWebhook = (secret: string, body: Uint8Array): string =>
  createHmac('sha256', secret).update(body).digest('base64');

/**
 * Whether one of the secrets signed exactly these bytes. Takes the same time whatever the header says; nobody signs with
 * an empty secret. Several secrets are of use while one takes the place of another.
 */
export function isWebhookSigned(secrets: readonly string[], body: Uint8Array, header: string | undefined): boolean {
  const given = Buffer.from(header ?? '', 'utf8');
  let isSigned = false;
  for (const secret of secrets) {
    const expected = Buffer.from(signWebhook(secret, body), 'utf8');
    const isSame = given.length === expected.length && timingSafeEqual(given, expected);
    isSigned = (isSame && secret !== '') || isSigned;
  }
  return isSigned;
}

/** Key of the store's settings under which the installer keeps the secret, sealed. */
export const WEBHOOK_SECRET_SETTING = 'erpnext.webhook_secret';

/** As JSON for the store's settings. */
export function sealWebhookSecret(vault: Vault, secret: string): JsonObject {
  const { keyId, bytes } = vault.seal('setting', Buffer.from(secret, 'utf8'));
  return { keyId, bytes: Buffer.from(bytes).toString('base64') };
}

/** Undefined for what `sealWebhookSecret` did not write. Errors: as `Vault.open`. */
export function openWebhookSecret(vault: Vault, stored: unknown): string | undefined {
  const sealed = sealedOf(stored);
  return sealed === undefined ? undefined : Buffer.from(vault.open('setting', sealed)).toString('utf8');
}

/** A sealed secret among the settings; undefined for any other value. */
export function sealedOf(stored: unknown): SealedBytes | undefined {
  if (typeof stored !== 'object' || stored === null || !('keyId' in stored) || !('bytes' in stored)) return undefined;
  const { keyId, bytes } = stored;
  if (typeof keyId !== 'string' || typeof bytes !== 'string') return undefined;
  return { keyId, bytes: Buffer.from(bytes, 'base64') };
}
