import { describe, expect, test } from '@jest/globals';
import { COMMAND_KINDS, type CommandKind, type JsonObject } from '@biolistener/core';
import { ebkn } from './index.ts';
import { NOW, terminalView } from './test-terminal.ts';

const all = { fpDataVer: 8, faceDataVer: 3 };
/** What terminals have told, from nothing to the families of the document; options as an operator would set them. */
const SETTINGS = {
  unknown: { profile: {} },
  'library that no document has': { profile: { ...all, dataLib: 'FKDataHS999' } },
  HS101: { profile: { ...all, dataLib: 'FKDATAHS101' } },
  HS103: { profile: { ...all, dataLib: 'FKDataHS103' }, options: { doorCommand: 'OPEN_DOOR', photoBackup: 50 } },
  M50: { profile: { ...all, dataLib: 'M50' } },
  'many verbs refused': {
    profile: { ...all, dataLib: 'M50', unsupported: ['RESET_FK', 'GET_LOG_DATA', 'SET_ENROLL_DATA'] },
  },
} as const satisfies Record<string, { profile: JsonObject; options?: JsonObject }>;
type SettingName = keyof typeof SETTINGS;

const slot = { pin: '7', kind: 'fingerprint', no: 1 };
const parametersFor = (kind: CommandKind, setting: SettingName): JsonObject => {
  const profile: JsonObject = SETTINGS[setting].profile;
  const algorithm = profile['dataLib'] ?? 'FKDataHS101';
  const table: Partial<Record<CommandKind, JsonObject>> = {
    'user.update': { pin: '7', isComplete: true, name: 'Ana' },
    'user.delete': { pin: '7' },
    'template.update': { ...slot, algorithm, version: '8', data: 'AQI=' },
    'template.delete': slot,
    'photo.update': { pin: '7', data: '/9j/' },
    'user.query': { pin: '7' },
    'template.query': slot,
    'enrol.start': slot,
    'logs.clear': { confirmed: true },
    raw: { text: 'CLEAR_ENROLL_DATA' },
  };
  return table[kind] ?? {};
};

function outcomeOf(kind: CommandKind, setting: SettingName): string {
  const terminal = terminalView(SETTINGS[setting]);
  const encoded = ebkn.encode({ id: '1', kind, parameters: parametersFor(kind, setting) }, { now: NOW, terminal });
  return encoded.kind === 'encoded' ? encoded.word : encoded.reason;
}

const KNOWN = {
  'user.update': 'SET_USER_INFO',
  'user.delete': 'DELETE_USER',
  'template.update': 'SET_ENROLL_DATA',
  'template.delete': 'EB_COMMAND_UNSUPPORTED',
  'photo.update': 'EB_COMMAND_NEEDS_OPTION',
  'user.query': 'GET_USER_INFO',
  'template.query': 'GET_ENROLL_DATA',
  'enrol.start': 'SET_COMMAND',
  'logs.query': 'GET_LOG_DATA',
  'clock.set': 'SET_TIME',
  restart: 'RESET_FK',
  info: 'GET_DEVICE_STATUS',
  'door.open': 'EB_COMMAND_NEEDS_OPTION',
  'logs.clear': 'CLEAR_LOG_DATA',
  check: 'EB_COMMAND_UNSUPPORTED',
  raw: 'EB_COMMAND_UNSUPPORTED',
} as const satisfies Record<CommandKind, string>;

const UNKNOWN = {
  ...KNOWN,
  'user.update': 'EB_PROFILE_UNKNOWN',
  'user.delete': 'EB_PROFILE_UNKNOWN',
  'template.update': 'EB_PROFILE_UNKNOWN',
  'photo.update': 'EB_PROFILE_UNKNOWN',
  'enrol.start': 'EB_PROFILE_UNKNOWN',
} as const;

const EXPECTED: Readonly<Record<SettingName, Readonly<Record<CommandKind, string>>>> = {
  unknown: UNKNOWN,
  'library that no document has': UNKNOWN,
  HS101: KNOWN,
  HS103: { ...KNOWN, 'photo.update': 'SET_ENROLL_DATA', 'door.open': 'OPEN_DOOR' },
  M50: KNOWN,
  'many verbs refused': {
    ...KNOWN,
    restart: 'EB_VERB_UNSUPPORTED',
    'logs.query': 'EB_VERB_UNSUPPORTED',
    'template.update': 'EB_VERB_UNSUPPORTED',
  },
};

describe.each(Object.keys(SETTINGS) as SettingName[])('a terminal: %s', (setting) => {
  test.each(COMMAND_KINDS)('%s goes as its verb, or is refused with a reason', (kind) => {
    expect(outcomeOf(kind, setting)).toBe(EXPECTED[setting][kind]);
  });

  test('is offered exactly what can be sent to it', () => {
    const { commands } = ebkn.roster.abilities(terminalView(SETTINGS[setting]));
    const sendable = COMMAND_KINDS.filter((kind) => !outcomeOf(kind, setting).startsWith('EB_'));
    expect([...commands].sort()).toEqual([...sendable].sort());
  });
});

test('a restart is usually not answered, and its encoding says so', () => {
  const terminal = terminalView(SETTINGS.HS101);
  const encode = (kind: CommandKind) => ebkn.encode({ id: '1', kind, parameters: {} }, { now: NOW, terminal });
  expect(encode('restart')).toMatchObject({ word: 'RESET_FK', isSilent: true });
  expect(encode('info')).not.toHaveProperty('isSilent');
});

test('a question about one person, or their removal, is given up early: whom a terminal does not know it does not answer for', () => {
  const terminal = terminalView(SETTINGS.HS101);
  const encode = (kind: CommandKind, parameters: JsonObject = {}) =>
    ebkn.encode({ id: '1', kind, parameters }, { now: NOW, terminal });
  const finger = { pin: '7', kind: 'fingerprint', no: 1 };
  expect(encode('user.query', { pin: '7' })).toMatchObject({ word: 'GET_USER_INFO', answerWithinMs: 30_000 });
  expect(encode('template.query', finger)).toMatchObject({ word: 'GET_ENROLL_DATA', answerWithinMs: 30_000 });
  expect(encode('user.delete', { pin: '7' })).toMatchObject({ word: 'DELETE_USER', answerWithinMs: 30_000 });
  for (const each of [encode('user.query'), encode('logs.query')]) {
    expect(each.kind).toBe('encoded');
    expect(each).not.toHaveProperty('answerWithinMs');
  }
});
