import { beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_DELIVERY_SETTINGS } from '@biolistener/erpnext';
import type { Store } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { RefusedRetry } from './refused-retry.ts';

const MINUTE = 60_000;
let now: number;
/** How many are parked as refused whenever it looks. */
let parked: number;
/** Minutes at which it let them go. */
let released: number[];
let isBroken: boolean;
let retry: RefusedRetry;

beforeEach(() => {
  [now, parked, released, isBroken] = [0, 3, [], false];
  const unpark: Store['unpark'] = (targetId, which) => {
    if (isBroken) return Promise.reject(new Error('disk full'));
    expect([targetId, which]).toEqual(['t', { reasons: ['refused'] }]);
    released.push(now / MINUTE);
    return Promise.resolve(parked);
  };
  retry = new RefusedRetry({
    store: { unpark } as Store, // nothing else is asked of it
    targetId: 't',
    settings: () => DEFAULT_DELIVERY_SETTINGS,
    clock: { now: () => now, random: () => 0 },
    log: silentLog,
  });
});

/** As the worker's chores: a look each minute. */
async function pass(minutes: number): Promise<number[]> {
  for (const end = now + minutes * MINUTE; now < end;) {
    now += MINUTE;
    await retry.round();
  }
  return released;
}

test('refused check-ins are tried after an hour, then at twice the distance up to a day', async () => {
  const hours = (await pass(100 * 60)).map((minute) => minute / 60);
  expect(hours).toEqual([1, 2, 4, 8, 16, 32, 56, 80]);
});

test('the distance is an hour again once the site accepted some', async () => {
  await pass(4 * 60);
  parked = 2;
  await pass(4 * 60);
  parked = 1;
  expect((await pass(60)).map((minute) => minute / 60)).toEqual([1, 2, 4, 8, 9]);
});

test('with nothing parked it looks every hour', async () => {
  parked = 0;
  expect(await pass(180)).toEqual([60, 120, 180]);
});

test('a store in trouble is asked again at the next look', async () => {
  isBroken = true;
  await pass(60);
  isBroken = false;
  expect(await pass(1)).toEqual([61]);
});
