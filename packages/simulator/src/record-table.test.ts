import { expect, test } from '@jest/globals';
import { DistinctSeconds } from './distinct-seconds.ts';
import { RecordTable } from './record-table.ts';

function tableOf(...records: number[]): RecordTable<number> {
  const table = new RecordTable<number>();
  for (const record of records) table.add(record);
  return table;
}

test('gives the oldest unsent records until they are marked as sent', () => {
  const table = tableOf(1, 2, 3, 4);
  expect(table.take(2).map((each) => each.record)).toEqual([1, 2]);
  table.markSent(table.take(2));
  expect(table.take(9).map((each) => each.record)).toEqual([3, 4]);
  expect(table.unsent).toBe(2);
});

test('can give the newest first, and then skips what was sent between', () => {
  const table = tableOf(1, 2, 3, 4);
  table.markSent(table.take(2, true));
  expect(table.take(9, true).map((each) => each.record)).toEqual([1, 2]);
});

test('opens again what a rule names', () => {
  const table = tableOf(1, 2, 3);
  table.markSent(table.take(3));
  table.markUnsent((record) => record > 1);
  expect(table.take(9).map((each) => each.record)).toEqual([2, 3]);
  expect(table.unsent).toBe(2);
});

test('marking twice counts once', () => {
  const table = tableOf(1, 2);
  const entries = table.take(1);
  table.markSent(entries);
  table.markSent(entries);
  expect(table.unsent).toBe(1);
});

test('a full table forgets only what was sent', () => {
  const table = new RecordTable<number>(10);
  for (let at = 0; at < 20; at++) table.add(at);
  expect(table.size).toBe(20);
  table.markSent(table.take(15));
  table.take(1);
  table.add(20);
  expect(table.size).toBe(10);
  expect(table.take(9).map((each) => each.record)).toEqual([15, 16, 17, 18, 19, 20]);
});

test('a taken second gives way to the nearest free one before it, for this person alone', () => {
  const seconds = new DistinctSeconds();
  expect([1, 2, 3].map(() => seconds.claimNear('7', 10_900))).toEqual([10_000, 9000, 8000]);
  expect(seconds.claimNear('8', 10_900)).toBe(10_000);
  expect(seconds.isTaken('7', 9500)).toBe(true);
});
