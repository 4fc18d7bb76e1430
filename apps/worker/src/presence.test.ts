import { expect, test } from '@jest/globals';
import { noteContact, readPresence, settle, writePresence, type Presence } from './presence.ts';

const MINUTE = 60_000;
const TEN = 10 * MINUTE;
const settled: Presence = { seen: 1000 * MINUTE, since: 0, held: undefined };
const at = (minutes: number): number => (1000 + minutes) * MINUTE;

test('whoever calls on stays settled, also with the longest pause that is none', () => {
  expect(noteContact(settled, at(10), TEN)).toEqual({ seen: at(10), since: 0, held: undefined });
  expect(noteContact(settled, at(-5), TEN)).toEqual(settled); // a contact that was told late
});

test('after a silence only what was before is proven, however often it falls silent again', () => {
  const back = noteContact(settled, at(11), TEN);
  expect(back).toEqual({ seen: at(11), since: at(11), held: at(0) });
  expect(noteContact(back, at(50), TEN)).toEqual({ seen: at(50), since: at(50), held: at(0) });
});

test('of whom is seen first nothing is proven', () => {
  expect(noteContact(undefined, at(0), TEN)).toEqual({ seen: at(0), since: at(0), held: 0 });
});

test('it settles by staying, not by having called once, and begins anew with each punch of the silence', () => {
  const back = noteContact(settled, at(60), TEN);
  expect(settle(back, undefined, TEN).held).toBe(at(0));
  const stayed = noteContact(back, at(70), TEN);
  expect(settle(stayed, undefined, TEN).held).toBeUndefined();
  expect(settle(stayed, at(61), TEN).held).toBe(at(0));
  expect(settle(noteContact(stayed, at(71), TEN), at(61), TEN).held).toBeUndefined();
});

test('it is kept as written', () => {
  for (const presence of [settled, noteContact(settled, at(11), TEN), noteContact(undefined, at(0), TEN)])
    expect(readPresence(JSON.parse(JSON.stringify(writePresence(presence))))).toEqual(presence);
  expect([readPresence({}), readPresence(['x'])]).toEqual([undefined, undefined]);
});
