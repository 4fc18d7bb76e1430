import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { punchOf, SN, T0, uploadOf } from '../src/conformance/builders.ts';
import type { Store } from '../src/index.ts';
import { newPlace } from './sqlite-place.ts';

let place: Awaited<ReturnType<typeof newPlace>>;
let [ours, theirs]: Store[] = [];
beforeEach(async () => {
  place = await newPlace();
  [ours, theirs] = [await place.open(), await place.open()];
});
afterEach(async () => {
  await ours?.close();
  await theirs?.close();
  await place.remove();
});

const both = (): [Store, Store] => {
  if (!ours || !theirs) throw new Error('not open');
  return [ours, theirs];
};
const upload = (store: Store, n: number, stamp: string): Promise<unknown> =>
  store.commitUpload(uploadOf([punchOf(n)], { stamps: { ATTLOG: stamp }, profile: { firmware: stamp } }));

describe('what the writer remembers of a terminal', () => {
  test('is not believed after another process wrote: a pointer that goes back is written again', async () => {
    const [a, b] = both();
    await upload(a, 1, '5');
    await upload(b, 2, '6');
    await upload(a, 3, '5');
    expect(await b.findTerminal(SN)).toMatchObject({ stamps: { ATTLOG: '5' }, profile: { firmware: '5' } });
  });

  test('is not believed after another kind of write of the same process', async () => {
    const [a] = both();
    await upload(a, 1, '5');
    await a.noteContacts([{ serialNumber: SN, at: T0, address: '192.0.2.1', profile: { firmware: '6' } }]);
    await upload(a, 2, '5');
    expect((await a.findTerminal(SN))?.profile).toEqual({ firmware: '5' });
  });

  test('lasts from upload to upload, and counts all of them', async () => {
    const [a] = both();
    for (let n = 1; n <= 5; n += 1) await upload(a, n, '5');
    await upload(a, 6, '6');
    expect(await a.findTerminal(SN)).toMatchObject({ stamps: { ATTLOG: '6' }, profile: { firmware: '6' } });
    expect((await a.counts()).punches).toBe(6);
  });
});
