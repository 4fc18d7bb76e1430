import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clockOf, localTimeOf, toInstant } from '@biolistener/core';
import { locatorOf } from './locate.ts';

test('a located wall time equals core toInstant, in whatever order times are asked, also where clocks change', () => {
  const zones = ['Asia/Kolkata', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC+05:45'];
  const time = fc.tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 59 }),
    fc.integer({ min: 0, max: 59 }),
  );
  const berlinNight = fc.tuple(
    fc.constant(2026),
    fc.constantFrom(3, 10),
    fc.constantFrom(25, 29),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 59 }),
    fc.integer({ min: 0, max: 59 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.array(fc.oneof(time, berlinNight), { maxLength: 20 }), (zone, times) => {
      const locate = locatorOf(zone);
      for (const [year, month, day, hour, minute, second] of times) {
        const local = localTimeOf(year, month, day, hour, minute, second)!;
        expect(locate(clockOf(local))).toEqual(toInstant(local, zone));
      }
    }),
    { numRuns: 60 },
  );
});
