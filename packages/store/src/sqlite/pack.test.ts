import { describe, expect, test } from '@jest/globals';
import { punchesOf, punchOf, uploadOf } from '../conformance/builders.ts';
import { at, compact, packPunches, packUpload } from './pack.ts';

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
