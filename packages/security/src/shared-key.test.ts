import { expect, test } from '@jest/globals';
import { keyringOfText } from './keyring.ts';
import {
  isSameKey,
  isSharedKey,
  openSharedKey,
  ownerOfSharedKey,
  proofOf,
  sealSharedKey,
  sharedKeySetting,
} from './shared-key.ts';
import { createVault } from './vault.ts';

const vault = createVault(keyringOfText('5c'.repeat(32)));

test('a shared key stands sealed among the settings of its terminal, and comes back', () => {
  const stored = sealSharedKey(vault, 'a:b=c');
  expect(JSON.stringify(stored)).not.toContain('a:b=c');
  expect(openSharedKey(vault, stored)?.key).toBe('a:b=c');
  expect(openSharedKey(vault, { key: 'a' })).toBeUndefined();
  expect(ownerOfSharedKey(sharedKeySetting('SN1'))).toBe('SN1');
  expect(ownerOfSharedKey('pull.key.SN1')).toBeUndefined();
});

test('a shown key is the same only when every letter is', () => {
  const shared = { key: '88888888', salt: 'x' };
  expect(['88888888', '8888888', '88888888 ', '', 'x'].map((shown) => isSameKey(shown, shared))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('a proof is of one address and one setting of the key', () => {
  const [first, again] = [1, 2].map(() => openSharedKey(vault, sealSharedKey(vault, 'same'))!);
  expect(proofOf(first!, '192.0.2.1')).toBe(proofOf(first!, '192.0.2.1'));
  expect(proofOf(first!, '192.0.2.1')).not.toBe(proofOf(first!, '192.0.2.2'));
  expect(proofOf(first!, '192.0.2.1')).not.toBe(proofOf(again!, '192.0.2.1'));
});

test('a key is visible ASCII of at most 64 characters', () => {
  expect(['a', '!~', 'x'.repeat(64)].every(isSharedKey)).toBe(true);
  expect(['', 'a b', 'ä', 'x'.repeat(65), 'a\nb'].some(isSharedKey)).toBe(false);
});
