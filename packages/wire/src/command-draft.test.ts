import { expect, test } from '@jest/globals';
import { USER_ITEM } from '@biolistener/core';
import { base64Length, commandDraft, hasSecretReference, mergeKeyOf } from './command-draft.ts';

test('a secret that is only named is found wherever it stands', () => {
  expect(hasSecretReference({ data: { $template: '1' } })).toBe(true);
  expect(hasSecretReference({ templates: [{ data: 'AAAA' }, { data: { $photo: '1' } }] })).toBe(true);
  expect(hasSecretReference({ password: { $password: '3' } })).toBe(true);
  expect(hasSecretReference({ name: '$template', list: ['$photo', null, 1] })).toBe(false);
});

test('the order of keys does not make another command; a value, a kind or the order of a list does', () => {
  const key = mergeKeyOf('user.update', { pin: '7', extra: { a: 1, b: [1, 2] } });
  expect(mergeKeyOf('user.update', { extra: { b: [1, 2], a: 1 }, pin: '7' })).toBe(key);
  expect(mergeKeyOf('user.update', { pin: '7', extra: { a: 1, b: [2, 1] } })).not.toBe(key);
  expect(mergeKeyOf('user.delete', { pin: '7', extra: { a: 1, b: [1, 2] } })).not.toBe(key);
});

test('a draft counts its frame and what it carries, and its merge key holds no value', () => {
  const small = commandDraft('user.update', { pin: '7', name: 'Ana' }, [USER_ITEM]);
  const large = commandDraft('user.update', { pin: '7', name: 'Ana' }, [USER_ITEM], 1000);
  expect(large.bytes - small.bytes).toBe(1000);
  expect(small.mergeKey).not.toContain('Ana');
});

test.each([
  [0, 0],
  [1, 4],
  [3, 4],
  [4, 8],
])('%i bytes are %i characters of base64', (size, length) => {
  expect(base64Length(size)).toBe(length);
  expect(Buffer.alloc(size).toString('base64')).toHaveLength(length);
});
