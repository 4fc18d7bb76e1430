import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asPin, digestOf } from '@biolistener/core';
import { createVault, openKeyFile, openWebhookSecret, sealWebhookSecret } from '@biolistener/security';
import type { StoredTemplate } from '@biolistener/store';
import { openWorkplace, type Workplace } from './run-bin.ts';
import { FRONT, openStore, uploadOf } from './seed.ts';

// each command is a process of its own, on a machine that may be busy
jest.setTimeout(120_000);

const COUNT = 450;
const SETTING = 'erpnext.webhook_secret';
const featuresOf = (number: number): Buffer => Buffer.from(`features of finger ${number}`.padEnd(64, '.'));

let place: Workplace;
let keyFile = '';
beforeEach(async () => {
  place = await openWorkplace();
  keyFile = join(place.dataDir, 'keys', 'master.key');
});
afterEach(() => place.remove());

/** Templates and a secret setting, sealed with the first key. */
async function seedSealed(): Promise<void> {
  const vault = createVault(openKeyFile(keyFile));
  const store = await openStore(place.dataDir);
  try {
    await store.changeTerminal(FRONT, { status: 'approved', settings: { zone: 'Asia/Kolkata' } }, 'test', 'zkteco');
    const templates = Array.from({ length: COUNT }, (_, number): StoredTemplate => {
      const data = featuresOf(number);
      const head = { pin: asPin(String(number + 1)), kind: 'fingerprint', no: 0, index: 0, version: '10' } as const;
      const flags = { isValid: true, isDuress: false, algorithm: 'zk', encoding: 'binary' } as const;
      return { ...head, ...flags, size: data.length, digest: digestOf(data), sealed: vault.seal('template', data) };
    });
    await store.commitUpload({ ...uploadOf([]), templates });
    await store.setSetting(SETTING, sealWebhookSecret(vault, 'hush'), 'test');
  } finally {
    await store.close();
  }
}

/** What the store holds, opened with what the key file holds now. */
async function opened(): Promise<{ readonly readable: number; readonly secret: string | undefined }> {
  const vault = createVault(openKeyFile(keyFile));
  const store = await openStore(place.dataDir);
  try {
    let readable = 0;
    for (let number = 0; number < COUNT; number += 1) {
      const [head] = await store.templatesOf(asPin(String(number + 1)));
      const found = await store.findTemplate(head?.id ?? '');
      if (found && featuresOf(number).equals(Buffer.from(vault.open('template', found.sealed)))) readable += 1;
    }
    const setting = (await store.listSettings()).find(({ key }) => key === SETTING);
    return { readable, secret: openWebhookSecret(vault, setting?.value) };
  } finally {
    await store.close();
  }
}

interface KeysView {
  readonly current: string;
  readonly keys: readonly { readonly id: string; readonly records: number; readonly isPresent: boolean }[];
}
const status = async (): Promise<KeysView> => (await place.json('keys', 'status')).value as KeysView;
const ALL = { readable: COUNT, secret: 'hush' };

describe('keys rotate', () => {
  test('seals everything anew, shows how far it is, and everything opens', async () => {
    await seedSealed();
    const old = (await status()).current;
    const outcome = await place.run('keys', 'rotate');
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining(`${COUNT + 1} records sealed anew`) });
    expect(outcome.stderr).toContain(`${COUNT} of ${COUNT} records`);
    const after = await status();
    expect(after.current).not.toBe(old);
    expect(after.keys).toMatchObject([
      { id: after.current, records: COUNT + 1 },
      { id: old, records: 0, isPresent: true },
    ]);
    expect(await opened()).toEqual(ALL);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/[A-Za-z0-9+/]{43}=/);
  });

  test('killed in the middle loses nothing, and goes on without another key', async () => {
    await seedSealed();
    const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/biolistener.mjs'), 'keys', 'rotate'], {
      cwd: place.dir,
      env: { ...process.env, HOME: place.dir, BIOLISTENER_DATA_DIR: place.dataDir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = once(child, 'exit');
    await once(child.stderr, 'data'); // the first batch is done
    child.kill('SIGKILL');
    await gone;
    const between = await status();
    expect(between.keys).toHaveLength(2);
    expect(await opened()).toEqual(ALL);
    const left = between.keys[1]?.records ?? 0;
    const { code, value } = await place.json('keys', 'rotate');
    const wanted = left > 0 ? { keyId: between.current, isNew: false } : { isNew: true }; // it may have been too fast
    expect([code, value]).toMatchObject([0, { ...wanted, resealed: left > 0 ? left : COUNT + 1, unreadable: [] }]);
    expect(await opened()).toEqual(ALL);
    expect((await status()).keys.filter((key) => key.records > 0)).toHaveLength(1);
  });

  test('drops old keys only with a yes, and says what that means for backups', async () => {
    await seedSealed();
    const refused = await place.run('keys', 'rotate', '--drop-old');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/Backups of the store.*old key file/);
    const old = (await status()).current;
    const copy = readFileSync(keyFile);
    expect((await place.run('keys', 'rotate', '--drop-old', '--yes')).stdout).toContain(
      `Removed from the key file: ${old}`,
    );
    expect((await status()).keys).toMatchObject([{ records: COUNT + 1 }]);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(await opened()).toEqual(ALL);
    writeFileSync(join(place.dir, 'copy.key'), copy);
    const added = await place.run('keys', 'add', join(place.dir, 'copy.key'));
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(`Key ${old} is in`) });
    expect((await status()).keys).toMatchObject([{ isPresent: true }, { id: old, records: 0 }]);
  });

  test('refuses where the key is a setting', async () => {
    await seedSealed();
    const outcome = await place.runWith({ BIOLISTENER_MASTER_KEY: '11'.repeat(32) }, 'keys', 'rotate');
    expect(outcome.code).toBe(5);
    expect(outcome.stderr).toContain('BIOLISTENER_MASTER_KEY');
  });
});

describe('a key that is lost', () => {
  test('is named with its records; the rest is sealed anew; its copy brings all back', async () => {
    await seedSealed();
    const lost = (await status()).current;
    const copy = readFileSync(keyFile, 'utf8');
    writeFileSync(keyFile, `${'44'.repeat(32)}\n`);
    const { code, value } = await place.json('keys', 'status');
    expect(code).toBe(4);
    expect(value).toMatchObject({ keys: [{ records: 0 }, { id: lost, records: COUNT + 1, isPresent: false }] });
    const rotated = await place.run('keys', 'rotate');
    expect(rotated.code).toBe(4);
    expect(rotated.stdout).toContain(`${COUNT + 1} records cannot be opened`);
    writeFileSync(join(place.dir, 'copy.key'), copy);
    await place.run('keys', 'add', join(place.dir, 'copy.key'));
    expect(await opened()).toEqual(ALL);
  });

  test('with its file is not replaced by a new one', async () => {
    await seedSealed();
    rmSync(keyFile);
    for (const words of [['status'], ['rotate'], ['add', '/nowhere/copy.key']])
      expect((await place.run('keys', ...words)).code).toBe(3);
    expect(existsSync(keyFile)).toBe(false);
  });

  test('is not taken from a file that holds none, and what it holds is not shown', async () => {
    await seedSealed();
    writeFileSync(join(place.dir, 'text'), 'not a key but hush\n');
    const outcome = await place.run('keys', 'add', join(place.dir, 'text'));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout + outcome.stderr).not.toContain('hush');
  });
});
