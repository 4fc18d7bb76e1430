import { describe, expect, test } from '@jest/globals';
import { parseEnv } from 'node:util';
import { overwritten, quoted, withValues } from './env-file.ts';

describe('a settings file', () => {
  const before =
    '# mine\nERPNEXT_URL=https://old.example.com\nOTHER="a b" # kept\nERPNEXT_URL=https://older.example.com\n';

  test('keeps every other line, and gives each value once', () => {
    const after = withValues(before, { ERPNEXT_URL: 'https://new.example.com', ERPNEXT_API_KEY: 'k' });
    expect(after).toBe('# mine\nERPNEXT_URL=https://new.example.com\nOTHER="a b" # kept\nERPNEXT_API_KEY=k\n');
  });

  test('loses the names that would give the same otherwise', () => {
    expect(withValues('A_FILE=/x\nB=1\n', { A: 'v', A_FILE: undefined })).toBe('B=1\nA=v\n');
  });

  test('says what would be overwritten, and nothing when all stands there already', () => {
    expect(overwritten(before, { ERPNEXT_URL: 'https://new.example.com', NEW: '1' })).toEqual(['ERPNEXT_URL']);
    expect(overwritten('A=1\n', { A: '1' })).toEqual([]);
    expect(overwritten('', { A: '1' })).toEqual([]);
  });

  test.each(['plain', 'with space', 'a#b', "it's", 'say "x"', 'back\\nslash', '$HOME', '', '=='])(
    'gives %j back as it was',
    (value) => {
      expect(parseEnv(withValues('', { VALUE: value }))['VALUE']).toBe(value);
    },
  );

  test('refuses what no quotes can hold', () => {
    expect(() => quoted('VALUE', 'two\nlines')).toThrow('cannot be written');
    expect(() => quoted('VALUE', `'"\``)).toThrow('cannot be written');
  });
});
