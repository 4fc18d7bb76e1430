import { describe, expect, test } from '@jest/globals';
import { createToken, findToken, permissionsOf, tokenSetting, tokensIn, type ApiToken } from './tokens.ts';

const NOW = 1_000_000;
const WORDS: Omit<ApiToken, 'id'> = {
  name: 'dashboard',
  role: 'operator',
  extra: ['door.open'],
  createdAt: NOW,
  createdBy: 'cli:root',
  expiresAt: undefined,
};
const made = (words: Partial<typeof WORDS> = {}) => {
  const { text, token, value } = createToken({ ...WORDS, ...words });
  return {
    text,
    token,
    value,
    rows: [
      { key: 'log_type.policy', value: 'none' },
      { key: tokenSetting(token.id), value },
    ],
  };
};

describe('a token', () => {
  test('is found again by its text alone, as it was made', () => {
    const { text, token, rows } = made();
    expect(findToken(rows, text, NOW)).toEqual(token);
    expect(tokensIn(rows)).toEqual([token]);
  });

  test('is not stored itself, nor any part that would be enough', () => {
    const { text, value } = made();
    const secret = text.slice('bl_01234567_'.length);
    expect(JSON.stringify(value)).not.toContain(secret);
    expect(JSON.stringify(value)).not.toContain(secret.slice(0, 12));
  });

  test('with another sign, another id or more text is nobody', () => {
    const { text, rows } = made();
    const last = text.endsWith('A') ? 'B' : 'A';
    const others = [`${text.slice(0, -1)}${last}`, `${text}A`, text.replace(/^bl_./, 'bl_g'), made().text, '', 'bl_'];
    for (const other of others) expect(findToken(rows, other, NOW)).toBeUndefined();
  });

  test('ends at its day', () => {
    const { text, rows } = made({ expiresAt: NOW + 10 });
    expect(findToken(rows, text, NOW + 9)).toBeDefined();
    expect(findToken(rows, text, NOW + 10)).toBeUndefined();
  });

  test('of a row that somebody edited gives no more than what is known', () => {
    const { text, token, value } = made();
    const row = (changes: object) => [{ key: tokenSetting(token.id), value: { ...value, ...changes } }];
    expect(findToken(row({ role: 'root' }), text, NOW)).toBeUndefined();
    expect(findToken(row({ role: 'constructor' }), text, NOW)).toBeUndefined();
    expect(findToken(row({ extra: ['erase', 'people', 7] }), text, NOW)?.extra).toEqual(['erase']);
    expect(findToken(row({ digest: 7 }), text, NOW)).toBeUndefined();
  });
});

test('no role opens doors or erases by itself', () => {
  for (const role of ['viewer', 'operator', 'manager'] as const) {
    const permissions = permissionsOf({ role, extra: [] });
    expect([permissions.has('read'), permissions.has('door.open'), permissions.has('erase')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(permissionsOf({ role, extra: ['erase'] }).has('erase')).toBe(true);
  }
  expect(permissionsOf({ role: 'operator', extra: [] }).has('people')).toBe(false);
});
