import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Punch } from '@biolistener/core';
import { decode } from './decode.ts';
import { encodeFrame } from './frame.ts';
import { modeKey, readIoMode, readVerifyMode } from './modes.ts';
import { contextOf, hex, MemoryListener, request, toHex } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

const read = (body: Uint8Array, settings = {}, code = 'realtime_glog') =>
  decode(request({ code, body }), contextOf(settings));

function punchOf(body: Uint8Array | string, settings = {}): Punch {
  const bytes = typeof body === 'string' ? hex(body) : body;
  const event = read(bytes, settings).events.find(({ kind }) => kind === 'punch');
  if (event?.kind !== 'punch') throw new Error('no punch');
  return event.punch;
}

const glog = (fields: Record<string, unknown>): Uint8Array =>
  encodeFrame(
    JSON.stringify({
      user_id: '13',
      io_time: '20260102030405',
      verify_mode: 1073741824,
      io_mode: 16777216,
      fk_bin_data_lib: 'FKDataHS103',
      log_image: null,
      ...fields,
    }),
  );

describe('attendance, by the conformance cases', () => {
  test('A01: a face punch of HS103', () => {
    expect(punchOf(VECTORS.A01)).toMatchObject({
      serialNumber: 'TEST0001',
      pin: '13',
      wallTime: '2026-01-02 03:04:05',
      zone: 'Asia/Kolkata',
      instant: Date.UTC(2026, 0, 1, 21, 34, 5),
      certainty: 'exact',
      state: 1,
      claimedDirection: undefined,
      verifyMode: '1073741824',
      flags: [],
      extra: { verify: 'FACE', verifyKinds: ['FACE'], ioMode: '16777216', dataLib: 'FKDataHS103', deviceUserId: '13' },
    });
    expect(punchOf(VECTORS.A01).extra).not.toHaveProperty('eventCode');
  });

  test('A02: a picture comes as a photo beside the punch, and is no part of its evidence', () => {
    const { events } = read(hex(VECTORS.A02));
    expect(punchOf(VECTORS.A02)).toMatchObject({ state: 2, extra: { verifyKinds: ['FP'] } });
    expect(toHex(punchOf(VECTORS.A02).raw)).not.toContain('ffd8ffd9');
    const photo = events.find(({ kind }) => kind === 'photo');
    expect(photo).toMatchObject({ photo: { kind: 'attendance', pin: '13', wallTime: '2026-01-02 03:04:05' } });
    expect(photo?.kind === 'photo' && toHex(photo.photo.data)).toBe('ffd8ffd9');
  });

  test('A03: the library in capitals and numbers as text', () => {
    expect(punchOf(VECTORS.A03)).toMatchObject({ state: 1, extra: { verify: 'FACE+IDCARD' } });
  });

  test('A04: a padded id keeps its device form beside the normal one', () => {
    expect(punchOf(VECTORS.A04)).toMatchObject({
      pin: '42',
      extra: { deviceUserId: '00000042', verify: 'UNKNOWN_10' },
    });
    expect(punchOf(VECTORS.A04, { options: { keepLeadingZeros: true } })).toMatchObject({ pin: '00000042' });
  });

  test('A05: two nibbles are two kinds', () => {
    expect(readVerifyMode(0x12000000, 'HS103').label).toBe('FP+PASSWORD');
  });

  test('A06: direction, status key and event of a wide mode', () => {
    expect(readIoMode(553648137, 'HS103')).toEqual({ direction: 'OUT', statusKey: 1, eventCode: 9, text: undefined });
  });

  test('A07: a signed mode is read unsigned', () => {
    expect(readVerifyMode(-1073741824, 'HS103').label).toBe('UNKNOWN_12');
  });

  test('A08: a date that does not exist is kept and acknowledged', () => {
    const decoded = read(glog({ io_time: '20260230010101' }));
    expect([decoded.events, decoded.reply['responseCode'], decoded.refused]).toEqual([[], 'OK', undefined]);
    expect(decoded.parked).toMatchObject([{ reason: 'EB_RECORD_TIME', table: 'realtime_glog', isSensitive: false }]);
  });

  test('A09: a time with separators is the same instant and the same punch', () => {
    expect(punchOf(glog({ io_time: '2026-01-02 03:04:05' })).id).toBe(punchOf(VECTORS.A01).id);
  });

  test('A10: a punch sent twice is one', () => {
    const listener = new MemoryListener();
    const send = () => listener.receive(request({ body: hex(VECTORS.A01) }));
    expect([send(), send(), listener.punches.size]).toEqual(['OK', 'OK', 1]);
  });
});

describe('punches beyond the cases', () => {
  let id: string;
  beforeEach(() => {
    id = punchOf(VECTORS.A01).id;
  });

  test.each([
    ['a padded user', { user_id: '00000013' }],
    ['a user with one leading zero', { user_id: '013' }],
    ['a numeric user', { user_id: 13 }],
    ['modes as text', { verify_mode: '1073741824', io_mode: '16777216' }],
    ['a picture that arrives only once', { log_image: '' }],
  ])('the identity does not change with %s', (_what, fields) => {
    expect(punchOf(glog(fields)).id).toBe(id);
  });

  test('signed and unsigned forms of one mode are one identity', () => {
    expect(modeKey(-1073741824)).toBe(modeKey('3221225472'));
  });

  test('a small status key never becomes a direction', () => {
    expect(readIoMode(1, 'HS101').direction).toBeUndefined();
    expect(readIoMode('IN', 'HS101')).toMatchObject({ direction: undefined, text: 'IN' });
  });

  test('library HS100 says 1 for in and 0 for out', () => {
    expect([readIoMode(1, 'HS100').direction, readIoMode(0, 'HS100').direction]).toEqual(['IN', 'OUT']);
  });

  test.each([
    [['FP', 'PASSWORD'], 'FP+PASSWORD'],
    ['["FACE"]', 'FACE'],
    ['FINGERPRINT+CARD', 'FP+IDCARD'],
    ['gibberish!', 'UNKNOWN_gibberish!'],
  ])('verify mode %j reads %s', (value, label) => {
    expect(readVerifyMode(value, undefined).label).toBe(label);
  });

  test('without a library, large and small numbers are read by size and marked as guessed', () => {
    expect(readVerifyMode(0x40000000, undefined)).toMatchObject({ label: 'FACE', isGuessed: true });
    expect(readVerifyMode(20, undefined)).toMatchObject({ label: 'FACE', isGuessed: true });
  });

  test('the library of the last poll counts where the record names none', () => {
    const punch = punchOf(glog({ fk_bin_data_lib: '', io_mode: 1, verify_mode: 21 }), {
      profile: { dataLib: 'FKDataHS101' },
    });
    expect(punch.extra).toMatchObject({ verify: 'FACE+IDCARD', dataLib: 'FKDataHS101' });
  });

  test('user 0 is a device event, and an alarm where the event is one', () => {
    const { events } = read(glog({ user_id: '0', io_mode: 7 }));
    expect(events).toMatchObject([{ kind: 'operation', operation: { source: 'event', code: '7', isAlert: true } }]);
  });

  test('an opening under threat is a punch and an alarm', () => {
    expect(read(glog({ io_mode: 0x0100000a })).events.map(({ kind }) => kind)).toEqual(['punch', 'operation']);
  });

  test('a clock before 2020 is flagged, not corrected', () => {
    expect(punchOf(glog({ io_time: '20150101000500' }))).toMatchObject({
      wallTime: '2015-01-01 00:05:00',
      flags: ['clock-implausible'],
    });
  });

  test('a record without a user is kept and acknowledged', () => {
    const decoded = read(glog({ user_id: null }));
    expect([decoded.parked.map(({ reason }) => reason), decoded.reply['responseCode']]).toEqual([
      ['EB_RECORD_WITHOUT_USER'],
      'OK',
    ]);
  });

  test('an id too large for an exact number is kept, not rounded', () => {
    const body = encodeFrame('{"user_id":12345678901234567890,"io_time":"20260102030405"}');
    expect(read(body).parked.map(({ reason }) => reason)).toEqual(['EB_RECORD_WITHOUT_USER']);
  });

  test('a temperature keeps its raw value beside the degrees', () => {
    expect(punchOf(glog({ temperature: '365' })).extra).toMatchObject({ temperature: '365', temperatureCelsius: 36.5 });
    expect(punchOf(glog({ temperature: '36.60' })).extra).toMatchObject({ temperatureCelsius: 36.6 });
    expect(punchOf(glog({ temperature: '7' })).extra).not.toHaveProperty('temperatureCelsius');
  });

  test('a zone that is none does not stop the decoder', () => {
    expect(punchOf(glog({}), { zone: 'Mars/Olympus' }).zone).toBe('UTC');
  });
});
