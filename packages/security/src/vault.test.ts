import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { keyringOfText, openKeyFile } from './keyring.ts';
import { createVault } from './vault.ts';

const secret = Buffer.from('a template, as opaque bytes');
const vault = createVault(keyringOfText('11'.repeat(32)));

describe('a vault', () => {
  test('opens what it sealed, and never seals the same bytes alike', () => {
    const [a, b] = [vault.seal('template', secret), vault.seal('template', secret)];
    expect(Buffer.from(vault.open('template', a))).toEqual(secret);
    expect(Buffer.from(a.bytes)).not.toEqual(Buffer.from(b.bytes));
    expect(Buffer.from(a.bytes).includes(secret.subarray(0, 8))).toBe(false);
  });

  test('refuses bytes that were altered, for another purpose, or cut', () => {
    const sealed = vault.seal('template', secret);
    const altered = Buffer.from(sealed.bytes);
    altered[30] = (altered[30] ?? 0) ^ 1;
    expect(() => vault.open('template', { ...sealed, bytes: altered })).toThrow(/do not open/);
    expect(() => vault.open('photo', sealed)).toThrow(/do not open/);
    expect(() => vault.open('template', { ...sealed, bytes: sealed.bytes.subarray(0, 20) })).toThrow(/do not open/);
  });

  test('says which key is missing', () => {
    const other = createVault(keyringOfText('22'.repeat(32)));
    expect(() => other.open('template', vault.seal('template', secret))).toThrow(/no key with id/);
  });

  test('seals and opens nothing at all', () => {
    expect(vault.open('parked', vault.seal('parked', new Uint8Array(0)))).toHaveLength(0);
  });
});

describe('a key file', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'keys-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('is made once, readable by its owner alone, and found again', () => {
    const path = join(dir, 'keys', 'master.key');
    const first = openKeyFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(openKeyFile(path).current.id).toBe(first.current.id);
  });

  test('with a new first line still opens what the old one sealed', () => {
    const path = join(dir, 'master.key');
    const sealed = createVault(openKeyFile(path)).seal('photo', secret);
    writeFileSync(path, `${'33'.repeat(32)}\n${readFileSync(path, 'utf8')}`);
    const rotated = createVault(openKeyFile(path));
    expect(Buffer.from(rotated.open('photo', sealed))).toEqual(secret);
    expect(rotated.seal('photo', secret).keyId).not.toBe(sealed.keyId);
  });

  test('that holds no key is refused by name', () => {
    const path = join(dir, 'master.key');
    writeFileSync(path, 'hello\n');
    expect(() => openKeyFile(path)).toThrow(/master\.key/);
  });
});
