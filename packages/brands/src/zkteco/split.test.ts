import { expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import { zkteco } from './index.ts';
import { join, PART_BYTES, split } from './split.ts';
import { decodeOf, inputOf, post, SERIAL } from './test-kit.ts';

const row = (i: number): string => `${i}\t2026-03-09 08:00:05\t0\t15\t0\t0\t0\r\n`;
const rows = (n: number): string => Array.from({ length: n }, (_, i) => row(i)).join('');

test('the parts of a long upload are the whole, cut behind line ends, and decode to the same', () => {
  const input = post('ATTLOG', `${rows(20_000)}broken\n${rows(3)}`, '&Stamp=77');
  const parts = split(input);
  expect(parts.length).toBeGreaterThan(2);
  expect(Buffer.concat(parts.map((part) => part.body)).equals(Buffer.from(input.body))).toBe(true);
  for (const part of parts) {
    expect(part.body.at(-1)).toBe(10);
    expect(part.body.length).toBeLessThan(PART_BYTES + 100);
  }
  const whole = decodeOf(input);
  const pieces = parts.map((part) => decodeOf(part));
  const idOf = ({ events }: typeof whole): unknown[] =>
    events.map((event) => (event.kind === 'punch' ? event.punch.id : event));
  expect(pieces.flatMap(idOf)).toEqual(idOf(whole));
  expect(pieces.reduce((sum, piece) => sum + piece.parked.length, 0)).toBe(1);
  expect(join(pieces.map((piece) => piece.reply))).toEqual(whole.reply);
  expect(whole.reply).toEqual({ form: 'count', n: 20_004 });
});

test.each([
  ['ends without a line end', rows(10_000) + '7\t2026-03-09 08:00:05', 10_001],
  ['is one endless line', 'x'.repeat(PART_BYTES * 3), 1],
  ['ends with an endless line', row(1) + 'x'.repeat(PART_BYTES * 3), 2],
])('an upload that %s keeps all its lines', (_, body, lines) => {
  const replies = split(post('ATTLOG', body)).map((part) => decodeOf(part).reply);
  expect(join(replies)).toEqual({ form: 'count', n: lines });
});

test('what is short, or not made of lines of one kind, stays in one piece', () => {
  const long = 'a'.repeat(100).concat('\n').repeat(6_000);
  const whole = [
    post('ATTLOG', rows(10)),
    post('ATTPHOTO', long),
    post('options', long),
    post('NEWTHING', long),
    post('OPERLOG', long, '&ContentType=tgz'),
    inputOf('POST', `/iclock/cdata?SN=${SERIAL}`, long),
    inputOf('POST', `/iclock/devicecmd?SN=${SERIAL}`, long),
  ];
  for (const input of whole) expect(split(input)).toEqual([input]);
});

test('a part that is one picture counts one, and a single part keeps its own words', () => {
  const ok: JsonObject = { form: 'ok' };
  expect(join([ok, { form: 'count', n: 3 }, ok])).toEqual({ form: 'count', n: 5 });
  expect(join([ok])).toBe(ok);
  const long = post('ATTLOG', rows(10_000));
  expect(zkteco.split?.(long)).toHaveLength(Math.ceil(long.body.length / PART_BYTES));
});
