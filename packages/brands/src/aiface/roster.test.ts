import { expect, test } from '@jest/globals';
import { asPin, PHOTO_ITEM, templateItem, USER_ITEM, type RecordHead } from '@biolistener/core';
import type { PersonRecords, TemplateRecord } from '@biolistener/wire';
import { aiface } from './index.ts';
import { PROFILE, viewOf } from './test-kit.ts';

const { roster } = aiface;
const finger: TemplateRecord = {
  id: '12',
  kind: 'fingerprint',
  no: 3,
  index: 0,
  version: 'thbio3.0',
  algorithm: 'thbio',
  encoding: 'binary',
  isDuress: false,
  size: 1100,
};
const face: TemplateRecord = {
  ...finger,
  id: '13',
  kind: 'visible-face',
  no: 0,
  version: 'AI06',
  algorithm: 'aiface-feature',
};
const person = (own: Partial<PersonRecords> = {}): PersonRecords => ({
  personId: 'p1',
  pin: asPin('17'),
  name: 'A',
  card: undefined,
  isAdministrator: false,
  hasPassword: false,
  templates: [finger, face],
  photo: { id: '7', size: 40_000 },
  seenExtra: undefined,
  ...own,
});
const headOf = (template: TemplateRecord): RecordHead => ({
  what: 'template',
  pin: '17',
  template,
  size: template.size,
});
const reasonOf = (head: RecordHead, profile = PROFILE): string => {
  const verdict = roster.canTake(head, viewOf({ profile }));
  return verdict.canTake ? 'yes' : verdict.reason;
};

test('fingers go by algorithm and faces by model, and never to another', () => {
  expect(reasonOf(headOf(finger))).toBe('yes');
  expect(reasonOf(headOf(finger), { ...PROFILE, fpalgo: 'thbio1.0' })).toBe('AI_TEMPLATE_FAMILY');
  expect(reasonOf(headOf(face))).toBe('yes');
  expect(reasonOf(headOf(face), { ...PROFILE, model: 'AiF43V' })).toBe('AI_TEMPLATE_FAMILY');
  expect(reasonOf(headOf({ ...finger, algorithm: 'zk', version: '10' }))).toBe('AI_TEMPLATE_FAMILY');
  expect(reasonOf(headOf({ ...face, algorithm: 'aiface-palm', kind: 'palm' }))).toBe('AI_TEMPLATE_KIND');
});

test('PINs, pictures and terminals that are not known are refused with a reason', () => {
  for (const pin of ['007', '0', '99999999', 'A1', '1234567890123456789'])
    expect(reasonOf({ what: 'user', pin })).toBe('AI_PIN_UNFIT');
  expect(reasonOf({ what: 'photo', pin: '17', size: 149_999 })).toBe('yes');
  expect(reasonOf({ what: 'photo', pin: '17', size: 150_000 })).toBe('AI_PHOTO_UNFIT');
  expect(reasonOf({ what: 'user', pin: '17' }, {})).toBe('AI_PROFILE_UNKNOWN');
  expect(roster.abilities(viewOf({ profile: {} }))).toMatchObject({
    templates: [],
    takesPhotos: false,
    canReadBack: false,
  });
  expect(roster.abilities(viewOf({ profile: {} })).commands).not.toContain('user.update');
});

test('a person is made by the first credential, and every item is brought once', () => {
  const items = [USER_ITEM, templateItem(finger), templateItem(face), PHOTO_ITEM];
  const covers = (own: Partial<PersonRecords>) =>
    roster.planWrite(person(own), items, viewOf()).map((draft) => [draft.kind, draft.covers]);
  expect(covers({ card: '5' })).toEqual([
    ['user.update', [USER_ITEM]],
    ['template.update', [templateItem(finger)]],
    ['template.update', [templateItem(face)]],
    ['photo.update', [PHOTO_ITEM]],
  ]);
  expect(covers({})[0]).toEqual(['user.update', [USER_ITEM, templateItem(finger)]]);
  expect(covers({ templates: [] })).toEqual([['user.update', [USER_ITEM, PHOTO_ITEM]]]);
});

test('somebody with nothing to be known by is refused in words, but where only faces count', () => {
  const [draft] = roster.planWrite(person({ templates: [], photo: undefined }), [USER_ITEM], viewOf());
  const encode = (profile = PROFILE) =>
    aiface.encode(
      { id: '1', kind: 'user.update', parameters: draft?.parameters ?? {} },
      { now: 0, terminal: viewOf({ profile }) },
    );
  expect(encode()).toMatchObject({ kind: 'refused', reason: 'AI_NOTHING_TO_WRITE' });
  expect(encode({ ...PROFILE, sizes: { face: 100 } })).toMatchObject({ kind: 'encoded' });
});

test('who can be held is known before anything is sent', () => {
  const nobody = person({ templates: [], photo: undefined });
  const held = (one: ReturnType<typeof person>, profile = PROFILE) => roster.canHold?.(one, viewOf({ profile }));
  expect(held(nobody)).toMatchObject({ canTake: false, reason: 'AI_NOTHING_TO_WRITE' });
  expect(held(nobody, { ...PROFILE, sizes: { face: 100 } })).toEqual({ canTake: true });
  for (const one of [{ ...nobody, card: '5' }, { ...nobody, hasPassword: true }, person({})])
    expect(held(one)).toEqual({ canTake: true });
});

test('an administrator that the terminal made stays one', () => {
  const draft = (seenPrivilege: number) =>
    roster.planWrite(person({ card: '5', seenPrivilege }), [USER_ITEM], viewOf())[0];
  expect([0, 1, 2].map((seen) => draft(seen)?.parameters['privilege'])).toEqual([0, 1, 2]);
});

test('everybody is asked for and taken off by name, secrets are never in a draft', () => {
  const back = roster.planReadBack(asPin('17'), [USER_ITEM, templateItem(finger), PHOTO_ITEM], viewOf(), undefined);
  expect(back.map(({ kind }) => kind)).toEqual(['user.query', 'template.query']);
  expect(
    roster.planReadBack(
      asPin('17'),
      [USER_ITEM],
      viewOf({ profile: { ...PROFILE, unsupported: ['getuserinfo'] } }),
      undefined,
    ),
  ).toEqual([]);
  const off = roster.planRemove(asPin('17'), [templateItem(finger), PHOTO_ITEM], viewOf(), undefined);
  expect(off.map(({ parameters }) => parameters)).toEqual([
    { pin: '17', kind: 'fingerprint', no: 3 },
    { pin: '17', kind: 'photo' },
  ]);
  const drafts = roster.planWrite(person({ hasPassword: true }), [USER_ITEM, templateItem(finger)], viewOf());
  expect(drafts.map(({ parameters }) => parameters)).toMatchObject([
    { password: { $password: 'p1' } },
    { data: { $template: '12' } },
  ]);
  const unresolved = aiface.encode(
    { id: '1', kind: 'user.update', parameters: drafts[0]?.parameters ?? {} },
    { now: 0, terminal: viewOf() },
  );
  expect(unresolved).toMatchObject({ kind: 'refused', reason: 'AI_SECRET_UNRESOLVED' });
});

test('a name that was cut is the same name', () => {
  const differs = (name: string) =>
    roster.userDifferences?.(person({ name: 'Maximiliane Mustermann' }), {
      name,
      privilege: 0,
      card: undefined,
      hasPassword: false,
    });
  expect(differs('Maximiliane Mus')).toEqual([]);
  expect(differs('Max')).toEqual(['name']);
});
