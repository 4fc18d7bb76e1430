import { describe, expect, test } from '@jest/globals';
import { asPin, PHOTO_ITEM, templateItem, USER_ITEM, type JsonObject, type RecordHead } from '@biolistener/core';
import type { PersonRecords, TemplateRecord } from '@biolistener/wire';
import { encodeFrame } from './frame.ts';
import { ebkn } from './index.ts';
import { MemoryListener, NOW, request, terminalView } from './test-terminal.ts';

const { roster } = ebkn;

const HS101 = { dataLib: 'FKDATAHS101', fpDataVer: 8, faceDataVer: 3 };
const HS103 = { ...HS101, dataLib: 'FKDataHS103' };
const M50 = { ...HS101, dataLib: 'M50' };
const FACES = { ...HS101, supportedEnrollData: ['FP', 'FACE', 'PASSWORD', 'IDCARD'] };

const template = (more: Partial<TemplateRecord> = {}): TemplateRecord => ({
  id: '12',
  kind: 'fingerprint',
  no: 1,
  index: 0,
  version: '8',
  algorithm: 'FKDataHS101',
  encoding: 'binary',
  isDuress: false,
  size: 1184,
  ...more,
});

const person = (more: Partial<PersonRecords> = {}): PersonRecords => ({
  personId: '3',
  pin: asPin('42'),
  name: 'Ana',
  card: undefined,
  isAdministrator: false,
  hasPassword: false,
  templates: [],
  photo: undefined,
  seenExtra: undefined,
  ...more,
});

const verdict = (head: Partial<RecordHead>, profile: JsonObject, options: JsonObject = {}): string => {
  const found = roster.canTake({ what: 'user', pin: '7', ...head }, terminalView({ profile, options }));
  return found.canTake ? 'yes' : found.reason;
};

const ofTemplate = (more: Partial<TemplateRecord>): Partial<RecordHead> => {
  const record = template(more);
  return { what: 'template', template: record, size: record.size };
};

describe('what a terminal can take', () => {
  test.each([
    ['a user', {}, HS101, 'yes'],
    ['a user before the library is known', {}, {}, 'EB_PROFILE_UNKNOWN'],
    ['a user of a library that no document has', {}, { dataLib: 'FKDataHS999' }, 'EB_PROFILE_UNKNOWN'],
    ['a template of its library, however spelt', ofTemplate({}), HS101, 'yes'],
    ['a template of another library', ofTemplate({}), HS103, 'EB_TEMPLATE_FAMILY'],
    ['a template of another version', ofTemplate({ version: '7' }), HS101, 'EB_TEMPLATE_FAMILY'],
    ['a template that says no version', ofTemplate({ version: '' }), HS101, 'EB_TEMPLATE_FAMILY'],
    ['a terminal that says no version', ofTemplate({}), { dataLib: 'FKDataHS101' }, 'EB_PROFILE_UNKNOWN'],
    ['a template of ZKTeco', ofTemplate({ algorithm: 'zk', version: '10' }), HS101, 'EB_TEMPLATE_FAMILY'],
    ['a kind without a slot', ofTemplate({ kind: 'visible-face' }), HS101, 'EB_TEMPLATE_KIND'],
    ['an eleventh finger', ofTemplate({ no: 10 }), HS101, 'EB_TEMPLATE_KIND'],
    ['a face where the terminal enrols faces', ofTemplate({ kind: 'face', no: 0, version: '3' }), FACES, 'yes'],
    [
      'a face where it enrols none',
      ofTemplate({ kind: 'face', no: 0, version: '3' }),
      { ...HS101, supportedEnrollData: ['FP'] },
      'EB_TEMPLATE_KIND',
    ],
    ['a photo where faces are enrolled', { what: 'photo', size: 9000 }, FACES, 'yes'],
    ['a photo where nothing says so', { what: 'photo', size: 9000 }, HS101, 'EB_PHOTO_NOT_TAKEN'],
  ] as const)('%s', (_, head, profile, expected) => {
    expect(verdict(head, profile)).toBe(expected);
  });

  test.each([
    ['42', HS101, {}, 'yes'],
    ['4294967295', HS101, {}, 'yes'],
    ['4294967296', HS101, {}, 'EB_PIN_UNFIT'],
    ['E042', HS101, {}, 'EB_PIN_UNFIT'],
    ['E042', HS103, {}, 'yes'],
    ['0', HS101, {}, 'EB_PIN_UNFIT'], // stands for nobody
    ['7 8', HS103, {}, 'EB_PIN_UNFIT'],
    ['1'.repeat(25), HS103, {}, 'EB_PIN_UNFIT'],
    ['12345678', M50, {}, 'yes'],
    ['123456789', M50, {}, 'EB_PIN_UNFIT'],
    // 7 and 007 would be one person on these terminals, or come back as one
    ['007', HS101, {}, 'EB_PIN_ZEROS'],
    ['007', HS101, { keepLeadingZeros: true }, 'EB_PIN_ZEROS'],
    ['007', HS103, {}, 'EB_PIN_ZEROS'],
    ['007', HS103, { keepLeadingZeros: true }, 'yes'],
    ['00000007', M50, {}, 'EB_PIN_ZEROS'],
    ['00000007', M50, { keepLeadingZeros: true }, 'yes'],
    ['7', M50, { keepLeadingZeros: true }, 'EB_PIN_ZEROS'], // comes back as 00000007
  ])('PIN %s on %j with %j: %s', (pin, profile, options, expected) => {
    expect(verdict({ pin }, profile, options)).toBe(expected);
  });
});

const plan = (
  one: PersonRecords,
  items: Parameters<typeof roster.planWrite>[1],
  profile: JsonObject,
  options: JsonObject = {},
) => roster.planWrite(one, items, terminalView({ profile, options }));

describe('writing a person', () => {
  const one = person({
    templates: [template(), template({ id: '13', no: 2 }), template({ id: 'zk', algorithm: 'zk', version: '10' })],
    photo: { id: '8', size: 9000 },
    hasPassword: true,
    card: '99',
  });

  test('a user goes whole, with all that the terminal can use, in one command', () => {
    const [draft, ...others] = plan(one, [USER_ITEM], FACES);
    expect(others).toEqual([]);
    expect(draft).toMatchObject({
      kind: 'user.update',
      covers: ['user', 'template:fingerprint:1:0:8', 'template:fingerprint:2:0:8', 'photo'],
      parameters: {
        pin: '42',
        isComplete: true,
        name: 'Ana',
        privilege: 0,
        password: { $password: '3' },
        card: '99',
        templates: [
          { no: 1, data: { $template: '12' } },
          { no: 2, data: { $template: '13' } },
        ],
        photo: { $photo: '8' },
      },
    });
    expect(draft?.bytes).toBeGreaterThan(2 * 1184 + 9000);
  });

  test('a single template leaves the rest of the user alone', () => {
    expect(plan(one, [templateItem(template())], HS101)).toMatchObject([
      { kind: 'template.update', parameters: { pin: '42', kind: 'fingerprint', no: 1, data: { $template: '12' } } },
    ]);
  });

  test('where single templates are refused, the whole user goes', () => {
    const poor = { ...HS101, unsupported: ['SET_ENROLL_DATA'] };
    expect(plan(one, [templateItem(template())], poor)).toMatchObject([{ kind: 'user.update' }]);
  });

  test('a photo alone needs its slot, else it goes with the whole user', () => {
    expect(plan(one, [PHOTO_ITEM], FACES)).toMatchObject([{ kind: 'user.update' }]);
    expect(plan(one, [PHOTO_ITEM], FACES, { photoBackup: 50 })).toMatchObject([{ kind: 'photo.update' }]);
  });

  test('what the terminal says that it does not enrol is left out', () => {
    const [draft] = plan(one, [USER_ITEM], { ...HS101, supportedEnrollData: ['FP'] });
    expect(draft?.parameters).not.toHaveProperty('password');
    expect(draft?.parameters).not.toHaveProperty('card');
  });

  test('a manager of the terminal stays one', () => {
    expect(plan(person({ seenPrivilege: 2 }), [USER_ITEM], HS101)[0]?.parameters).toMatchObject({ privilege: 2 });
    expect(plan(person({ isAdministrator: true }), [USER_ITEM], HS101)[0]?.parameters).toMatchObject({ privilege: 1 });
  });

  test('the id goes as the terminal spelt it', () => {
    const seenExtra = { deviceUserId: '00000042' };
    expect(plan(person({ seenExtra }), [USER_ITEM], HS101)[0]?.parameters).toMatchObject({ deviceUserId: '00000042' });
    const removal = roster.planRemove(asPin('42'), [USER_ITEM], terminalView({ profile: HS101 }), seenExtra);
    expect(removal).toMatchObject([{ kind: 'user.delete', parameters: { pin: '42', deviceUserId: '00000042' } }]);
  });

  test('a reference that nobody resolved is never written', () => {
    const [draft] = plan(one, [USER_ITEM], HS101);
    const command = { id: '1', kind: 'user.update', parameters: draft?.parameters ?? {} } as const;
    const encoded = ebkn.encode(command, { now: NOW, terminal: terminalView({ profile: HS101 }) });
    expect(encoded).toMatchObject({ kind: 'refused', reason: 'EB_SECRET_UNRESOLVED' });
  });
});

test('a bare user is a whole one without a name, a finger or a rank, as the terminal spells the id', () => {
  const terminal = terminalView({ profile: HS101 });
  const drafts = roster.planBareUser?.(asPin('42'), terminal, { deviceUserId: '00000042' }) ?? [];
  const [encoded] = drafts.map(({ kind, parameters }) =>
    ebkn.encode({ id: '1', kind, parameters }, { now: NOW, terminal }),
  );
  expect(encoded).toMatchObject({ kind: 'encoded', word: 'SET_USER_INFO' });
  const text = encoded?.kind === 'encoded' ? Buffer.from(encoded.bytes).toString('latin1') : '';
  const user = { user_id: '00000042', user_name: '', user_privilege: 'USER', enroll_data_array: [] };
  expect(JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))).toEqual(user);
});

test('one question tells everything of a person, and single credentials cannot be removed', () => {
  const items = [USER_ITEM, templateItem(template()), PHOTO_ITEM];
  const terminal = terminalView({ profile: HS101 });
  expect(roster.planReadBack(asPin('42'), items, terminal, undefined)).toMatchObject([
    { kind: 'user.query', parameters: { pin: '42' }, covers: items },
  ]);
  expect(roster.planRemove(asPin('42'), [templateItem(template())], terminal, undefined)).toEqual([]);
  const mute = terminalView({ profile: { ...HS101, unsupported: ['GET_USER_INFO'] } });
  expect(roster.planReadBack(asPin('42'), items, mute, undefined)).toEqual([]);
});

describe('what a terminal shows of a user', () => {
  const seen = { name: 'Ana', privilege: 0, card: '99', hasPassword: true };
  test.each([
    ['the same', {}, {}, []],
    ['a name cut at 8 characters', { name: 'Katharina Luz' }, { name: 'Katharin' }, []],
    ['a shorter name is another one', { name: 'Anabel' }, {}, ['name']],
    ['another card', { card: '98' }, {}, ['card']],
    ['no password', { hasPassword: true }, { hasPassword: false }, ['password']],
    ['a manager who is none there', { isAdministrator: true }, {}, ['privilege']],
  ] as const)('%s', (_, one, shown, expected) => {
    expect(roster.userDifferences?.(person(one), { ...seen, ...shown })).toEqual(expected);
  });
});

describe('an unknown verb', () => {
  const result = (listener: MemoryListener, code: string, wordOf: (id: string) => string | undefined) => {
    const input = request({ code: 'send_cmd_result', headers: ['trans_id', '5', 'cmd_return_code', code] });
    return ebkn.decode(input, { now: NOW, terminal: listener.view(), wordOf }).facts.profile?.['unsupported'];
  };

  test('may be known to new firmware', () => {
    const body = (firmware: string): Uint8Array =>
      encodeFrame(JSON.stringify({ fk_name: 'T1', fk_time: '20260102030405', fk_info: { firmware } }));
    const before = { firmware: 'A1', unsupported: ['OPEN_DOOR'] };
    const poll = (firmware: string) =>
      ebkn.decode(request({ code: 'receive_cmd', body: body(firmware) }), {
        now: NOW,
        terminal: terminalView({ profile: before }),
      }).facts.profile;
    expect(poll('A2')).toMatchObject({ unsupported: null });
    expect(poll('A1')).not.toHaveProperty('unsupported');
  });

  test('is remembered by its word, once, and bad parameters are not', () => {
    const listener = new MemoryListener();
    expect(result(listener, 'ERROR_NOT_SUPPORTED', () => 'OPEN_DOOR')).toEqual(['OPEN_DOOR']);
    expect(result(listener, 'ERROR_NOT_SUPPORTED', () => undefined)).toBeUndefined();
    expect(result(listener, 'ERROR_INVALID_PARAM', () => 'OPEN_DOOR')).toBeUndefined();
    listener.profile = { unsupported: ['OPEN_DOOR'] };
    expect(result(listener, 'ERROR_NOT_SUPPORTED', () => 'OPEN_DOOR')).toBeUndefined();
    expect(result(listener, 'ERROR_NOT_SUPPORTED', () => 'RESET_FK')).toEqual(['OPEN_DOOR', 'RESET_FK']);
  });
});
