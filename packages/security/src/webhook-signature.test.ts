import { describe, expect, test } from '@jest/globals';
import { keyringOfText } from './keyring.ts';
import { createVault } from './vault.ts';
import { isWebhookSigned, openWebhookSecret, sealWebhookSecret, signWebhook } from './webhook-signature.ts';

const body = Buffer.from('{"doctype": "Biometric Device", "name": "A", "label": null}');

describe('the signature of a webhook', () => {
  test('is the base64 of the HMAC over the raw bytes', () => {
    // computed by: printf '%s' "$body" | openssl dgst -sha256 -hmac topsecret -binary | base64
    expect(signWebhook('topsecret', body)).toBe('LOxbSupsx7S2SjwhGT4o54jF+kJE94BPBDyzyy1lTbI=');
  });

  test('fits only the same bytes, and one of the secrets', () => {
    const header = signWebhook('new', body);
    expect(isWebhookSigned(['old', 'new'], body, header)).toBe(true);
    expect(isWebhookSigned(['old'], body, header)).toBe(false);
    expect(isWebhookSigned([], body, header)).toBe(false);
    expect(isWebhookSigned(['new'], Buffer.from(body.toString().replace(': ', ':')), header)).toBe(false);
  });

  test.each([undefined, '', 'x', `${signWebhook('new', body)}=`])('%s is none', (header) => {
    expect(isWebhookSigned(['new'], body, header)).toBe(false);
  });

  test('by an empty secret counts for nothing', () => {
    expect(isWebhookSigned([''], body, signWebhook('', body))).toBe(false);
  });
});

test('the secret is kept sealed, and opens again', () => {
  const vault = createVault(keyringOfText('ab'.repeat(32)));
  const stored = sealWebhookSecret(vault, 'topsecret');
  expect(JSON.stringify(stored)).not.toContain('topsecret');
  expect(openWebhookSecret(vault, JSON.parse(JSON.stringify(stored)))).toBe('topsecret');
  for (const other of [undefined, null, 'topsecret', { keyId: 1, bytes: 'x' }])
    expect(openWebhookSecret(vault, other)).toBeUndefined();
});
