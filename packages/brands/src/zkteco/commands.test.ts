import { describe, expect, test } from '@jest/globals';
import { COMMAND_KINDS, type CommandKind, type JsonObject } from '@biolistener/core';
import { encodeOf, terminalOf } from './test-kit.ts';
import { zkteco } from './index.ts';

/** What terminals have told, from the oldest to the newest; the simulated profiles tell the same. */
const PROFILES = {
  unknown: {},
  'old board': { dialect: 'P1', options: { FPVersion: '9' } },
  americas: { dialect: 'TFT', fingerprintVersion: '10', faceVersion: '7' },
  'attendance 2.x': {
    dialect: 'ATT',
    fingerprintVersion: '10',
    faceVersion: '7',
    supports: { fingerprint: true, face: true, userPicture: true },
  },
  'visible light': {
    dialect: 'ATT',
    supports: { comparisonPhoto: true },
    options: { MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1', MultiBioVersion: '0:13.0:0:0:0:0:0:0:0:40.1' },
  },
  'access control': { dialect: 'SEC', options: { LockCount: '2', '~ZKFPVersion': '10', PhotoFunOn: '1' } },
} as const satisfies Record<string, JsonObject>;
type ProfileName = keyof typeof PROFILES;

const finger = { pin: '7', kind: 'fingerprint', no: 5 };
const PARAMETERS: Readonly<Partial<Record<CommandKind, JsonObject>>> = {
  'user.update': { pin: '7', name: 'Ana' },
  'user.delete': { pin: '7' },
  'template.update': { ...finger, version: '10', data: 'AAAA' },
  'template.delete': finger,
  'photo.update': { pin: '7', kind: 'comparison', data: '/9j/' },
  'user.query': { pin: '7' },
  'template.query': finger,
  'enrol.start': finger,
  'logs.query': { from: '2026-03-01 00:00:00', to: '2026-03-02 00:00:00' },
  'logs.clear': { what: 'attendance', confirmed: true },
  raw: { text: 'LOG' },
};

/** The words up to the parameters, or the reason of a refusal. */
function outcomeOf(kind: CommandKind, profile: ProfileName): string {
  const line = encodeOf(kind, PARAMETERS[kind] ?? {}, PROFILES[profile]);
  // of access terminals the words hold `=` signs of their own
  if (profile === 'access control' && line.startsWith('C:')) {
    const found =
      /^C:103A?:(GET OPTIONS [^,]*,[^,]*|[A-Z]+ [A-Z]+ tablename[^\t\n]*?filter=\*?|.*?)(?: [A-Za-z]+=|Pin=|,|\n)/.exec(
        line,
      );
    return found?.[1] ?? line;
  }
  return /^C:103:([^=\n]*?)(?: [A-Za-z]+=|\n)/.exec(line)?.[1] ?? line.slice(0, line.indexOf(':'));
}

const EVERYWHERE = {
  'user.update': 'DATA UPDATE USERINFO',
  'user.delete': 'DATA DELETE USERINFO',
  'template.update': 'DATA UPDATE FINGERTMP',
  'template.delete': 'DATA DELETE FINGERTMP',
  'photo.update': 'ZK_PROFILE_UNKNOWN',
  'user.query': 'DATA QUERY USERINFO',
  'template.query': 'DATA QUERY FINGERTMP',
  'enrol.start': 'ENROLL_FP',
  'logs.query': 'DATA QUERY ATTLOG',
  'clock.set': 'CHECK',
  restart: 'REBOOT',
  info: 'INFO',
  'door.open': 'AC_UNLOCK',
  'logs.clear': 'CLEAR LOG',
  check: 'CHECK',
  raw: 'LOG',
} as const satisfies Record<CommandKind, string>;

const EXPECTED: Readonly<Record<ProfileName, Readonly<Record<CommandKind, string>>>> = {
  unknown: { ...EVERYWHERE, 'template.update': 'ZK_PROFILE_UNKNOWN' },
  'old board': {
    ...EVERYWHERE,
    'user.update': 'DATA USER',
    'user.delete': 'DATA DEL_USER',
    'template.update': 'ZK_TEMPLATE_VERSION',
    'template.delete': 'DATA DEL_FP',
  },
  americas: EVERYWHERE,
  'attendance 2.x': EVERYWHERE,
  'visible light': {
    ...EVERYWHERE,
    'template.update': 'ZK_TEMPLATE_VERSION',
    'template.delete': 'DATA DELETE BIODATA',
    'template.query': 'DATA QUERY BIODATA',
    'photo.update': 'DATA UPDATE BIOPHOTO',
  },
  'access control': {
    'user.update': 'DATA UPDATE user',
    'user.delete': 'DATA DELETE userauthorize',
    'template.update': 'DATA UPDATE templatev10',
    'template.delete': 'DATA DELETE templatev10',
    'photo.update': 'ZK_PROFILE_UNKNOWN',
    'user.query': 'DATA QUERY tablename=user,fielddesc=*,filter=',
    'template.query': 'DATA QUERY tablename=templatev10,fielddesc=*,filter=',
    'enrol.start': 'ENROLL_BIO',
    'logs.query': 'DATA QUERY tablename=transaction,fielddesc=*,filter=*',
    'clock.set': 'SET OPTIONS',
    restart: 'CONTROL DEVICE 0300000000',
    info: 'GET OPTIONS ~DeviceName,FirmVer',
    'door.open': 'CONTROL DEVICE 0101010500',
    'logs.clear': 'ZK_COMMAND_UNSUPPORTED',
    check: 'ZK_COMMAND_UNSUPPORTED',
    raw: 'LOG',
  },
};

describe.each(Object.keys(PROFILES) as ProfileName[])('a terminal of the profile "%s"', (profile) => {
  test.each(COMMAND_KINDS)('%s goes in its words, or is refused with a reason', (kind) => {
    expect(outcomeOf(kind, profile)).toBe(EXPECTED[profile][kind]);
  });

  test('is offered no command that would be refused for what it is', () => {
    const { commands } = zkteco.roster.abilities(terminalOf({ profile: PROFILES[profile] }));
    const isRefused = (kind: CommandKind): boolean => /^ZK_(PROFILE|SEC|COMMAND)/.test(outcomeOf(kind, profile));
    // a picture to show goes where none to compare does, which needs other parameters than those above
    expect(commands.filter(isRefused).filter((kind) => kind !== 'photo.update')).toEqual([]);
  });
});

test('a command that takes long says so: the answer comes after a person or a whole log', () => {
  const encode = (kind: CommandKind) =>
    zkteco.encode(
      { id: '1', kind, parameters: PARAMETERS[kind] ?? {} },
      { now: 0, terminal: terminalOf({ profile: PROFILES['attendance 2.x'] }) },
    );
  expect(encode('enrol.start')).toMatchObject({ answerWithinMs: 600_000 });
  expect(encode('restart')).not.toHaveProperty('answerWithinMs');
});
