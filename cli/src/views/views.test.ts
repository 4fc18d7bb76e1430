import { describe, expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import type { Delivery, TerminalListing } from '@biolistener/store';
import { checkinLink, safeText, stateText } from './delivery.ts';
import { adviceFor, deviceText, driftText, keyAdvice, maskedOptions, shellWord } from './device.ts';
import { PARK_REASONS, todoOf, whatOf } from './reasons.ts';

const terminal: TerminalListing = {
  serialNumber: asSerialNumber('FRONT00001'),
  brand: 'zkteco',
  status: 'approved',
  zone: 'Asia/Kolkata',
  profile: { firmware: 'Ver 8.0' },
  stamps: {},
  firstSeenAt: 1,
  lastContactAt: 1,
  lastAddress: undefined,
  clockDriftSeconds: undefined,
  clockMeasuredAt: undefined,
  punches: 0,
  lastPunchAt: undefined,
  quarantined: 0,
  parked: 0,
};

describe('advice for a terminal', () => {
  test('is none when all is well', () => expect(adviceFor({ ...terminal, clockDriftSeconds: -60 })).toEqual([]));

  test.each([
    [{ status: 'pending', quarantined: 2 } as const, /approve FRONT00001\..*2 kept requests/],
    [{ status: 'blocked' } as const, /blocked/],
    [{ clockDriftSeconds: -75 }, /75 s behind/],
    [{ parked: 1 }, /1 piece of it could not be read/],
  ])('for %j', (change, words) => expect(adviceFor({ ...terminal, ...change }).join()).toMatch(words));

  test('tells of a key that must be shown where a terminal was not heard for long', () => {
    const at = terminal.lastContactAt;
    expect(keyAdvice(terminal, at + 60_000)).toEqual([]);
    expect(keyAdvice(terminal, at + 3_600_000).join()).toMatch(/device set FRONT00001 --key-file FILE/);
    const view = { terminal, quarantine: [], alerts: [], advice: [], commands: [] };
    expect(deviceText({ ...view, mustShowKey: true }, at)).toMatch(/shared key: +must be shown/);
    expect(deviceText(view, at)).not.toMatch(/shared key/);
  });

  test('quotes a serial number that a shell would take apart', () => {
    expect(shellWord("a'; rm -rf \u001b")).toBe("'a'\\''; rm -rf \\u001b'");
    expect(shellWord('CJDE-20.1:2')).toBe('CJDE-20.1:2');
  });
});

test('a drift says its direction', () => {
  expect([driftText(undefined), driftText(0.2), driftText(61), driftText(-61)]).toEqual([
    undefined,
    'right',
    '61 s ahead',
    '61 s behind',
  ]);
});

test('keys among the options are shown neither to people nor to programs', () => {
  const options = { encryptKeyHex: 'deadbeef', verifyTable: 'new' };
  expect(maskedOptions(options)).toEqual({ encryptKeyHex: '********', verifyTable: 'new' });
  const text = deviceText({ terminal: { ...terminal, options }, quarantine: [], alerts: [], advice: [] }, 5);
  expect(text).not.toContain('deadbeef');
  expect(text).toContain('Ver 8.0');
});

test('a check-in of the sandbox is linked where it can be read', () => {
  expect(checkinLink({ kind: 'sandbox', url: 'http://127.0.0.1:8997' }, 'E 1')).toBe(
    'http://127.0.0.1:8997/api/resource/Employee%20Checkin/E%201',
  );
});

test('each state of a delivery has its words', () => {
  const one = (change: Partial<Delivery>): string =>
    stateText({ state: 'waiting', attempts: 0, ...change } as Delivery, 60_000); // the rest does not matter here
  expect(stateText(undefined, 0)).toContain('not handed out');
  expect(one({})).toBe('waits for its turn');
  expect(one({ attempts: 2, detail: 'busy' })).toBe('waits for try 3: busy');
  expect(one({ state: 'queued', queuedAt: 30_000 })).toContain('30 s ago');
  expect(one({ state: 'skipped', reason: 'discarded' })).toContain('a person discarded it');
  expect(one({ state: 'done', checkin: 'E1' })).toContain('E1');
});

describe('bytes as text', () => {
  test('keep their lines, and escape the rest', () =>
    expect(safeText(Buffer.from('a\tb\n\u001bc'))).toBe('a\\tb\n\\u001bc'));
  test('that are no UTF-8 come as hex', () => expect(safeText(Buffer.from([0xff, 0xfe, 0x00, 0x41]))).toBe('fffe0041'));
  test('are cut when they are many', () => expect(safeText(Buffer.alloc(5000, 97))).toContain('… 1000 more bytes'));
});

describe('reasons', () => {
  test('of parked punches all say what and what to do', () => {
    for (const { what, todo } of Object.values(PARK_REASONS))
      expect([what.length > 10, todo.length > 20]).toEqual([true, true]);
  });

  test('of unread pieces come from the catalog of whoever found them', async () => {
    expect(await todoOf('LISTENER_NO_SERIAL')).toContain('Check the terminal');
    expect(await todoOf('ZK_PIN_MISSING')).toContain('See on the terminal');
    expect(await todoOf('NEVER_HEARD_OF')).toContain('parked show');
    expect(whatOf('NEVER_HEARD_OF')).toBe('NEVER_HEARD_OF');
  });
});

test('a terminal that is called: how it was read, how that is proven, and how many punches nobody had sent', () => {
  const mark = { layout: '40', bytes: 4000, tail: 'ab' };
  const pull = { mark, readAt: 1000, wholeAt: 1000, records: 100, proof: 'counted', found: 7, foundLast: 3 };
  const profile = { model: 'K40', pull };
  const text = deviceText({ terminal: { ...terminal, profile }, quarantine: [], alerts: [], advice: [] }, 61_000);
  expect(text).toMatch(/records: +100; its counter says that these are all/);
  expect(text).toMatch(/found: +7 that nobody had sent, 3 by the last read that found any/);
  expect(text).not.toContain('tail');
});
