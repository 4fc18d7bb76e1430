import { expect, test } from '@jest/globals';
import { MOST_LISTED_BYTES } from './codes.ts';
import { readMessage } from './message.ts';
import { Progress } from './progress.ts';
import { Bench, bytesOf, eventsOf } from './test-kit.ts';

// What is kept of a listing is not the listing.

const row = (enrollid: number, own: object = {}): object => ({
  enrollid,
  time: '2025-03-03 08:00:00',
  mode: 8,
  inout: 0,
  event: 0,
  ...own,
});
const page = (record: readonly object[], count = 0): object => ({ ret: 'getalllog', result: true, count, record });
const messageOf = (value: object) => readMessage(bytesOf(value)) ?? { cmd: undefined, ret: undefined, fields: {} };

test('a page that came already is known without its pictures', () => {
  const progress = new Progress('getalllog');
  expect(progress.take(messageOf(page([row(1, { image: 'a'.repeat(500) }), row(2)])))).toBe(true);
  expect(progress.take(messageOf(page([row(2), row(1, { 'Image ': 'b' })])))).toBe(false);
  expect(progress.take(messageOf(page([row(2), row(3)])))).toBe(true);
  expect(progress.received).toBe(4);
});

test('pictures count for nothing, and text for what it is', () => {
  const progress = new Progress('getalllog');
  for (const at of [1, 2, 3, 4])
    progress.take(messageOf(page([row(at, { image: 'a'.repeat(MOST_LISTED_BYTES / 4) })])));
  expect(progress.isTooMuch).toBe(false);
  for (const at of [1, 2, 3, 4]) progress.take(messageOf(page([row(at, { name: 'a'.repeat(MOST_LISTED_BYTES / 4) })])));
  expect(progress.isTooMuch).toBe(true);
});

test('rows of nearly nothing count as well', () => {
  const progress = new Progress('getuserlist');
  progress.take(messageOf({ record: Array.from({ length: MOST_LISTED_BYTES / 64 + 1 }, (_, at) => at) }));
  expect(progress.isTooMuch).toBe(true);
});

test('a listing without measure fails clearly, and what came is stored', () => {
  const bench = new Bench();
  bench.register();
  bench.command('logs.query');
  const name = 'a'.repeat(9 * 1024 * 1024);
  for (let at = 1; at <= 4; at += 1) bench.hears(page([row(at, { name })], 100));
  expect(bench.results).toMatchObject([{ code: 'too-much', verdict: 'failed-for-good' }]);
  expect(eventsOf(bench, 'punch').map(({ punch }) => punch.pin)).toEqual(['1', '2', '3', '4']);
});

test('a page of more rows than a function takes arguments is read', () => {
  const bench = new Bench();
  bench.register();
  bench.command('user.query');
  const record = Array.from({ length: 200_000 }, (_, at) => ({ enrollid: 7, backupnum: at }));
  bench.hears({ ret: 'getuserlist', result: true, count: 0, record });
  bench.hears({ ret: 'getuserlist', result: true, count: 0, record: [] });
  expect(bench.results).toMatchObject([{ verdict: 'done', info: { users: 1, rows: 200_000 } }]);
});
