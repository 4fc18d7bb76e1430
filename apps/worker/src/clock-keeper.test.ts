import { beforeEach, describe, expect, test } from '@jest/globals';
import { asSerialNumber, type Terminal } from '@biolistener/core';
import type { NewCommand, StoredCommand } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { ClockKeeper, whyToSet } from './clock-keeper.ts';

const MINUTE = 60_000;
/** Summer time began in Berlin two hours ago. */
const NOW = Date.parse('2026-03-29T03:00:00Z');

const terminalOf = (own: Partial<Terminal>): Terminal => ({
  serialNumber: asSerialNumber('SN1'),
  brand: 'zkteco',
  status: 'approved',
  zone: 'Europe/Berlin',
  profile: {},
  stamps: {},
  firstSeenAt: 0,
  lastContactAt: NOW - MINUTE,
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
  ...own,
});
const drifting = (seconds: number, own: Partial<Terminal> = {}) =>
  terminalOf({ clockDriftSeconds: seconds, clockMeasuredAt: NOW - MINUTE, ...own });

describe('a clock is to be set', () => {
  test.each([
    ['when summer time began since it was told the offset', terminalOf({ profile: { toldOffsetMinutes: 60 } }), 'it was told 60'],
    ['when the zone of its wall was changed', terminalOf({ zone: 'Asia/Kolkata', profile: { toldOffsetMinutes: 120 } }), 'and it is 330'],
    ['when it is behind by years', drifting(-800_000_000), '800000000 s behind'],
    ['when it is ahead by more than is allowed', drifting(61), '61 s ahead'],
  ])('%s', (_, terminal, why) => {
    expect(whyToSet(terminal, NOW, 60)).toContain(why);
  }); // prettier-ignore

  test.each([
    ['while it is near enough', drifting(-60)],
    ['where it was told what holds', terminalOf({ profile: { toldOffsetMinutes: 120 } })],
    ['when it was measured hours ago', drifting(900, { clockMeasuredAt: NOW - 61 * MINUTE })],
    ['while it is silent', drifting(900, { lastContactAt: NOW - 61 * MINUTE })],
    ['before it is approved', drifting(900, { status: 'pending' })],
    ['without a zone', drifting(900, { zone: undefined as never })],
  ])('not %s', (_, terminal) => {
    expect(whyToSet(terminal, NOW, 60)).toBeUndefined();
  });
});

describe('the keeper', () => {
  let queued: NewCommand[];
  let earlier: Partial<StoredCommand>[];
  let beyond: number;
  const terminals = [drifting(900), drifting(900, { serialNumber: asSerialNumber('SN2'), brand: 'other' })];
  const keeper = () =>
    new ClockKeeper(
      {
        store: {
          allTerminals: () => Promise.resolve(terminals),
          listCommands: () => Promise.resolve(earlier as StoredCommand[]), // nothing else of them is read
          queueCommands: (commands) => {
            queued.push(...commands);
            return Promise.resolve([]);
          },
          claimLease: () => Promise.resolve(true),
        },
        settings: () => ({ clockBeyondSeconds: beyond }),
        keepsClock: (brand) => brand === 'zkteco',
        clock: { now: () => NOW, random: () => 0 },
        log: silentLog,
      },
      'me',
    );
  beforeEach(() => {
    [queued, earlier, beyond] = [[], [], 60];
  });

  test('has it set by command, in the name of the service, where the brand can', async () => {
    await keeper().round();
    expect(queued).toMatchObject([{ serialNumber: 'SN1', kind: 'clock.set', origin: 'service', askedBy: 'system' }]);
  });
  test('does not ask again for hours when the terminal does not care', async () => {
    earlier = [{ kind: 'clock.set', createdAt: NOW - 5 * 60 * MINUTE }];
    await keeper().round();
    expect(queued).toEqual([]);
    earlier = [{ kind: 'clock.set', createdAt: NOW - 7 * 60 * MINUTE }];
    await keeper().round();
    expect(queued).toHaveLength(1);
  });
  test('leaves all clocks alone where people said so', async () => {
    beyond = 0;
    await keeper().round();
    expect(queued).toEqual([]);
  });
});
