import { describe, expect, test } from '@jest/globals';
import { CommandFailure } from '../exit-codes.ts';
import { parseLabel, parseLimit, parseOption, parseRole, parseStateMap, parseZone } from './device-options.ts';
import { looksLikePunch, pieceNumber } from './ids.ts';
import { editDistance, nearest } from './nearest.ts';
import { parseTime } from './time.ts';

describe('times', () => {
  const now = Date.parse('2026-03-09T20:00:00Z'); // already the 10th in Kolkata
  const read = (text: string, side: 'start' | 'end' = 'start'): string =>
    new Date(parseTime('--from', text, { now, zone: 'Asia/Kolkata', side })).toISOString();

  test.each([
    ['2026-03-09', '2026-03-08T18:30:00.000Z'],
    ['2026-03-09 08:30', '2026-03-09T03:00:00.000Z'],
    ['2026-03-09T08:30:15', '2026-03-09T03:00:15.000Z'],
    ['2026-03-09T08:30:00+02:00', '2026-03-09T06:30:00.000Z'],
    ['2026-03-09T08:30Z', '2026-03-09T08:30:00.000Z'],
    ['today', '2026-03-09T18:30:00.000Z'],
    ['yesterday', '2026-03-08T18:30:00.000Z'],
    ['90m', '2026-03-09T18:30:00.000Z'],
    ['7d', '2026-03-02T20:00:00.000Z'],
  ])('%s begins at %s', (text, instant) => expect(read(text)).toBe(instant));

  test('an end takes in all of its day or minute', () => {
    expect(read('2026-03-09', 'end')).toBe('2026-03-09T18:29:59.999Z');
    expect(read('2026-03-09 08:30', 'end')).toBe('2026-03-09T03:00:59.999Z');
    expect(read('2026-03-09 08:30:15', 'end')).toBe('2026-03-09T03:00:15.000Z');
  });

  test.each(['', 'noon', '2026-02-30', '2026-3-9', '10', '2026-03-09 25:00'])('%j is refused', (text) => {
    expect(() => read(text)).toThrow(CommandFailure);
  });
});

describe('options of a terminal', () => {
  test('a table of states names what cannot be read', () => {
    expect(parseStateMap('0=IN, 1=out,4=none')).toEqual({ 0: 'IN', 1: 'OUT', 4: 'none' });
    expect(parseStateMap('')).toBeNull();
    expect(() => parseStateMap('0=IN,1=UP')).toThrow('"1=UP"');
  });

  test('values of brand options keep their kind, text needs no quotes, nothing forgets', () => {
    expect(parseOption('n=5')).toEqual(['n', 5]);
    expect(parseOption('isOn=true')).toEqual(['isOn', true]);
    expect(parseOption('table=new=er')).toEqual(['table', 'new=er']);
    expect(parseOption('n=')).toEqual(['n', undefined]);
    for (const text of ['novalue', '=5', '__proto__=1', 'a b=1'])
      expect(() => parseOption(text)).toThrow(CommandFailure);
  });

  test('zones, roles, labels and limits are checked', () => {
    expect(parseZone('UTC+05:30')).toBe('UTC+05:30');
    expect(() => parseZone('Mars/Olympus')).toThrow('no time zone');
    expect(parseRole('IN')).toBe('in');
    expect(() => parseRole('up')).toThrow('in, out or both');
    expect(parseLabel('--name', '  ')).toBeNull();
    expect(() => parseLabel('--name', 'a\u001bb')).toThrow('one line');
    expect(parseLimit('10000')).toBe(10_000);
    expect(() => parseLimit('1e3')).toThrow('whole number');
  });
});

describe('ids', () => {
  test('pieces are numbers with or without the sign', () => {
    expect(['#12', '12', '#', 'x1', '-1'].map(pieceNumber)).toEqual([12, 12, undefined, undefined, undefined]);
  });

  test('punches are six hex digits or more', () => {
    expect(['abcdef', 'abcde', 'ABCDEF01', 'xyzxyz'].map(looksLikePunch)).toEqual([true, false, true, false]);
  });
});

describe('nearest', () => {
  test('finds typing mistakes and parts, best first', () => {
    expect(editDistance('FRONT1', 'FORNT1')).toBe(2);
    expect(nearest('front0002', ['BACK00001', 'FRONT00002', 'FRONT00001'])).toEqual(['FRONT00002', 'FRONT00001']);
    expect(nearest('4471', ['CJDE204471', 'CJDE209999'])).toEqual(['CJDE204471']);
  });

  test('offers nothing for what is like nothing', () => {
    expect(nearest('ZZZZ', ['FRONT00001'])).toEqual([]);
  });
});
