import { expect, test } from '@jest/globals';
import { lookFrom } from './look-from.ts';

/** In the night of 25 October 2026 clocks of Berlin go from 03:00 back to 02:00, at 01:00 UTC. */
const utc = (hours: number, minutes: number): number => Date.UTC(2026, 9, 25, hours, minutes);
const CURSOR = '2026-10-25 02:55:00.123456';

test.each([
  ['before the clocks go back', utc(0, 56), utc(0, 57), CURSOR],
  ['in the hour that comes twice', utc(1, 9), utc(1, 10), '2026-10-25 01:55:00'],
  ['after it, for a while', utc(2, 29), utc(2, 30), '2026-10-25 01:55:00'],
  ['much later', utc(9, 29), utc(9, 30), CURSOR],
  ['much later, and the site was away since before', utc(0, 56), utc(9, 30), '2026-10-25 01:55:00'],
  ['where the wall showed less at the last look', utc(0, 30), utc(0, 57), '2026-10-25 02:30:00'],
  ['where nobody looked yet', undefined, utc(0, 57), CURSOR],
])('looks from the cursor, or earlier: %s', (_, lookedAt, now, from) => {
  expect(lookFrom(CURSOR, lookedAt, now, 'Europe/Berlin')).toBe(from);
});

test('looks from the beginning where there was nothing yet, and from the wall where the cursor is ahead of it', () => {
  expect(lookFrom('', utc(9, 0), utc(9, 1), 'Europe/Berlin')).toBe('');
  expect(lookFrom('2027-01-01 00:00:00', utc(9, 0), utc(9, 1), 'Europe/Berlin')).toBe('2026-10-25 10:00:00');
});
