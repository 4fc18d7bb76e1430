import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '@biolistener/store';
import { openWorkplace, type Workplace } from './run-bin.ts';
import { seed } from './seed.ts';

jest.setTimeout(120_000);

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.remove());

test('backup without a store makes nothing', async () => {
  const { code, stderr } = await place.run('backup', 'copy.db');
  expect([code, stderr]).toEqual([3, expect.stringContaining('there is no store at')]);
});

test('backup copies the store, says where the keys are, and never over an older one', async () => {
  await seed(place.dataDir);
  const file = join(place.dir, 'copy.db');
  const { code, stdout } = await place.run('backup', 'copy.db');
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${file} holds `)]);
  expect(stdout).toContain(join(place.dataDir, 'keys', 'master.key'));

  const copy = await openSqliteStore({ path: file });
  const { punches } = await copy.counts();
  await copy.close();
  expect(punches).toBeGreaterThan(0);

  writeFileSync(file, 'older');
  expect((await place.run('backup', 'copy.db')).code).toBe(5);
  expect(readFileSync(file, 'utf8')).toBe('older');
  expect((await place.json('backup', 'other.db')).value).toMatchObject({ file: join(place.dir, 'other.db'), punches });
});
