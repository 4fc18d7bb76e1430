import { describe, expect, test } from '@jest/globals';
import { COMMAND_KINDS } from '@biolistener/core';
import { zktecoErrors } from './errors.ts';
import { zkteco } from './index.ts';
import { encodeOf, terminalOf, NOW } from './test-kit.ts';

const finger = { pin: '7', kind: 'fingerprint', no: 5, version: '10', data: 'AAAA BBBB\nCCCC==' };
const info = { fingerprintVersion: '10', faceVersion: '7' };
const multi = { options: { MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1', MultiBioVersion: '0:13.0:0:0:0:0:0:0:0:40.1' } };

describe('templates', () => {
  test('a version 10 fingerprint goes as FINGERTMP, size is that of the base64 text', () => {
    expect(encodeOf('template.update', finger, info)).toBe(
      'C:103:DATA UPDATE FINGERTMP PIN=7\tFID=5\tSize=14\tValid=1\tTMP=AAAABBBBCCCC==\n',
    );
    expect(encodeOf('template.update', { ...finger, isDuress: true, size: 9 }, info)).toContain('\tSize=9\tValid=3\t');
  });

  test('an old board gets its own words', () => {
    const line = encodeOf('template.update', finger, { ...info, dialect: 'P1' });
    expect(line).toBe('C:103:DATA FP PIN=7\tFID=5\tSize=14\tValid=1\tTMP=AAAABBBBCCCC==\n');
    expect(encodeOf('user.delete', { pin: '7' }, { dialect: 'P1' })).toBe('C:103:DATA DEL_USER PIN=7\n');
  });

  test('a face set goes one template at a time', () => {
    const face = { pin: '7', kind: 'face', index: 11, version: '7', data: 'AAAA' };
    expect(encodeOf('template.update', face, info)).toBe(
      'C:103:DATA UPDATE FACE PIN=7\tFID=11\tValid=1\tSize=4\tTMP=AAAA\n',
    );
  });

  test('a terminal with unified templates gets BIODATA', () => {
    const face = { pin: '7', kind: 'visible-face', index: 1, version: '40.1', data: 'AAAA' };
    expect(encodeOf('template.update', face, multi)).toBe(
      'C:103:DATA UPDATE BIODATA Pin=7\tNo=0\tIndex=1\tValid=1\tDuress=0\tType=9\tMajorVer=40\tMinorVer=1\tFormat=0\tTmp=AAAA\n',
    );
    expect(encodeOf('template.delete', { pin: '7', kind: 'fingerprint' }, multi)).toBe(
      'C:103:DATA DELETE BIODATA Pin=7\tType=1\n',
    );
  });

  test.each([
    ['nothing known', {}, finger, 'ZK_PROFILE_UNKNOWN'],
    ['another major version', multi, finger, 'ZK_TEMPLATE_VERSION'],
    ['another minor version', multi, { ...finger, version: '13.1' }, 'ZK_TEMPLATE_VERSION'],
    ['a template of no version', info, { ...finger, version: '' }, 'ZK_TEMPLATE_VERSION'],
    ['a palm where none is taken', info, { ...finger, kind: 'visible-palm' }, 'ZK_PROFILE_UNKNOWN'],
    ['bytes that are no base64', info, { ...finger, data: 'AA=A' }, 'ZK_PARAMETER_WRONG'],
    ['no bytes', info, { ...finger, data: '' }, 'ZK_PARAMETER_WRONG'],
    ['a standard format', info, { ...finger, algorithm: 'iso' }, 'ZK_TEMPLATE_FOREIGN'],
    ['another maker', info, { ...finger, algorithm: 'FKDataHS101' }, 'ZK_TEMPLATE_FOREIGN'],
    ['a kind that it says it lacks', multi, { ...finger, kind: 'visible-palm', version: '1' }, 'ZK_TEMPLATE_KIND'],
    ['a secret that nobody put in', info, { ...finger, data: { $template: '7' } }, 'ZK_SECRET_UNRESOLVED'],
    ['nobody', info, { ...finger, pin: '' }, 'ZK_PARAMETER_WRONG'],
    [
      'access mode, another version',
      { dialect: 'SEC', options: { '~ZKFPVersion': '12' } },
      { ...finger, version: '12' },
      'ZK_PROFILE_UNKNOWN',
    ],
    ['a command that it lacks', { ...info, unsupported: ['DATA UPDATE FINGERTMP'] }, finger, 'ZK_COMMAND_UNSUPPORTED'],
  ])('with %s a template is refused', (_, profile, parameters, reason) => {
    expect(encodeOf('template.update', parameters, profile)).toMatch(new RegExp(`^${reason}: .{10}`));
  });
});

test.each([
  ['user.query', {}, 'DATA QUERY USERINFO'],
  ['user.query', { pin: '7' }, 'DATA QUERY USERINFO PIN=7'],
  ['template.query', { kind: 'fingerprint', pin: '7', no: 2 }, 'DATA QUERY FINGERTMP PIN=7\tFID=2'],
  ['template.query', { kind: 'visible-face', pin: '7' }, 'DATA QUERY BIODATA Type=9\tPIN=7'],
  ['logs.query', { from: '2026-03-01 00:00:00', to: '2026-03-08T23:59:59' }, 'DATA QUERY ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-08 23:59:59'],
  ['enrol.start', { pin: '7', kind: 'fingerprint', no: 2 }, 'ENROLL_FP PIN=7\tFID=2\tRETRY=3\tOVERWRITE=0'],
  ['enrol.start', { pin: '7', kind: 'card' }, 'ENROLL_MF PIN=7\tRETRY=3'],
  ['enrol.start', { pin: '7', kind: 'visible-face', overwrite: true }, 'ENROLL_BIO TYPE=9\tPIN=7\tCardNo=\tRETRY=3\tOVERWRITE=1'],
  ['restart', {}, 'REBOOT'],
  ['info', {}, 'INFO'],
  ['check', {}, 'CHECK'],
  ['door.open', {}, 'AC_UNLOCK'],
  ['logs.clear', { what: 'attendance', confirmed: true }, 'CLEAR LOG'],
  ['photo.update', { pin: '7', kind: 'user', data: '/9j/' }, 'DATA UPDATE USERPIC PIN=7\tSize=4\tContent=/9j/'],
] as const)('%s with %j is %s', (kind, parameters, line) => {
  expect(encodeOf(kind, parameters, { ...multi, options: { MultiBioVersion: '0:10.0:0:0:0:0:0:0:0:40.1', MultiBioDataSupport: '0:0:0:0:0:0:0:0:0:1' } })).toBe(`C:103:${line}\n`);
}); // prettier-ignore

test('a comparison photo goes to a terminal that said it takes them', () => {
  const photo = { pin: '7', kind: 'comparison', data: '/9j/' };
  expect(encodeOf('photo.update', photo)).toMatch(/^ZK_PROFILE_UNKNOWN: /);
  expect(encodeOf('photo.update', photo, { options: { BioPhotoFun: '1' } })).toBe(
    'C:103:DATA UPDATE BIOPHOTO PIN=7\tType=9\tSize=4\tContent=/9j/\tFormat=0\n',
  );
});

test('a clock is set by a new handshake, which brings zone and date; logs are not cleared without a confirmation', () => {
  expect(encodeOf('clock.set', {})).toBe('C:103:CHECK\n');
  expect(encodeOf('logs.clear', { what: 'attendance' })).toMatch(/^ZK_COMMAND_UNCONFIRMED: /);
  expect(encodeOf('logs.query', { from: '2026-02-30 00:00:00', to: '2026-03-01 00:00:00' })).toMatch(
    /^ZK_PARAMETER_WRONG: `from`/,
  );
});

test('a Chinese terminal that sent GB18030 gets its names so, any other UTF-8', () => {
  const parameters = { pin: '9', name: '张伟' };
  const gb = encodeOf('user.update', parameters, { language: 83, nameCharset: 'gb18030' });
  expect(gb).toBe('C:103:DATA UPDATE USERINFO PIN=9\tName=\xD5\xC5\xCE\xB0\n');
  const utf8 = Buffer.from('C:103:DATA UPDATE USERINFO PIN=9\tName=张伟\n').toString('latin1');
  expect(encodeOf('user.update', parameters, { language: 69, nameCharset: 'gb18030' })).toBe(utf8);
  expect(encodeOf('user.update', { ...parameters, name: '张🙂' }, { language: 83, nameCharset: 'gb18030' })).toContain(
    '\xf0\x9f',
  );
});

test('a command that no terminal takes for its size is refused', () => {
  const data = 'A'.repeat(1_000_000);
  expect(encodeOf('photo.update', { pin: '7', kind: 'user', data })).toMatch(/^ZK_COMMAND_TOO_LARGE: /);
});

test('the word of a raw command, which logs show, holds none of its values', () => {
  const terminal = terminalOf();
  const command = { id: '1', kind: 'raw', parameters: { text: 'DATA UPDATE USERINFO PIN=7\tPasswd=9876' } } as const;
  expect(zkteco.encode(command, { now: NOW, terminal })).toMatchObject({
    kind: 'encoded',
    word: 'DATA UPDATE USERINFO',
  });
});

test('every kind of command is encoded or refused with a code of the catalog', () => {
  for (const kind of COMMAND_KINDS) {
    const line = encodeOf(kind, {});
    const code = /^(ZK_[A-Z_]+): ./.exec(line)?.[1];
    if (!line.startsWith('C:103:')) expect(Object.keys(zktecoErrors)).toContain(code);
  }
});
