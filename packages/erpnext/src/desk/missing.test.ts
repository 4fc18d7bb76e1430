import { expect, test } from '@jest/globals';
import { isDoubtful, missingWords, readMissing, writeMissing } from './missing.ts';

test.each([
  [0, 0, false],
  [1, 0, false],
  [2, 0, true],
  [5, 3, false],
  [6, 3, true],
  [20, 80, false],
  [21, 79, true],
])('%i missing beside %i listed is in doubt: %s', (missing, listed, isSo) => {
  expect(isDoubtful(missing, listed)).toBe(isSo);
});

test('what is in doubt is kept by site and DocType, until it is not', async () => {
  const cursors = new Map<string, string>();
  const store = {
    getCursor: (name: string) => Promise.resolve(cursors.get(name)),
    setCursor: (name: string, value: string) => Promise.resolve(void cursors.set(name, value)),
  };
  await writeMissing(store, 'site', 'Biometric Device User', { missing: 21, listed: 79 });
  expect((await readMissing(store, 'site')).map(missingWords)).toEqual([
    'the site lists 21 of 100 (Biometric Device User) no more: nothing is removed',
  ]);
  expect(await readMissing(store, 'other')).toEqual([]);
  await writeMissing(store, 'site', 'Biometric Device User', undefined);
  expect(await readMissing(store, 'site')).toEqual([]);
});
