import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asSerialNumber } from '@biolistener/core';
import { zkTcp } from './brand.ts';
import { encodeClock } from './clock.ts';
import { resolveSlots, tableInput, type ResolvedLayout } from './table-input.ts';
import type { AttendanceLayout } from './attendance-record.ts';
import type { LocalTime } from '@biolistener/core';

const STRIDES = new Map([
  ['40', 40],
  ['49', 49],
  ['16', 16],
  ['prefix40/52', 52],
]);
const NOW = Date.UTC(2026, 10, 22);
const SN = asSerialNumber('ZKT0000001');
const terminalOf = (options = {}, profile = {}) => ({
  serialNumber: SN,
  zone: 'Asia/Kolkata',
  profile,
  stamps: {},
  options,
});
const AT = '2026-11-21 08:05:30' as LocalTime;

function record16(userId: number, verify: number, state: number, workCode = 0, time = encodeClock(AT)): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(userId, 0);
  bytes.writeUInt32LE(time, 4);
  bytes[8] = verify;
  bytes[9] = state;
  bytes.writeUInt32LE(workCode, 12);
  return bytes;
}

const decode = (layout: AttendanceLayout | ResolvedLayout, records: Uint8Array, terminal = terminalOf()) =>
  zkTcp.decode(tableInput(SN, layout, records, '192.0.2.9'), { now: NOW, terminal });
const punchesOf = (...args: Parameters<typeof decode>) =>
  decode(...args).events.flatMap((event) => (event.kind === 'punch' ? [event.punch] : []));

describe('a record', () => {
  test('becomes a punch with the wall time, its zone and its codes', () => {
    const [punch] = punchesOf('16', record16(70_000, 4, 1, 7));
    expect(punch).toMatchObject({ pin: '70000', wallTime: AT, instant: Date.UTC(2026, 10, 21, 2, 35, 30), state: 1 });
    expect(punch).toMatchObject({ verifyMode: '4', workCode: '7', claimedDirection: 'OUT', flags: [] });
  });

  test('of a site that saw the order of its codes turned is read so', () => {
    const [punch] = punchesOf('16', record16(7, 4, 1), terminalOf({ swapVerifyState: true }));
    expect(punch).toMatchObject({ state: 4, verifyMode: '1' });
  });

  test('is the same one before and after a site turned that order', () => {
    const [before] = punchesOf('16', record16(7, 4, 1));
    const [after] = punchesOf('16', record16(7, 4, 1), terminalOf({ swapVerifyState: true }));
    expect(after?.id).toBe(before?.id);
  });

  test('of a colour unit makes no claim by states beyond 1', () => {
    const states = [0, 1, 2].map(
      (state) => punchesOf('16', record16(7, 1, state), terminalOf({}, { platform: 'ZMM220_TFT' }))[0],
    );
    expect(states.map((punch) => punch?.claimedDirection)).toEqual(['IN', 'OUT', undefined]);
  });

  test('with an impossible date, or of nobody, is parked with its bytes', () => {
    const bad = record16(7, 1, 0, 0, 30 * 86_400 + 31 * 86_400);
    const { parked, events } = decode('16', Buffer.concat([bad, record16(0, 1, 0), record16(8, 1, 0)]));
    expect(parked.map(({ reason }) => reason)).toEqual(['ZKT_TIME_IMPOSSIBLE', 'ZKT_PIN_IMPOSSIBLE']);
    expect(Buffer.from(parked[0]?.raw ?? [])).toEqual(bad);
    expect(events.length).toBe(1);
  });

  test('that names a slot is of whoever has the slot in this session', () => {
    const records = Buffer.alloc(16);
    for (const [at, uid] of [5, 6].entries()) {
      records.writeUInt16LE(uid, at * 8);
      records.writeUInt32LE(encodeClock(AT), at * 8 + 3);
    }
    const users = [
      { uid: 5, userId: '0042', isEnabled: true, privilege: 0, password: '', name: '', card: 0, group: 1 },
    ];
    const { events, parked } = decode('8+id', resolveSlots(records, '8', users));
    expect(events).toMatchObject([{ punch: { pin: '0042' } }]);
    expect(parked).toMatchObject([{ reason: 'ZKT_USER_UNKNOWN' }]);
  });

  test('that names a slot is the same one after another person got the slot', () => {
    const record = Buffer.alloc(8);
    record.writeUInt16LE(5);
    record.writeUInt32LE(encodeClock(AT), 3);
    const user = { uid: 5, isEnabled: true, privilege: 0, password: '', name: '', card: 0, group: 1 };
    const [before, after] = ['101', '202'].map(
      (userId) => punchesOf('8+id', resolveSlots(record, '8', [{ ...user, userId }]))[0],
    );
    expect([before?.pin, after?.pin]).toEqual(['101', '202']);
    expect(after?.id).toBe(before?.id);
  });
});

test('no request over HTTP is of this brand, and every read is', () => {
  const input = tableInput(SN, '40', new Uint8Array(0), '');
  expect([zkTcp.claims(input), zkTcp.claims({ ...input, httpVersion: '1.1' })]).toEqual([true, false]);
  expect(zkTcp.identify(input)).toMatchObject({ serialNumber: SN, operation: 'pull/attendance' });
});

test('any bytes as any table: every record is a punch or parked, and nothing is thrown', () => {
  const layout = fc.constantFrom('40', '49', '16', '8+id', '8b+id', 'prefix40/52');
  fc.assert(
    fc.property(layout, fc.uint8Array({ maxLength: 600 }), (one, bytes) => {
      const { events, parked } = decode(one, bytes);
      const stride = STRIDES.get(one) ?? 32;
      expect(events.length + parked.length).toBe(Math.ceil(bytes.length / stride));
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.uint8Array(), (target, body) => {
      const input = { ...tableInput(SN, '40', body, ''), target };
      expect(zkTcp.decode(input, { now: NOW, terminal: terminalOf() }).events).toEqual([]);
      zkTcp.identify(input);
    }),
  );
});
