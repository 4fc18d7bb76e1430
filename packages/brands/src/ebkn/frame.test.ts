import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasDanglingReference, strayBinaries } from './binaries.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { hex, toHex } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

const decodeHex = (text: string) => {
  const { status, json, binaries } = decodeFrame(hex(text));
  return { status, json, bins: binaries.map(toHex) };
};

const id7 = { user_id: '7' };

describe('body decoding, by the conformance cases', () => {
  test.each([
    ['D01', 'framed', { fk_name: 'T1', fk_time: '20260102030405', fk_info: {} }, []],
    ['D02', 'framed', id7, []],
    ['D03', 'framed', id7, []],
    ['D04', 'empty', undefined, []],
    ['D05', 'framed', { a: 'BIN_1', b: 'BIN_2', c: 'BIN_3' }, ['112233', '', 'aabb']],
    ['D09', 'truncated', { user_photo: 'BIN_1' }, []],
    ['D10', 'recovered', { user_id: '7', io_time: '20260102030405' }, []],
    ['D11', 'flat', id7, []],
    ['D12', 'invalid', undefined, []],
    ['D13', 'framed', { user_id_count: 2, user_id_array: ['00000001', '00000042'] }, []],
    ['D14', 'framed', undefined, ['aabb']],
    ['D15', 'truncated', undefined, []],
  ] as const)('%s is %s', (name, status, json, bins) => {
    expect(decodeHex(VECTORS[name])).toEqual({ status, json, bins });
  });

  test('D06: a text length of 0x7B is not taken for flat JSON', () => {
    const { status, json, bins } = decodeHex(VECTORS.D06);
    expect([status, json?.['user_name'], bins]).toEqual(['framed', 'n'.repeat(25), [toHex(Buffer.from('0012345678'))]]);
  });

  test('D07: names of several bytes and braces in binaries do no harm', () => {
    const { status, json, bins } = decodeHex(VECTORS.D07);
    expect([status, json?.['user_name'], bins]).toEqual(['framed', 'Zoë', ['017d7b02']]);
  });

  test('D08: braces and quotes inside a JSON string do no harm', () => {
    const { status, json, bins } = decodeHex(VECTORS.D08);
    expect([status, json?.['user_name'], bins]).toEqual(['framed', 'a}b{"', ['ffd87dffd9']]);
  });

  test('flat JSON finds its end in spite of braces inside strings', () => {
    const flat = Buffer.concat([Buffer.from('{"n":"}\\"{"}'), hex('0a00')]);
    expect(decodeHex(toHex(flat))).toEqual({ status: 'flat', json: { n: '}"{' }, bins: [] });
  });

  test('a name in GB18030 is read, and its character set told', () => {
    const text = Buffer.concat([Buffer.from('{"n":"'), hex('c0ee'), Buffer.from('"}')]);
    const length = Buffer.from([text.length, 0, 0, 0]);
    const frame = decodeFrame(Buffer.concat([length, text]));
    expect([frame.json, frame.charset]).toEqual([{ n: '李' }, 'gb18030']);
  });
});

describe('damage', () => {
  test('message M cut at any byte is never taken for a whole message', () => {
    const whole = hex(VECTORS.M);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const frame = decodeFrame(whole.subarray(0, cut));
      const isSound = frame.status === 'framed' || frame.status === 'flat';
      expect([cut, isSound && !hasDanglingReference(frame)]).toEqual([cut, false]);
    }
  });

  test('lengths of 4 GB in twenty bytes are not believed', () => {
    const bytes = Buffer.concat([hex('ffffffff'), hex('ffffffff'), Buffer.alloc(12, 0xff)]);
    expect(decodeFrame(bytes).status).toBe('invalid');
    const chunk = Buffer.concat([encodeFrame('{"a":1}'), hex('ffffffff00')]);
    expect([decodeFrame(chunk).status, decodeFrame(chunk).binaries]).toEqual(['truncated', []]);
  });

  test('a megabyte of empty chunks gives at most 255 binaries', () => {
    const frame = decodeFrame(Buffer.concat([encodeFrame('{"a":1}'), Buffer.alloc(1 << 20)]));
    expect([frame.status, frame.binaries.length]).toEqual(['framed', 255]);
  });

  test('a second frame glued to the first reads as its binary, which nothing refers to', () => {
    const frame = decodeFrame(Buffer.concat([hex(VECTORS.A01), hex(VECTORS.A01)]));
    expect([frame.status, strayBinaries(frame).length]).toEqual(['framed', 1]);
  });

  test('any bytes decode to a status without an exception, and binaries never exceed the body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { binaries } = decodeFrame(bytes);
        expect(binaries.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
      }),
      { interruptAfterTimeLimit: 500, numRuns: 2000 },
    );
  });

  test('what is framed comes back: JSON and non-empty binaries', () => {
    const fields = fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()),
      {
        noNullPrototype: true,
      },
    );
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 });
    fc.assert(
      fc.property(fields, chunks, (json, binaries) => {
        const frame = decodeFrame(encodeFrame(JSON.stringify(json), binaries));
        expect(frame.status).toBe('framed');
        expect(JSON.stringify(frame.json)).toBe(JSON.stringify(JSON.parse(JSON.stringify(json))));
        expect(frame.binaries.map(toHex)).toEqual(binaries.map(toHex));
      }),
      { interruptAfterTimeLimit: 700, numRuns: 1000 },
    );
  });
});
