import { describe, expect, test } from '@jest/globals';
import type { PunchRecord } from '../punch-record.ts';
import { DeviceClock, parseWall } from '../wall-clock.ts';
import { EbknDevice } from './device.ts';
import { executeEbknCommand } from './execute.ts';
import { encodeFrame, encryptFrame, readCommandBody } from './frame.ts';
import { logMessage, userMessage } from './messages.ts';
import { getEbknProfile, type EbknProfile } from './profiles.ts';
import { encodeLogRecord, encodeUserRecord } from './records.ts';
import { EbknRequestWriter } from './request.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const record = (more: Partial<PunchRecord> = {}): PunchRecord => ({
  serialNumber: 'TEST0001',
  pin: '13',
  wallTime: '2026-01-02 03:04:05',
  wall: parseWall('2026-01-02 03:04:05'),
  state: 0x0100_0000,
  verify: 0x4000_0000,
  photo: undefined,
  isAcked: false,
  ...more,
});
const profileOf = (name: string, more: Partial<EbknProfile> = {}): EbknProfile => ({
  ...getEbknProfile(name),
  ...more,
});

describe('frames of protocols/ebkn-fkweb.md §7.1', () => {
  const empty = { json: { fk_name: 'T1', fk_time: '20260102030405', fk_info: {} }, binaries: [] };

  test('D01, D02, D03: the three terminators', () => {
    expect(hex(encodeFrame(empty, 'A'))).toBe(
      '3a0000007b22666b5f6e616d65223a225431222c22666b5f74696d65223a223230323630313032303330343035222c22666b5f696e666f223a7b7d7d0a00',
    );
    const seven = { json: { user_id: '7' }, binaries: [] };
    expect(hex(encodeFrame(seven, 'C'))).toBe('0f0000007b22757365725f6964223a2237227d');
    expect(hex(encodeFrame(seven, 'B'))).toBe('100000007b22757365725f6964223a2237227d00');
  });

  test('X01, X02: the encrypted forms', () => {
    const frame = encodeFrame({ json: { user_id: '7' }, binaries: [] }, 'A');
    expect(hex(encryptFrame(frame, 'base64only'))).toBe('455141414148736964584e6c636c39705a434936496a636966516f4100');
    expect(hex(encryptFrame(frame, 'yes'))).toBe('5bceba568dc68231cc6d753f228368cfbc3fb64066e285bee4cb3f4e717d8ae7');
  });

  test.each([
    ['none', '1a0000007b2274696d65223a223230323630313032303330343035227d00'],
    ['base64only', '2500000065794a306157316c496a6f694d6a41794e6a41784d4449774d7a41304d44556966513d3d00'],
    [
      'yes',
      '3100000061739abb7806307905c45787a6e6a77c66d58e91e8f32cdc5aa91077fddbd82b36f476d6716929541caadf4f8cf227e700',
    ],
  ] as const)('E01, E05, E06: reads a command with encrypt %s', (encrypt, body) => {
    expect(readCommandBody(Buffer.from(body, 'hex'), encrypt)).toEqual({
      kind: 'message',
      message: { json: { time: '20260102030405' }, binaries: [] },
    });
  });

  test.each([
    ['raw JSON', '7b22757365725f6964223a2237227d000a'],
    ['terminator C', '0f0000007b22757365725f6964223a2237227d'],
    ['leftover bytes', '100000007b22757365725f6964223a2237227d0001'],
    ['a binary that is too short', '100000007b22757365725f6964223a2237227d0009000000aa'],
    ['no JSON', '0300000061616100'],
  ])('refuses %s', (_name, body) => {
    expect(readCommandBody(Buffer.from(body, 'hex'), 'none').kind).toBe('unreadable');
  });

  test('an empty body is a command without parameters', () => {
    expect(readCommandBody(Buffer.alloc(0), 'none').kind).toBe('message');
  });
});

describe('records of §7.5', () => {
  const wall = parseWall('2026-11-21 17:59:58');
  const fields = { id: 'E042', wall };

  test.each([
    ['FKDataHS101', { id: '42', wall, ioMode: 2, verifyMode: 21 }, '2a0000000102153af9b135ee'],
    [
      'FKDataHS102',
      { ...fields, ioMode: 0x0200_0000, verifyMode: 0x1200_0000 },
      '453034320000000000000000000000000100003af9b135ee0000000200000012',
    ],
    [
      'FKDataHS103',
      { ...fields, ioMode: 0x2100_0009, verifyMode: 0x4000_0000, workCode: 5 },
      '45303432000000000000000000000000000000000000000000000000000000000100053af9b135ee0900002100000040',
    ],
    [
      'FKDataHS105',
      { id: '42', wall, ioMode: 0x0100_0000, verifyMode: 0x3000_0000, workCode: 5 },
      '2a0000000100053af9b135ee0000000100000030',
    ],
  ] as const)('R01–R04: a log record of %s', (library, log, expected) => {
    expect(hex(encodeLogRecord(library, log))).toBe(expected);
  });

  const finger = (no: number) => ({ kind: 'fingerprint', no, data: Buffer.from('x') }) as const;
  const face = { kind: 'face', no: 0, data: Buffer.from('x') } as const;

  test('R07–R09: user records with their credential flags', () => {
    const seven = { pin: '42', privilege: 1, password: '1', templates: [face, finger(0), finger(1)] };
    expect(hex(encodeUserRecord('FKDataHS101', '42', seven))).toBe('2a00000001011500');
    const eight = { pin: 'E042', card: '1', templates: Array.from({ length: 10 }, (_, no) => finger(no)) };
    expect(hex(encodeUserRecord('FKDataHS102', 'E042', eight))).toBe('4530343200000000000000000000000000015200');
    const nine = { pin: 'E042', privilege: 1, password: '1', templates: [face, finger(0)] };
    expect(hex(encodeUserRecord('FKDataHS103', 'E042', nine))).toBe(
      '453034320000000000000000000000000000000000000000000000000000000001010d00',
    );
  });

  test('an id that the library cannot hold is refused', () => {
    expect(() => encodeLogRecord('FKDataHS101', { ...fields, ioMode: 0, verifyMode: 1 })).toThrow(RangeError);
    expect(() => encodeLogRecord('M50', { ...fields, ioMode: 0, verifyMode: 1 })).toThrow(RangeError);
  });
});

describe('messages of §7.4', () => {
  test('A01: a record without a photo', () => {
    expect(hex(encodeFrame(logMessage(record(), profileOf('wf206')), 'A'))).toBe(
      '8a0000007b22666b5f62696e5f646174615f6c6962223a22464b446174614853313033222c22696f5f6d6f6465223a31363737373231362c22696f5f74696d65223a223230323630313032303330343035222c226c6f675f696d616765223a6e756c6c2c22757365725f6964223a223133222c227665726966795f6d6f6465223a313037333734313832347d0a00',
    );
  });

  test('A02: a record with a photo', () => {
    const photo = Buffer.from('ffd8ffd9', 'hex');
    const message = logMessage(record({ state: 0x0200_0000, verify: 0x1000_0000, photo }), profileOf('wf206'));
    expect(hex(encodeFrame(message, 'A')).slice(-16)).toBe('04000000ffd8ffd9');
    expect(encodeFrame(message, 'A').readUInt32LE(0)).toBe(0x8c);
  });

  test('A03: a firmware that writes numbers as text', () => {
    const { json } = logMessage(record({ pin: '1', state: 1, verify: 21 }), profileOf('ws535'));
    expect(json).toMatchObject({ verify_mode: '21', io_mode: '1', fk_bin_data_lib: 'FKDATAHS101' });
  });

  test('A04: ids padded to eight digits', () => {
    expect(logMessage(record({ pin: '42' }), profileOf('m50')).json['user_id']).toBe('00000042');
  });

  test('A07: a verify mode printed as a signed number', () => {
    const { json } = logMessage(record({ verify: 0xc000_0000 }), profileOf('wf206', { isSigned: true }));
    expect(json['verify_mode']).toBe(-1_073_741_824);
  });

  test('the photo of a user is BIN_1, before the templates', () => {
    const user = {
      pin: '5',
      photo: Buffer.from('p'),
      templates: [{ kind: 'face', no: 0, data: Buffer.from('f') }],
    } as const;
    const { json, binaries } = userMessage(user, profileOf('zfkl101'));
    expect(json).toMatchObject({
      user_photo: 'BIN_1',
      enroll_data_array: [{ backup_number: 12, enroll_data: 'BIN_2' }],
    });
    expect(binaries.map((each) => Buffer.from(each).toString())).toEqual(['p', 'f']);
  });
});

describe('requests', () => {
  const target = { host: '10.0.0.5', port: 8090 };
  const json = { fk_name: 'T1', fk_time: '20260102030405', fk_info: {} };
  const poll = { requestCode: 'receive_cmd', transId: 'ReceiveCommandAction', message: { json, binaries: [] } };
  const textOf = (profile: EbknProfile): string =>
    new EbknRequestWriter(profile, 'TEST0001', target)
      .requestsOf(poll)
      .map((each) => each.build(each.bodyBytes).toString('latin1'))
      .join('');

  test('H01: a poll is byte for byte the capture of §7.6', () => {
    const text = textOf(profileOf('zfkl101'));
    expect(text).toHaveLength(322);
    expect(text.split('\r\n\r\n')[0]?.split('\r\n')).toEqual([
      'POST / HTTP/1.0',
      'Content-Type: application/octet-stream',
      'Connection: close',
      'request_code: receive_cmd',
      'Content-Type: application/octet-stream',
      'Content-Length: 62',
      'trans_id: ReceiveCommandAction',
      'dev_id: TEST0001',
      'blk_no: 0',
      'blk_len: 62',
      'HOST: 10.0.0.5:8090',
    ]);
  });

  test('the switches of §4.10 change the bytes', () => {
    expect(textOf(profileOf('ws535'))).toMatch(/^POST \/\/ HTTP\/1\.0\r\n[^]*\r\nrequest_code:receive_cmd\r\n/);
    expect(textOf(profileOf('bm70w'))).toMatch(/\r\ncmd_id: ReceiveCommandAction\r\n/);
    expect(textOf(profileOf('m50'))).toMatch(/^POST http:\/\/10\.0\.0\.5:8090\/ HTTP\/1\.0\r\n/);
    expect(textOf(profileOf('v536'))).toMatch(/\r\ndev_model: V536\r\n[^]*\r\n\r\n\{"fk_info"|\{"fk_name"/);
    expect(textOf(profileOf('zfkl101', { repeatsContentType: false })).match(/Content-Type/g)).toHaveLength(1);
  });

  test('the envelope carries the framed block as base64 (X03)', () => {
    const body = textOf(profileOf('m68-envelope')).split('\r\n\r\n')[1] ?? '';
    const envelope = JSON.parse(body) as { block: string; blk_len: number };
    expect(envelope).toMatchObject({ dev_id: 'TEST0001', request_code: 'receive_cmd', blk_no: 0, blk_len: 62 });
    expect(Buffer.from(envelope.block, 'base64').readUInt32LE(0)).toBe(58);
  });
});

test('SET_USER_INFO replaces everything on WF-206BNC and merges elsewhere', () => {
  const before = { pin: '5', name: 'Ana', card: '99' };
  const cards = ['wf206', 'zfkl101'].map((name) => {
    const device = new EbknDevice(profileOf(name), new DeviceClock(0));
    device.people.set('5', before);
    executeEbknCommand(device, 'SET_USER_INFO', { json: { user_id: '5', user_name: 'Bo' }, binaries: [] });
    return device.find('5');
  });
  expect(cards).toEqual([
    { pin: '5', name: 'Bo' },
    { pin: '5', name: 'Bo', card: '99' },
  ]);
});

test('WS535BW1 says Error although the user is gone', () => {
  const device = new EbknDevice(profileOf('ws535'), new DeviceClock(0));
  device.people.set('5', { pin: '5' });
  expect(executeEbknCommand(device, 'DELETE_USER', { json: { user_id: '5' }, binaries: [] })).toEqual({
    code: 'Error',
  });
  expect(device.find('5')).toBeUndefined();
});

test('the log range compares dates only', () => {
  const device = new EbknDevice(profileOf('zfkl101'), new DeviceClock(0));
  for (const wallTime of ['2026-01-01 23:59:59', '2026-01-02 03:04:05', '2026-01-03 00:00:00']) {
    device.keep(record({ wall: parseWall(wallTime), state: 1, verify: 1 }));
  }
  const range = { begin_time: '20260102120000', end_time: '20260102130000' };
  const result = executeEbknCommand(device, 'GET_LOG_DATA', { json: range, binaries: [] });
  expect(result?.message?.json).toMatchObject({ log_count: 1, one_log_size: 12 });
});
