import { describe, expect, test } from '@jest/globals';
import { punchOf, uploadOf } from '../conformance/builders.ts';
import type { Value } from './database.ts';
import { packPunches } from './pack.ts';
import { AS_IT_CAME, rowsOfColumns, type PunchRows } from './punch-rows.ts';
import { fitsRow, rowOfUpload, uploadOfRow, type UploadRow } from './upload-row.ts';

/** As it crosses to the writer thread. */
const crossed = (row: UploadRow): UploadRow => JSON.parse(JSON.stringify(row)) as UploadRow;

const allOf = (rows: PunchRows): unknown[] =>
  Array.from({ length: rows.count }, (_, at) => [
    rows.id(at),
    rows.serialNumber(at),
    rows.brand(at),
    valuesOf(rows, at),
  ]);

/** By name, and bytes as text. */
function valuesOf(rows: PunchRows, at: number): object {
  const values: Value[] = [];
  rows.addValues(at, values);
  expect(values).toHaveLength(AS_IT_CAME.length);
  const shown = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
  return Object.fromEntries(AS_IT_CAME.map((name, index) => [name, shown[index]]));
}

describe('a small upload', () => {
  test.each([1, 3])('of %s punches comes out with the same rows and bytes as by column', (count) => {
    const raw = Uint8Array.from({ length: 256 }, (_, at) => at);
    const flags = ['clock-ahead', 'time-ambiguous'] as const;
    const punches = [{ ...punchOf(1), raw }, { ...punchOf(2), flags, state: undefined }, punchOf(3)].slice(0, count);
    const back = uploadOfRow(crossed(rowOfUpload(uploadOf(punches)))).punches;
    if (!back) throw new Error('the punches are gone');
    expect(back.count).toBe(count);
    expect(allOf(back)).toEqual(allOf(rowsOfColumns(packPunches(punches))));
  });

  test('a row beyond the end is an error, not a nothing', () => {
    const rows = uploadOfRow(rowOfUpload(uploadOf([punchOf(1)]))).punches;
    expect(() => rows?.id(1)).toThrow(RangeError);
  });

  test('keeps what it says besides punches', () => {
    const upload = uploadOf([], {
      isReplay: true,
      stamps: { ATTLOG: '7' },
      profile: { dialect: 'ATT' },
      clockDriftSeconds: -3,
    });
    const {
      punches,
      users: _,
      templates: __,
      photos: ___,
      operations: ____,
      results: _____,
      parked: ______,
      ...said
    } = upload;
    expect(punches).toEqual([]);
    expect(uploadOfRow(crossed(rowOfUpload(upload)))).toEqual(said);
  });

  test('is none when it brings sealed bytes, a transfer, or many punches', () => {
    expect(fitsRow(uploadOf([]))).toBe(true);
    expect(fitsRow({ ...uploadOf([]), transfer: { kind: 'drop', key: 'x' } })).toBe(false);
    expect(fitsRow(uploadOf(Array.from({ length: 51 }, (_, at) => punchOf(at))))).toBe(false);
  });
});
