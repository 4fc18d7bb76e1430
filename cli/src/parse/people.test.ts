import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ASKED_KINDS } from '@biolistener/api/work';
import { createVault, keyringOfText, openPassword } from '@biolistener/security';
import { CommandFailure } from '../exit-codes.ts';
import { parseKind, parseParameters } from './command-parameters.ts';
import { parsePin, personWords } from './person-options.ts';

const dir = mkdtempSync(join(tmpdir(), 'biolistener-words-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const vault = createVault(keyringOfText('ab'.repeat(32)));

describe('what is said of a person', () => {
  test('only what is named changes; an empty text forgets', () => {
    expect(personWords({}, () => vault)).toEqual({});
    const words = personWords({ name: ' Ann ', card: '', validTo: '', everywhere: false }, () => vault);
    expect(words).toEqual({ name: 'Ann', card: null, validTo: null, isEverywhere: false });
  });

  test('a password is sealed as it is read, an empty file forgets it', () => {
    const file = join(dir, 'pw');
    writeFileSync(file, ' 4711\n');
    const { password } = personWords({ passwordFile: file }, () => vault);
    expect(password && openPassword(vault, password)).toBe('4711');
    writeFileSync(file, '\n');
    expect(personWords({ passwordFile: file }, () => vault)).toEqual({ password: null });
    writeFileSync(file, 'two words');
    expect(() => personWords({ passwordFile: file }, () => vault)).toThrow(CommandFailure);
  });

  test.each(['', 'a b', '1'.repeat(25), 'é', '1\u001b'])('%j is no PIN', (text) => {
    expect(() => parsePin(text)).toThrow(CommandFailure);
  });

  test('leading zeros of a PIN stay', () => expect(parsePin('0042')).toBe('0042'));
});

describe('parameters of commands', () => {
  test('each kind that may be asked is known by its name', () => {
    for (const kind of ASKED_KINDS) expect(parseKind(kind)).toBe(kind);
    expect(() => parseKind('photo.update')).toThrow(CommandFailure);
  });

  test('go by the names that codecs know', () => {
    const enrol = { pin: '7', template: 'fingerprint', no: '6', overwrite: true };
    expect(parseParameters('enrol.start', enrol)).toEqual({ pin: '7', kind: 'fingerprint', no: 6, overwrite: true });
    expect(parseParameters('logs.clear', {})).toEqual({ what: 'attendance' });
    expect(parseParameters('raw', { text: 'CHECK' })).toEqual({ text: 'CHECK', confirmed: true });
    expect(parseParameters('logs.query', { from: '2026-03-09', to: '2026-03-09T08:00:00' })).toEqual({
      from: '2026-03-09 00:00:00',
      to: '2026-03-09 08:00:00',
    });
  });

  test.each([
    ['restart', { pin: '1' }],
    ['user.delete', {}],
    ['logs.query', { from: '2026-03-09', to: 'noon' }],
    ['logs.clear', { what: 'everything' }],
    ['enrol.start', { pin: '1', template: 'face', no: 'six' }],
  ] as const)('%s with %j is refused', (kind, options) => {
    expect(() => parseParameters(kind, options)).toThrow(CommandFailure);
  });
});
