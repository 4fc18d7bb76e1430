import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { punchesOf, uploadOf } from '../src/conformance/builders.ts';
import { copySqliteStore, openSqliteStore } from '../src/index.ts';
import { newPlace } from './sqlite-place.ts';

let place: Awaited<ReturnType<typeof newPlace>>;
let target: string;
beforeEach(async () => {
  place = await newPlace();
  target = join(dirname(place.path), '..', 'copy.db');
});
afterEach(() => place.remove());

test("a copy made while a process writes is whole, holds what was committed, and is its owner's alone", async () => {
  const store = await place.open();
  try {
    await store.commitUpload(uploadOf(punchesOf(0, 200)));
    const writing = store.commitUpload(uploadOf(punchesOf(200, 600)));
    const copy = copySqliteStore(place.path, target);
    await writing;
    expect([200, 600]).toContain(copy.punches); // an upload is in it whole or not at all
    expect(copy.bytes).toBe(statSync(target).size);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    const restored = await openSqliteStore({ path: target });
    expect((await restored.counts()).punches).toBe(copy.punches);
    await restored.close();
  } finally {
    await store.close();
  }
});

test('what is at the place already stays, and a store that is none gives no copy', async () => {
  await (await place.open()).close();
  writeFileSync(target, 'an older backup');
  expect(() => copySqliteStore(place.path, target)).toThrow(expect.objectContaining({ code: 'STORE_REJECTED' }));
  expect(readFileSync(target, 'utf8')).toBe('an older backup');

  const missing = join(dirname(place.path), 'nothing.db');
  expect(() => copySqliteStore(missing, `${target}2`)).toThrow(expect.objectContaining({ code: 'STORE_NOT_FOUND' }));
  mkdirSync(dirname(missing), { recursive: true });
  writeFileSync(missing, 'this is no database, however long it is'.repeat(200));
  expect(() => copySqliteStore(missing, `${target}2`)).toThrow(expect.objectContaining({ code: 'STORE_BROKEN' }));
  expect(existsSync(`${target}2`)).toBe(false);
});

test('a place that cannot be written is named', async () => {
  await (await place.open()).close();
  const nowhere = join(dirname(place.path), 'no', 'such', 'folder.db');
  expect(() => copySqliteStore(place.path, nowhere)).toThrow(
    expect.objectContaining({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(nowhere) }),
  );
});
