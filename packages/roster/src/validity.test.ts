import { expect, test } from '@jest/globals';
import type { LocalDate } from '@biolistener/core';
import { changedBetween, isValidAt } from './validity.ts';

const day = (text: string): LocalDate => text as LocalDate; // real dates all
const at = (text: string): number => Date.parse(text);
const march = { validFrom: day('2026-03-10'), validTo: day('2026-03-12') };

test.each([
  ['2026-03-09T23:59:59Z', 'UTC', false],
  ['2026-03-10T00:00:00Z', 'UTC', true],
  ['2026-03-12T23:59:59Z', 'UTC', true],
  ['2026-03-13T00:00:00Z', 'UTC', false],
  ['2026-03-09T18:30:00Z', 'Asia/Kolkata', true],
  ['2026-03-12T18:30:00Z', 'Asia/Kolkata', false],
])('at %s in %s: valid %j', (time, zone, isValid) => {
  expect(isValidAt(march, { zone }, at(time))).toBe(isValid);
});

test('without days somebody is always valid', () => {
  expect(isValidAt({ validFrom: undefined, validTo: undefined }, {}, 0)).toBe(true);
});

test('a change in any zone is noticed, also after days of absence, and none where nothing changed', () => {
  const [before, after] = [at('2026-03-09T12:00:00Z'), at('2026-03-09T19:00:00Z')];
  expect(changedBetween(march, ['UTC'], before, after)).toBe(false);
  expect(changedBetween(march, ['UTC', 'Asia/Kolkata'], before, after)).toBe(true);
  expect(changedBetween(march, [undefined], before, at('2026-03-11T00:00:00Z'))).toBe(true);
});
