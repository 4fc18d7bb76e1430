import { describe, expect, test } from '@jest/globals';
import type { DecodeContext, WireEvent } from '@biolistener/wire';
import { decode } from './decode.ts';
import { encodeFrame } from './frame.ts';
import { contextOf, hex, request } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

const result = (body: Uint8Array, ctx: DecodeContext, code = 'send_cmd_result') =>
  decode(request({ code, body, headers: ['trans_id', '100', 'cmd_return_code', 'OK'] }), ctx);

const withLib = (dataLib: string): DecodeContext => ({
  ...contextOf({ profile: { dataLib } }),
  now: Date.UTC(2026, 11, 1),
});

const logOf = (records: Uint8Array, size: number, count: number | string = records.length / size): Uint8Array =>
  encodeFrame(JSON.stringify({ log_count: count, one_log_size: size, log_array: 'BIN_1' }), [records]);
const usersOf = (records: Uint8Array, size: number): Uint8Array =>
  encodeFrame(
    JSON.stringify({ user_id_count: records.length / size, one_user_id_size: String(size), user_id_array: 'BIN_1' }),
    [records],
  );

const news = (events: readonly WireEvent[]): WireEvent[] => events.filter(({ kind }) => kind !== 'command-result');

describe('attendance records, by the conformance cases', () => {
  test.each([
    ['R01', 'FKDataHS101', 12, { pin: '42', state: 2, verifyMode: '21', extra: { verify: 'FACE+IDCARD' } }],
    ['R02', 'FKDataHS102', 32, { pin: 'E042', state: 2, extra: { verify: 'FP+PASSWORD' } }],
    [
      'R03',
      'FKDataHS103',
      48,
      { pin: 'E042', workCode: '5', claimedDirection: 'OUT', state: 1, extra: { eventCode: 9, verify: 'FACE' } },
    ],
    ['R04', 'FKDataHS105', 20, { pin: '42', workCode: '5', state: 1, extra: { verify: 'IDCARD' } }],
    ['R05', 'FKDataHS100', 12, { pin: '42', verifyMode: '3', claimedDirection: 'IN' }],
    ['R06', 'FKDataHS200', 12, { pin: '42', verifyMode: '2', state: 3, extra: { backupNumber: 11 } }],
  ] as const)('%s: a record of %s', (name, lib, size, punch) => {
    const { events, parked } = result(logOf(hex(VECTORS[name]), size), withLib(lib));
    expect(parked).toEqual([]);
    expect(news(events)).toMatchObject([{ kind: 'punch', punch: { ...punch, wallTime: '2026-11-21 17:59:58' } }]);
  });

  test('R12: a whole log with its counters as text', () => {
    const { events } = result(hex(VECTORS.R12), withLib('FKDataHS101'));
    const [single] = news(result(logOf(hex(VECTORS.R01), 12), withLib('FKDataHS101')).events);
    expect(news(events)).toEqual([single]);
    expect(events.at(-1)).toMatchObject({
      kind: 'command-result',
      result: { id: '100', verdict: 'done', info: { log_count: '1', one_log_size: '12' } },
    });
  });
});

describe('user and administration records, by the conformance cases', () => {
  const credentials = { hasPassword: false, hasCard: false, hasFace: false, fingerprints: 0 };
  test.each([
    ['R07', 'FKDataHS101', 8, '42', 1, { ...credentials, hasPassword: true, hasFace: true, fingerprints: 2 }],
    ['R08', 'FKDataHS102', 20, 'E042', 0, { ...credentials, hasCard: true, fingerprints: 10 }],
    ['R09', 'FKDataHS103', 36, 'E042', 1, { ...credentials, hasPassword: true, hasFace: true, fingerprints: 1 }],
    ['R10', 'FKDataHS100', 8, '42', 0, { backupNumbers: [11] }],
  ] as const)('%s: a user of %s', (name, lib, size, pin, privilege, extra) => {
    const { events } = result(usersOf(hex(VECTORS[name]), size), withLib(lib));
    expect(news(events)).toMatchObject([{ kind: 'user', user: { pin, privilege, isEnabled: true, extra } }]);
  });

  test('R11: a finger was deleted', () => {
    const { events } = result(logOf(hex(VECTORS.R11), 16), withLib('FKDataHS101'));
    expect(news(events)).toMatchObject([
      {
        kind: 'operation',
        operation: {
          source: 'oplog',
          code: '5',
          wallTime: '2026-11-21 17:59:00',
          isAlert: false,
          details: { operatorId: 1, targetId: 42, meaning: 'finger deleted' },
        },
      },
    ]);
  });

  test('R13: a whole list of users', () => {
    const { events } = result(hex(VECTORS.R13), withLib('FKDataHS101'));
    expect(news(events)).toEqual(news(result(usersOf(hex(VECTORS.R07), 8), withLib('FKDataHS101')).events));
  });

  test('credentials of one user in several records make one user', () => {
    const records = Buffer.concat([hex(VECTORS.R10), hex('010000002a000000')]);
    const { events } = result(usersOf(records, 8), withLib('FKDataHS100'));
    expect(news(events)).toMatchObject([{ kind: 'user', user: { pin: '42', extra: { backupNumbers: [11, 0] } } }]);
  });
});

describe('lists beyond the cases', () => {
  const jsonOf = (fields: object): Uint8Array => encodeFrame(JSON.stringify(fields));
  const punchIds = (events: readonly WireEvent[]) =>
    events.flatMap((event) => (event.kind === 'punch' ? [event.punch.id] : []));

  test('a record of a log and the same punch in real time are one punch', () => {
    const body = jsonOf({
      user_id: '00000042',
      io_time: '20261121175958',
      verify_mode: '21',
      io_mode: 2,
      fk_bin_data_lib: 'FKDATAHS101',
    });
    const realtime = decode(request({ body }), withLib('FKDataHS101'));
    const batch = result(logOf(hex(VECTORS.R01), 12), withLib('FKDataHS101'));
    expect(punchIds(batch.events)).toEqual(punchIds(realtime.events));
    expect(punchIds(batch.events)).toHaveLength(1);
  });

  test('the same holds for a signed wide mode', () => {
    const record = Buffer.from(hex(VECTORS.R03));
    record.writeInt32LE(-1073741824, 44);
    const fields = { user_id: 'E042', io_time: '20261121175958', verify_mode: -1073741824, io_mode: 553648137 };
    const body = jsonOf({ ...fields, fk_bin_data_lib: 'FKDataHS103' });
    const realtime = decode(request({ body }), withLib('FKDataHS103'));
    expect(punchIds(result(logOf(record, 48), withLib('FKDataHS103')).events)).toEqual(punchIds(realtime.events));
  });

  test('the year of HS100 counts from 1900 where it is small', () => {
    const record = Buffer.from(hex(VECTORS.R05));
    record.writeUInt32LE(((record.readUInt32LE(8) & ~0xfff) + 126) >>> 0, 8);
    const [event] = news(result(logOf(record, 12), withLib('FKDataHS100')).events);
    expect(event?.kind === 'punch' && event.punch.wallTime).toBe('2026-11-21 17:59:58');
  });

  test('a batch log that comes unasked is stored, and only then acknowledged', () => {
    const decoded = result(
      logOf(Buffer.concat([hex(VECTORS.R01), hex(VECTORS.R01)]), 12),
      withLib('FKDataHS101'),
      'send_glog_data',
    );
    expect(punchIds(decoded.events)).toHaveLength(2);
    expect(decoded.reply['responseCode']).toBe('OK');
  });

  test('a batch log under a name that nobody knows is stored too', () => {
    const decoded = result(logOf(hex(VECTORS.R01), 12), withLib('FKDataHS101'), 'send_all_logs');
    expect([punchIds(decoded.events).length, decoded.reply['responseCode']]).toEqual([1, 'OK']);
  });

  test('a batch log as a list of JSON records is stored', () => {
    const record = { user_id: '42', io_time: '20261121175958', verify_mode: 21, io_mode: 2 };
    const decoded = result(jsonOf({ log_array: [record] }), withLib('FKDataHS101'), 'send_glog_data');
    expect(punchIds(decoded.events)).toEqual(
      punchIds(result(logOf(hex(VECTORS.R01), 12), withLib('FKDataHS101')).events),
    );
    const paged = result(jsonOf({ log_count: '1', isLast: true, Glog: [record] }), withLib('FKDataHS101'));
    expect(punchIds(paged.events)).toHaveLength(1);
  });

  test('a list shorter than it says gives its complete records and says so', () => {
    const { events, parked } = result(logOf(hex(`${VECTORS.R01}2a00`), 12, 4294967295), withLib('FKDataHS101'));
    expect([punchIds(events).length, parked.map(({ reason }) => reason)]).toEqual([1, ['EB_LIST_SHORT']]);
  });

  test('a list longer than it says gives the announced records', () => {
    const { events } = result(logOf(hex(VECTORS.R01 + VECTORS.R01.replace('2a', '2b')), 12, 1), withLib('FKDataHS101'));
    expect(punchIds(events)).toHaveLength(1);
  });

  test('void records are kept together with their bytes', () => {
    const records = Buffer.concat([Buffer.alloc(12), hex(VECTORS.R01), Buffer.alloc(12)]);
    const { events, parked } = result(logOf(records, 12), withLib('FKDataHS101'));
    expect(punchIds(events)).toHaveLength(1);
    expect(parked).toMatchObject([{ reason: 'EB_RECORD_INVALID', raw: Buffer.alloc(24) }]);
  });

  test('twelve-byte records of an unknown library are kept, not guessed', () => {
    const { events, parked } = result(logOf(hex(VECTORS.R01), 12), contextOf());
    expect([news(events), parked.map(({ reason }) => reason)]).toEqual([[], ['EB_LAYOUT_UNKNOWN']]);
  });

  test('an eight-byte user that could be of either family is kept, not guessed', () => {
    const { parked } = result(usersOf(hex(VECTORS.R10), 8), contextOf());
    expect(parked.map(({ reason }) => reason)).toEqual(['EB_LAYOUT_UNKNOWN']);
  });

  test('an inline list of ids teaches the padding', () => {
    const { events, facts } = result(hex(VECTORS.D13), contextOf());
    expect(news(events).map((event) => event.kind === 'user' && event.user.pin)).toEqual(['1', '42']);
    expect(facts.profile).toMatchObject({ userIdPad: 8 });
  });
});
