import { expect, test } from '@jest/globals';
import { asPin, asSerialNumber, type Terminal } from '@biolistener/core';
import type { SeenPerson } from '@biolistener/store';
import { single } from '../test/fake-brands.ts';
import { planPrune } from './prune.ts';
import { DEFAULT_ROSTER_SETTINGS } from './settings.ts';

const terminal: Terminal = {
  serialNumber: asSerialNumber('A'),
  brand: 'single',
  status: 'approved',
  profile: {},
  stamps: {},
  firstSeenAt: 0,
  lastContactAt: 0,
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
};
const seenOf = (pin: string, privilege: number | undefined): SeenPerson => ({
  pin: asPin(pin),
  name: undefined,
  privilege,
  card: undefined,
  isEnabled: undefined,
  hasPassword: false,
  extra: {},
  seenAt: 0,
});

test('strangers go, administrators stay', () => {
  const strangers = [seenOf('1', 0), seenOf('2', 14), seenOf('3', undefined)];
  const plan = planPrune(terminal, strangers, single, DEFAULT_ROSTER_SETTINGS, {
    by: 'cli:root',
    origin: 'cli',
    now: 5,
  });
  expect(plan.keep.map(({ pin }) => pin)).toEqual(['2']);
  expect(plan.commands.map(({ kind, pin }) => [kind, pin])).toEqual([
    ['user.delete', '1'],
    ['user.delete', '3'],
  ]);
});
