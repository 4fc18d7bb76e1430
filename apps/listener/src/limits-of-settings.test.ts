import { expect, test } from '@jest/globals';
import type { Settings } from '@biolistener/config';
import { limitsOf } from './limits-of-settings.ts';

const MiB = 1024 * 1024;
const settings = (inFlightMiB: number, maxBodyMiB: number): Settings =>
  ({ inFlightMiB, maxBodyMiB, requestsPerSecond: 1, addressRequestsPerSecond: 1 }) as Settings; // what the limits read

test('one address holds a quarter of the memory for bodies, and leaves the rest to others', () => {
  const { bodyBytes } = limitsOf(settings(256, 16));
  expect(bodyBytes.enter('a', 64 * MiB)).toBe(true);
  expect(bodyBytes.enter('a', 1)).toBe(false);
  for (const address of ['b', 'c', 'd']) expect(bodyBytes.enter(address, 64 * MiB)).toBe(true);
  expect(bodyBytes.enter('e', 1)).toBe(false);
});

test('the largest request that is allowed finds room', () => {
  const { bodyBytes } = limitsOf(settings(256, 200));
  expect(bodyBytes.enter('a', 200 * MiB)).toBe(true);
});
