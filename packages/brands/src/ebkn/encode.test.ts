import { describe, expect, test } from '@jest/globals';
import { COMMAND_KINDS, type CommandKind, type JsonObject } from '@biolistener/core';
import { EBKN_ERRORS } from './errors.ts';
import { decodeFrame } from './frame.ts';
import { ebkn } from './index.ts';
import { terminalView, toHex } from './test-terminal.ts';
import { VECTORS } from './vectors.ts';

const HS103 = { dataLib: 'FKDataHS103', fpDataVer: 5 };
const AT = Date.UTC(2026, 0, 1, 21, 34, 5); // 03:04:05 the next day in Kolkata

const encode = (kind: CommandKind, parameters: JsonObject = {}, settings: object = { profile: HS103 }) =>
  ebkn.encode({ id: '100001', kind, parameters }, { now: AT, terminal: terminalView(settings) });

function sent(kind: CommandKind, parameters: JsonObject = {}, settings?: object) {
  const command = encode(kind, parameters, settings);
  if (command.kind === 'refused') throw new Error(command.detail);
  return { word: command.word, json: decodeFrame(command.bytes).json, hex: toHex(command.bytes) };
}

function refusal(kind: CommandKind, parameters: JsonObject = {}, settings?: object): string {
  const command = encode(kind, parameters, settings);
  return command.kind === 'refused' ? command.reason : `sent ${command.word}`;
}

describe('commands, by the conformance cases', () => {
  test('E01: SET_TIME is stamped in the zone of the terminal', () => {
    expect(sent('clock.set')).toMatchObject({ word: 'SET_TIME', hex: VECTORS.E01 });
  });

  test('E02: a command without parameters has no bytes', () => {
    expect(sent('info')).toMatchObject({ word: 'GET_DEVICE_STATUS', hex: '' });
  });

  test('E03: a whole user', () => {
    const user = { pin: '42', name: 'Ana', privilege: 0, password: '1234', card: '0012345678', isComplete: true };
    expect(sent('user.update', user, { profile: { ...HS103, userIdPad: 8 } })).toMatchObject({
      word: 'SET_USER_INFO',
      hex: VECTORS.E03,
    });
  });

  test('E04: the text length counts bytes, not characters', () => {
    expect(sent('user.update', { pin: '9', name: '\u674E\u96F7' })).toMatchObject({
      word: 'SET_USER_NAME',
      hex: VECTORS.E04,
    });
  });
});

describe('commands beyond the cases', () => {
  test('every command that the brand offers is written with fitting parameters, every other is refused', () => {
    const template = { kind: 'fingerprint', no: 1, algorithm: 'FKDATAHS103', version: '5', data: 'AQI=' };
    const parameters = { pin: '7', name: 'Bo', isComplete: true, confirmed: true, ...template };
    const settings = { profile: HS103, options: { doorCommand: 'OPEN_DOOR', photoBackup: 50 } };
    for (const kind of COMMAND_KINDS) {
      expect([kind, encode(kind, parameters, settings).kind]).toEqual([
        kind,
        ebkn.commands.includes(kind) ? 'encoded' : 'refused',
      ]);
    }
    expect(ebkn.commands).not.toContain('raw');
  });

  test('a part of a user is refused, one field has its own verb', () => {
    expect(refusal('user.update', { pin: '7', name: 'Bo', privilege: 1 })).toBe('EB_USER_PARTIAL');
    expect(refusal('user.update', { pin: '7', card: '1' })).toBe('EB_USER_PARTIAL');
    expect(sent('user.update', { pin: '7', privilege: 1 }).json).toEqual({ user_id: '7', user_privilege: 'MANAGER' });
    expect(sent('user.update', { pin: '7', isEnabled: false }).json).toEqual({ user_id: '7', enable_flag: 'OFF' });
  });

  test('the M50 family takes the privilege as a number', () => {
    expect(sent('user.update', { pin: '7', privilege: 1 }, { profile: { dataLib: 'M50' } }).json).toMatchObject({
      user_privilege: 1,
    });
  });

  test.each(['user.update', 'user.delete', 'template.update', 'enrol.start'] as const)(
    '%s waits until the terminal has said its library',
    (kind) => {
      expect(refusal(kind, { pin: '7', isComplete: true }, {})).toBe('EB_PROFILE_UNKNOWN');
    },
  );

  test('a template of another library or version, or of none, is refused', () => {
    const template = { pin: '7', kind: 'fingerprint', no: 1, data: 'AQI=' };
    expect(refusal('template.update', template)).toBe('EB_TEMPLATE_FAMILY');
    expect(refusal('template.update', { ...template, algorithm: 'FKDataHS101' })).toBe('EB_TEMPLATE_FAMILY');
    expect(refusal('template.update', { ...template, algorithm: 'FKDataHS103', version: '6' })).toBe(
      'EB_TEMPLATE_FAMILY',
    );
    expect(refusal('template.update', { ...template, algorithm: 'FKDataHS103' })).toBe('EB_TEMPLATE_FAMILY');
    expect(sent('template.update', { ...template, algorithm: 'FKDATAHS103', version: '5' }).json).toEqual({
      user_id: '7',
      backup_number: 1,
      enroll_data: 'BIN_1',
    });
  });

  test('a whole user carries templates in slot order and the photo last', () => {
    const templates = [
      { backupNumber: 12, algorithm: 'FKDataHS103', version: '3', data: 'Aw==' },
      { backupNumber: 0, algorithm: 'FKDataHS103', version: '5', data: 'AQ==' },
    ];
    const user = { pin: '7', isComplete: true, card: '55', photo: '/9g=', templates };
    const command = encode('user.update', user, { profile: { ...HS103, faceDataVer: 3 } });
    const frame = decodeFrame(command.kind === 'encoded' ? command.bytes : new Uint8Array());
    expect(frame.json).toMatchObject({
      enroll_data_array: [
        { backup_number: 0, enroll_data: 'BIN_1' },
        { backup_number: 11, enroll_data: 'BIN_2' },
        { backup_number: 12, enroll_data: 'BIN_3' },
      ],
      user_photo: 'BIN_4',
    });
    expect(frame.binaries.map(toHex)).toEqual(['01', '3535', '03', 'ffd8']);
  });

  test('an empty binary is refused, because it would shift every later one', () => {
    expect(refusal('user.update', { pin: '7', isComplete: true, photo: '' })).toBe('EB_COMMAND_PARAMETERS');
  });

  test('the form of an id that the terminal told goes before padding', () => {
    const settings = { profile: { ...HS103, userIdPad: 8 } };
    expect(sent('user.delete', { pin: '42' }, settings).json).toEqual({ user_id: '00000042' });
    expect(sent('user.delete', { pin: '42', deviceUserId: '0042' }, settings).json).toEqual({ user_id: '0042' });
  });

  test('logs are asked for by wall time', () => {
    expect(sent('logs.query', { from: '2026-01-02 00:00:00', to: '2026-01-03 00:00:00' }).json).toEqual({
      begin_time: '20260102000000',
      end_time: '20260103000000',
    });
    expect(sent('logs.query')).toMatchObject({ word: 'GET_LOG_DATA', hex: '' });
    expect(refusal('logs.query', { from: 'yesterday' })).toBe('EB_COMMAND_PARAMETERS');
  });

  test('enrolment at the terminal names user and slot', () => {
    expect(sent('enrol.start', { pin: '2', kind: 'fingerprint', no: 0 })).toMatchObject({
      word: 'SET_COMMAND',
      json: { cmd: 'enter_enroll', param: { user_id: '2', backup_number: 0 } },
    });
  });

  test('what destroys needs a confirmation, what opens doors an option, what sets clocks a zone', () => {
    expect(refusal('logs.clear')).toBe('EB_COMMAND_NEEDS_CONFIRMATION');
    expect(refusal('door.open')).toBe('EB_COMMAND_NEEDS_OPTION');
    expect(refusal('photo.update', { pin: '7', data: 'AQ==' })).toBe('EB_COMMAND_NEEDS_OPTION');
    expect(refusal('clock.set', {}, { zone: 'Nowhere/None' })).toBe('EB_ZONE_UNKNOWN');
  });

  test('a command id that terminals would cut is refused', () => {
    const ctx = { now: AT, terminal: terminalView() };
    expect(ebkn.encode({ id: '1'.repeat(17), kind: 'info', parameters: {} }, ctx).kind).toBe('refused');
  });

  test('every error code says when it happens and what to do', () => {
    for (const [code, { when, fix }] of Object.entries(EBKN_ERRORS)) {
      expect([code.startsWith('EB_'), when.endsWith('.'), fix.endsWith('.')]).toEqual([true, true, true]);
    }
  });
});
