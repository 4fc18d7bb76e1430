import { describe, expect, test } from '@jest/globals';
import { punchesOf, punchOf, uploadOf } from '../conformance/builders.ts';
import { at, compact, fitsText, packPunches, packUpload, textOfUpload, uploadOfText } from './pack.ts';

describe('packed punches', () => {
  test('hold one value where all rows agree and one for each row where they differ', () => {
    const packed = packPunches(punchesOf(0, 30));
    expect(packed.zone).toEqual({ all: 'UTC' });
    expect(at(packed.zone, 29)).toBe('UTC');
    expect(at(packed.pin, 12)).toBe('3');
    expect(at(packed.instant, 12)).toBe(punchOf(12).instant);
    expect(packed.raw.length).toBe(punchesOf(0, 30).reduce((sum, punch) => sum + punch.raw.length, 0));
  });

  test('a row beyond the end is an error, not a nothing', () => {
    expect(() => at(packPunches(punchesOf(0, 3)).id, 3)).toThrow(RangeError);
  });

  test('extras without any value are written as empty', () => {
    const odd = { ...punchOf(1), extra: { gone: undefined } as never };
    expect(packPunches([odd]).extra).toEqual({ all: '{}' });
  });
});

test('bytes are copied to exactly their size, at any depth', () => {
  const body = new Uint8Array(1000);
  const copy = compact({ list: [{ sealed: { bytes: body.subarray(10, 14) } }], gone: undefined, none: null });
  const bytes = copy.list[0]!.sealed.bytes;
  expect([bytes.length, bytes.buffer.byteLength]).toEqual([4, 4]);
  expect(copy.none).toBeNull();
  expect('gone' in copy).toBe(false);
  expect(body.length).toBe(1000);
});

test('an upload without lists goes over without them', () => {
  const packed = packUpload(uploadOf([]));
  expect(Object.keys(packed)).not.toEqual(expect.arrayContaining(['users']));
  expect(Object.keys(packed)).not.toEqual(expect.arrayContaining(['punches']));
});

test.each([1, 3])('an upload of %s punches crosses as text and comes out with the same rows and bytes', (count) => {
  const raw = Uint8Array.from({ length: 256 }, (_, at) => at);
  const upload = uploadOf([{ ...punchOf(1), raw }, punchOf(2), punchOf(3)].slice(0, count));
  const [back, direct] = [uploadOfText(textOfUpload(upload)).punches, packUpload(upload).punches];
  if (!back || !direct) throw new Error('the punches are gone');
  expect(Buffer.from(back.raw)).toEqual(Buffer.from(direct.raw));
  const { count: backCount, raw: _, ...columns } = back;
  expect(backCount).toBe(count);
  for (const [name, column] of Object.entries(columns)) {
    for (let row = 0; row < count; row += 1) {
      expect([name, at(column as never, row)]).toEqual([name, at(direct[name as 'pin'], row)]);
    }
  }
});

test('a replay is still one when it crossed', () => {
  const replay = uploadOf([punchOf(1)], { isReplay: true });
  expect(uploadOfText(textOfUpload(replay)).isReplay).toBe(true);
  expect(packUpload(replay).isReplay).toBe(true);
});

test('an upload that brings sealed bytes does not cross as text', () => {
  expect(fitsText(uploadOf([]))).toBe(true);
  expect(fitsText({ ...uploadOf([]), transfer: { kind: 'drop', key: 'x' } })).toBe(false);
});
