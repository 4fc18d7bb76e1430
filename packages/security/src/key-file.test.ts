import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { addCurrentKey, addOpeningKey, dropKeys } from './key-file.ts';
import { KEY_FILE_LAG_MS, keyringOfText, openKeyFile } from './keyring.ts';
import { createVault } from './vault.ts';

const secret = Buffer.from('a template, as opaque bytes');
let dir = '';
let path = '';
let now = 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
  path = join(dir, 'master.key');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a key file', () => {
  test('takes a new current key, and keeps comments, the old key and its mode', () => {
    const old = openKeyFile(path).current.id;
    chmodSync(path, 0o640);
    const added = addCurrentKey(path);
    expect(openKeyFile(path).ids()).toEqual([added, old]);
    expect(readFileSync(path, 'utf8')).toMatch(/^# Biolistener: keys[^]*\n# Keep a copy/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['master.key']);
  });

  test('takes an old key that only opens, once', () => {
    const { current } = openKeyFile(path);
    const sealed = createVault(keyringOfText('33'.repeat(32))).seal('photo', secret);
    const first = addOpeningKey(path, '33'.repeat(32));
    expect([first.isNew, addOpeningKey(path, '33'.repeat(32)).isNew]).toEqual([true, false]);
    const ring = openKeyFile(path);
    expect([ring.current.id, ring.ids()]).toEqual([current.id, [current.id, first.id]]);
    expect(Buffer.from(createVault(ring).open('photo', sealed))).toEqual(secret);
  });

  test('loses old keys, and never the one that seals', () => {
    const old = openKeyFile(path).current.id;
    const added = addCurrentKey(path);
    expect(() => dropKeys(path, [added])).toThrow(/seals now/);
    dropKeys(path, [old]);
    expect(openKeyFile(path).ids()).toEqual([added]);
  });

  test('behind a link is changed where it lies', () => {
    openKeyFile(path);
    const link = join(dir, 'link.key');
    symlinkSync(path, link);
    const added = addCurrentKey(link);
    expect(openKeyFile(path).current.id).toBe(added);
  });

  test('is changed without what a killed process left beside it', () => {
    openKeyFile(path);
    writeFileSync(`${path}.4711.new`, 'half');
    writeFileSync(`${path}.kept`, 'somebody else’s');
    addCurrentKey(path);
    expect(readdirSync(dir).toSorted()).toEqual(['master.key', 'master.key.kept']);
  });

  // only root may give a file away, and only root would lock the service out
  (process.getuid?.() === 0 ? test : test.skip)('that root changes still belongs to the service', () => {
    openKeyFile(path);
    chownSync(path, 65_534, 65_534);
    addCurrentKey(path);
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
  });

  test('that is none is not written over, and what is no key is not taken', () => {
    writeFileSync(path, 'hello\n');
    expect(() => addCurrentKey(path)).toThrow(/master\.key/);
    expect(readFileSync(path, 'utf8')).toBe('hello\n');
    rmSync(path);
    openKeyFile(path);
    expect(() => addOpeningKey(path, 'short')).toThrow(/64 hex digits/);
  });
});

describe('a process that runs on', () => {
  const open = () => openKeyFile(path, () => now);

  test('seals with a new key within a second, and opens what others sealed with it at once', () => {
    const ring = open();
    const vault = createVault(ring);
    const before = vault.seal('template', secret);
    const added = addCurrentKey(path);
    const elsewhere = createVault(openKeyFile(path)).seal('template', secret);
    expect(elsewhere.keyId).toBe(added);
    expect(Buffer.from(vault.open('template', elsewhere))).toEqual(secret);
    now += KEY_FILE_LAG_MS;
    expect(vault.seal('template', secret).keyId).toBe(added);
    expect(Buffer.from(vault.open('template', before))).toEqual(secret);
  });

  test('looks at the file at most once a second when it seals', () => {
    const vault = createVault(open());
    const { keyId } = vault.seal('template', secret);
    addCurrentKey(path);
    now += KEY_FILE_LAG_MS - 1;
    expect(vault.seal('template', secret).keyId).toBe(keyId);
    now += 1;
    expect(vault.seal('template', secret).keyId).not.toBe(keyId);
  });

  test('finds a key that was brought back, and keeps its keys while the file cannot be read', () => {
    const vault = createVault(open());
    const sealed = createVault(keyringOfText('33'.repeat(32))).seal('photo', secret);
    expect(() => vault.open('photo', sealed)).toThrow(/no key with id/);
    addOpeningKey(path, '33'.repeat(32));
    expect(Buffer.from(vault.open('photo', sealed))).toEqual(secret);
    const mine = vault.seal('photo', secret);
    writeFileSync(path, 'half a copy');
    now += 10 * KEY_FILE_LAG_MS;
    expect(Buffer.from(vault.open('photo', mine))).toEqual(secret);
    expect(vault.seal('photo', secret).keyId).toBe(mine.keyId);
  });
});
