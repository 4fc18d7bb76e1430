import { describe, expect, test } from '@jest/globals';
import { asPin, PHOTO_ITEM, templateItem, USER_ITEM, type JsonObject, type RecordHead } from '@biolistener/core';
import type { PersonRecords, TemplateRecord } from '@biolistener/wire';
import { zkteco } from './index.ts';
import { terminalOf } from './test-kit.ts';

const { roster } = zkteco;

const OLD = { dialect: 'ATT', fingerprintVersion: '10', faceVersion: '7' };
const PICTURES = { ...OLD, supports: { userPicture: true } };
const NEW = {
  dialect: 'ATT',
  supports: { comparisonPhoto: true, userPicture: true },
  options: { MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1', MultiBioVersion: '0:13.0:0:0:0:0:0:0:0:40.1' },
};

const template = (more: Partial<TemplateRecord> = {}): TemplateRecord => ({
  id: '12',
  kind: 'fingerprint',
  no: 5,
  index: 0,
  version: '10',
  algorithm: 'zk',
  encoding: 'base64',
  isDuress: false,
  size: 1640,
  ...more,
});

const face = (index = 0): TemplateRecord =>
  template({ id: `f${index}`, kind: 'visible-face', no: 0, index, version: '40.1' });

const person = (more: Partial<PersonRecords> = {}): PersonRecords => ({
  personId: '3',
  pin: asPin('0042'),
  name: 'Ana',
  card: undefined,
  isAdministrator: false,
  hasPassword: false,
  templates: [],
  photo: undefined,
  seenExtra: undefined,
  ...more,
});

const verdict = (head: Partial<RecordHead>, profile: JsonObject): string => {
  const found = roster.canTake({ what: 'user', pin: '7', ...head }, terminalOf({ profile }));
  return found.canTake ? 'yes' : found.reason;
};

const ofTemplate = (more: Partial<TemplateRecord>): Partial<RecordHead> => {
  const record = template(more);
  return { what: 'template', template: record, size: record.size };
};

const plan = (one: PersonRecords, items: Parameters<typeof roster.planWrite>[1], profile: JsonObject) =>
  roster.planWrite(one, items, terminalOf({ profile }));

describe('what a terminal can take', () => {
  test.each([
    ['a user, old firmware', {}, OLD, 'yes'],
    ['a user, nothing heard yet', {}, {}, 'ZK_PROFILE_UNKNOWN'],
    ['a user, access mode, doors unknown', {}, { dialect: 'SEC' }, 'ZK_PROFILE_UNKNOWN'],
    ['its own fingerprint version', ofTemplate({}), OLD, 'yes'],
    ['the same major version, minor unknown', ofTemplate({ version: '10.0' }), OLD, 'yes'],
    ['a version that nobody told', ofTemplate({ version: '' }), OLD, 'ZK_TEMPLATE_VERSION'],
    ['another major version', ofTemplate({ version: '13.0' }), OLD, 'ZK_TEMPLATE_VERSION'],
    ['another minor version', ofTemplate({ version: '13.1' }), NEW, 'ZK_TEMPLATE_VERSION'],
    ['a terminal that told no versions', ofTemplate({}), { dialect: 'ATT' }, 'ZK_PROFILE_UNKNOWN'],
    ['a kind that its list leaves out', ofTemplate({ kind: 'palm', version: '1.0' }), NEW, 'ZK_TEMPLATE_KIND'],
    ['no face reader', ofTemplate({ kind: 'face', version: '7' }), { ...OLD, faceVersion: '-1' }, 'ZK_TEMPLATE_KIND'],
    ['bytes of EBKN', ofTemplate({ algorithm: 'FKDataHS101' }), OLD, 'ZK_TEMPLATE_FOREIGN'],
    ['a standard format on an old table', ofTemplate({ algorithm: 'iso' }), OLD, 'ZK_TEMPLATE_FOREIGN'],
    ['a standard format as BIODATA', ofTemplate({ algorithm: 'iso', version: '13.0' }), NEW, 'yes'],
    ['a template without end', ofTemplate({ size: 1_000_000 }), OLD, 'ZK_COMMAND_TOO_LARGE'],
    ['a photo to compare', { what: 'photo', size: 90_000 }, NEW, 'yes'],
    ['a small photo to show', { what: 'photo', size: 9_000 }, PICTURES, 'yes'],
    ['a large photo to show', { what: 'photo', size: 90_000 }, PICTURES, 'ZK_PHOTO_TOO_LARGE'],
    ['a photo that it has no use for', { what: 'photo', size: 9_000 }, OLD, 'ZK_PHOTO_NOT_TAKEN'],
  ] as const)('%s', (_, head, profile, expected) => {
    expect(verdict(head, profile)).toBe(expected);
  });

  test.each([
    ['7', 'yes'],
    ['007', 'yes'], // these terminals keep zeros: 7 and 007 are two persons
    ['1'.repeat(24), 'yes'],
    ['1'.repeat(25), 'ZK_PIN_UNFIT'],
    ['0', 'ZK_PIN_UNFIT'],
    ['A7', 'ZK_PIN_UNFIT'],
    ['7 8', 'ZK_PIN_UNFIT'],
    ['', 'ZK_PIN_UNFIT'],
  ])('PIN %j: %s', (pin, expected) => {
    expect(verdict({ pin }, OLD)).toBe(expected);
  });

  test('letters in a PIN where the terminal said that it takes them', () => {
    expect(verdict({ pin: 'A7' }, { ...OLD, options: { '~IsABCPinEnable': '1' } })).toBe('yes');
  });
});

describe('writing a person', () => {
  test('one command for each record, the user first, secrets named and not held', () => {
    const one = person({ hasPassword: true, card: '99', templates: [template()] });
    const drafts = plan(one, [templateItem(template()), USER_ITEM], OLD);
    expect(drafts.map(({ kind, covers }) => [kind, ...covers])).toEqual([
      ['user.update', 'user'],
      ['template.update', 'template:fingerprint:5:0:10'],
    ]);
    expect(drafts[0]?.parameters).toEqual({ pin: '0042', name: 'Ana', password: { $password: '3' }, card: '99' });
    expect(drafts[1]?.parameters).toMatchObject({ pin: '0042', data: { $template: '12' } });
    expect(drafts[1]?.bytes).toBeGreaterThan(1640);
  });

  test('nobody is made less than an administrator: the privilege is sent only to make one', () => {
    expect(plan(person(), [USER_ITEM], OLD)[0]?.parameters).not.toHaveProperty('privilege');
    expect(plan(person({ isAdministrator: true }), [USER_ITEM], OLD)[0]?.parameters).toMatchObject({ privilege: 14 });
  });

  test('parts of one template go all together, in order', () => {
    const one = person({ templates: [face(1), template(), face(0)] });
    const drafts = plan(one, [templateItem(face(1))], NEW);
    expect(drafts.flatMap(({ covers }) => covers)).toEqual([
      'template:visible-face:0:0:40.1',
      'template:visible-face:0:1:40.1',
    ]);
  });

  test('a photo is one to compare where no face template travels, else one to show, never both of one face', () => {
    const photo = { id: '8', size: 9000 };
    const kindOf = (templates: TemplateRecord[], profile: JsonObject) =>
      plan(person({ photo, templates }), [PHOTO_ITEM], profile).map(({ parameters }) => parameters['kind']);
    expect(kindOf([], NEW)).toEqual(['comparison']);
    expect(kindOf([face()], NEW)).toEqual(['user']);
    expect(kindOf([{ ...face(), version: '58.12' }], NEW)).toEqual(['comparison']);
    expect(kindOf([], PICTURES)).toEqual(['user']);
    expect(kindOf([], OLD)).toEqual([]);
  });

  test('equal commands have one merge key, and one changed letter makes another', () => {
    const key = (name: string) => plan(person({ name }), [USER_ITEM], OLD)[0]?.mergeKey;
    expect(key('Ana')).toBe(key('Ana'));
    expect(key('Ana')).not.toBe(key('Anna'));
  });
});

describe('removing', () => {
  const remove = (items: Parameters<typeof roster.planRemove>[1], profile: JsonObject) =>
    roster.planRemove(asPin('7'), items, terminalOf({ profile }), undefined);

  test('a user goes with everything in one command', () => {
    const items = [USER_ITEM, templateItem(template()), PHOTO_ITEM];
    expect(remove(items, OLD)).toMatchObject([{ kind: 'user.delete', parameters: { pin: '7' }, covers: items }]);
  });

  test('single templates go by kind and number, a set of near-infrared faces at once, a photo by its table', () => {
    const faces = [0, 1].map((index) => templateItem(template({ kind: 'face', no: 0, index, version: '7' })));
    const drafts = remove([templateItem(template()), ...faces, PHOTO_ITEM], PICTURES);
    expect(drafts.map(({ parameters }) => parameters)).toEqual([
      { pin: '7', kind: 'fingerprint', no: 5 },
      { pin: '7', kind: 'face' },
      { pin: '7', kind: 'photo' },
    ]);
    const words = drafts.map(({ kind, parameters }) => {
      const encoded = zkteco.encode(
        { id: '1', kind, parameters },
        { now: 0, terminal: terminalOf({ profile: PICTURES }) },
      );
      return encoded.kind === 'encoded' ? encoded.word : encoded.reason;
    });
    expect(words).toEqual(['DATA DELETE FINGERTMP', 'DATA DELETE FACE', 'DATA DELETE USERPIC']);
  });
});

describe('reading back', () => {
  const readBack = (items: Parameters<typeof roster.planReadBack>[1], profile: JsonObject) =>
    roster
      .planReadBack(asPin('7'), items, terminalOf({ profile }), undefined)
      .map(({ kind, parameters, covers }) => [kind, parameters['kind'] ?? '', covers.length]);
  const fingers = [template(), template({ no: 6 })].map(templateItem);

  test('one question for the user, one for each kind', () => {
    expect(readBack([USER_ITEM, ...fingers], OLD)).toEqual([
      ['user.query', '', 1],
      ['template.query', 'fingerprint', 2],
    ]);
  });

  test('what no query tells is not asked: pictures, near-infrared faces, what the terminal refused before', () => {
    const infrared = templateItem(template({ kind: 'face', no: 0, version: '7' }));
    expect(readBack([PHOTO_ITEM, infrared], OLD)).toEqual([]);
    expect(readBack([USER_ITEM, ...fingers], { ...OLD, unsupported: ['DATA QUERY FINGERTMP'] })).toEqual([
      ['user.query', '', 1],
    ]);
    expect(readBack([USER_ITEM], {})).toEqual([]);
  });
});

test('abilities are what the profile tells', () => {
  expect(roster.abilities(terminalOf({ profile: NEW }))).toMatchObject({
    takesPhotos: true,
    canReadBack: true,
    templates: expect.arrayContaining([
      { kind: 'fingerprint', algorithm: 'zk', version: '13.0' },
      { kind: 'visible-face', algorithm: 'zk', version: '40.1' },
    ]),
  });
  const unknown = roster.abilities(terminalOf());
  expect(unknown).toMatchObject({ templates: [], takesPhotos: false, canReadBack: false });
  expect(unknown.commands).toEqual(['clock.set', 'restart', 'info', 'check']);
  const poor = { ...OLD, unsupported: ['AC_UNLOCK', 'ENROLL_FP'] };
  const { commands } = roster.abilities(terminalOf({ profile: poor }));
  expect(commands).not.toContain('door.open');
  expect(commands).toContain('enrol.start'); // another way of enrolling may still be there
});

describe('what a terminal shows of a user', () => {
  const seen = { name: 'Ana', privilege: 0, card: '99', hasPassword: false };
  const differs = (one: Partial<PersonRecords>, shown: Partial<typeof seen>) =>
    roster.userDifferences?.(person(one), { ...seen, ...shown });

  test.each([
    ['the same', {}, {}, []],
    ['a name cut at 24 bytes', { name: 'Maximilian Alexander von Thurn' }, { name: 'Maximilian Alexander von' }, []],
    ['a name cut inside a character', { name: 'Андрей Иванович' }, { name: 'Андрей Иван\uFFFD' }, []],
    ['another name', {}, { name: 'Bo' }, ['name']],
    ['a short name is not a cut one', { name: 'Anabel' }, { name: 'Ana' }, ['name']],
    ['a card with zeros in front', { card: '0000099' }, {}, []],
    ['another card', { card: '98' }, {}, ['card']],
    ['an administrator who is none there', { isAdministrator: true }, {}, ['privilege']],
    ['an administrator of the terminal itself', {}, { privilege: 14 }, []],
  ] as const)('%s', (_, one, shown, expected) => {
    expect(differs(one, shown)).toEqual(expected);
  });
});

describe('access terminals', () => {
  const DOORS = { dialect: 'SEC', options: { LockCount: '2', '~ZKFPVersion': '10' } };
  const FACES = {
    dialect: 'SEC',
    options: {
      LockCount: '1',
      MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1',
      MultiBioPhotoSupport: '0:0:0:0:0:0:0:0:0:1',
      MultiBioVersion: '0:10.0:0:0:0:0:0:0:0:40.1',
    },
  };

  test.each([
    ['a user', {}, DOORS, 'yes'],
    ['a user, doors unknown', {}, { dialect: 'SEC' }, 'ZK_PROFILE_UNKNOWN'],
    ['a fingerprint of version 10', ofTemplate({}), DOORS, 'yes'],
    ['another version', ofTemplate({ version: '13.0' }), DOORS, 'ZK_TEMPLATE_VERSION'],
    ['bytes of EBKN', ofTemplate({ algorithm: 'FKDataHS101' }), DOORS, 'ZK_TEMPLATE_FOREIGN'],
    ['a standard format in the old table', ofTemplate({ algorithm: 'iso' }), DOORS, 'ZK_TEMPLATE_FOREIGN'],
    ['a face where none is taken', ofTemplate(face()), DOORS, 'ZK_PROFILE_UNKNOWN'],
    ['a face', ofTemplate(face()), FACES, 'yes'],
    ['a photo to compare', { what: 'photo', size: 90_000 }, FACES, 'yes'],
    ['a photo that it has no use for', { what: 'photo', size: 9_000 }, DOORS, 'ZK_PHOTO_NOT_TAKEN'],
  ] as const)('take %s: %s', (_, head, profile, expected) => {
    expect(verdict(head, profile)).toBe(expected);
  });

  test('a removed person is one command, whose lines take everything along', () => {
    const items = [USER_ITEM, templateItem(template())];
    expect(roster.planRemove(asPin('7'), items, terminalOf({ profile: DOORS }), undefined)).toMatchObject([
      { kind: 'user.delete', parameters: { pin: '7' }, covers: items },
    ]);
  });

  test('users and templates are read back by PIN; a lacking table is not asked', () => {
    const items = [USER_ITEM, templateItem(template())];
    const kindsOf = (profile: JsonObject): string[] =>
      roster.planReadBack(asPin('7'), items, terminalOf({ profile }), undefined).map(({ kind }) => kind);
    expect(kindsOf(DOORS)).toEqual(['user.query', 'template.query']);
    expect(kindsOf({ ...DOORS, unsupported: ['DATA QUERY templatev10'] })).toEqual(['user.query']);
  });

  test('a picture beside a face is left out where none are shown', () => {
    const one = person({ templates: [face()], photo: { id: 'p', size: 900 } });
    expect(plan(one, [PHOTO_ITEM], FACES)).toEqual([]);
    expect(plan({ ...one, templates: [] }, [PHOTO_ITEM], FACES)).toMatchObject([
      { parameters: { kind: 'comparison' } },
    ]);
  });

  test('what is offered: no new handshake, no clearing of logs, nobody while its doors are unknown', () => {
    const offered = (profile: JsonObject) => roster.abilities(terminalOf({ profile })).commands;
    expect(offered(DOORS)).toEqual(
      expect.arrayContaining(['user.update', 'door.open', 'clock.set', 'template.update']),
    );
    for (const kind of ['check', 'logs.clear', 'photo.update']) expect(offered(DOORS)).not.toContain(kind);
    expect(offered({ dialect: 'SEC' })).not.toContain('user.update');
  });
});
