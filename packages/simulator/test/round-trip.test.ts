import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brands } from '@biolistener/brands';
import {
  asPin,
  digestOf,
  PHOTO_ITEM,
  templateItem,
  USER_ITEM,
  type RosterItemKey,
  type Template,
} from '@biolistener/core';
import {
  createTerminal,
  getZktecoProfile,
  profilesOf,
  type InspectedPerson,
  type SimulatedBrand,
  type SimulatedTemplateKind,
  type SimulatedTerminal,
} from '@biolistener/simulator';
import type { Brand, CommandDraft, PersonRecords, TemplateRecord } from '@biolistener/wire';
import { MiniListener } from './support/mini-listener.ts';

/** A poll interval of ten seconds lasts 20 ms. */
const TIME_SCALE = 0.002;
const PHOTO = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(600, 7), Buffer.from('ffd9', 'hex')]);

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

const brandOf = (name: SimulatedBrand): Brand => {
  const found = brands.find((each) => each.name === name);
  if (!found) throw new RangeError(`no brand ${name}`);
  return found;
};

/** `hostile` says it is another terminal at every handshake, so nothing can be promised of what it learns. */
const testedProfiles = (brand: SimulatedBrand): string[] => profilesOf(brand).filter((name) => name !== 'hostile');

interface Stage {
  readonly listener: MiniListener;
  readonly terminal: SimulatedTerminal;
  readonly brand: Brand;
}

/** A terminal that has introduced itself. */
async function setUp(name: SimulatedBrand, profile: string): Promise<Stage> {
  const brand = brandOf(name);
  const listener = new MiniListener(brand);
  const target = await listener.open();
  const terminal = createTerminal(name, {
    serialNumber: 'TST9000000001',
    target,
    profile,
    seed: 5,
    timeScale: TIME_SCALE,
  });
  open.push({
    stop: async () => {
      await terminal.stop();
      await listener.close();
    },
  });
  terminal.start();
  await listener.answered([listener.queue('info')]);
  return { listener, terminal, brand };
}

/** What the sensors of a profile make. */
function kindsOf(name: SimulatedBrand, profile: string): SimulatedTemplateKind[] {
  if (name === 'ebkn') return ['fingerprint', 'face'];
  const { versions, templates } = getZktecoProfile(profile);
  const visible = templates === 'biodata' && versions.visibleFace !== '';
  return [
    'fingerprint',
    ...(versions.face === '' ? [] : (['face'] as const)),
    ...(visible ? (['visible-face'] as const) : []),
  ];
}

const rawBytes = (template: Template): Buffer =>
  template.encoding === 'base64'
    ? Buffer.from(Buffer.from(template.data).toString('latin1'), 'base64')
    : Buffer.from(template.data);

const digestOfTemplate = (template: Template): string => digestOf(rawBytes(template));

interface Source {
  readonly profile: string;
  readonly templates: readonly Template[];
}

/** Templates as terminals of every profile upload them. */
async function enrolEverywhere(name: SimulatedBrand): Promise<Source[]> {
  const sources: Source[] = [];
  for (const profile of testedProfiles(name)) {
    const { listener, terminal } = await setUp(name, profile);
    const made = kindsOf(name, profile).map((kind, at) =>
      terminal.enrolTemplate('7', kind, kind === 'fingerprint' ? at + 3 : 0),
    );
    await terminal.waitUntilDrained();
    const digests = new Set(listener.templates.map(digestOfTemplate));
    for (const { data } of made) expect(digests).toContain(digestOf(data)); // nothing was lost on the way here
    const newest = new Map(listener.templates.map((each) => [templateItem(each), each]));
    sources.push({ profile, templates: [...newest.values()] });
    for (const each of open.splice(0)) await each.stop();
  }
  return sources;
}

interface Given {
  readonly name: string;
  readonly card: string;
  readonly password: string;
  readonly isAdministrator: boolean;
}

const someone = fc.record({
  name: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 18 })
    .map((text) => text.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]/g, '_')),
  card: fc.integer({ min: 1, max: 0xffff_ffff }).map(String),
  password: fc.integer({ min: 1, max: 99_999_999 }).map(String),
  isAdministrator: fc.boolean(),
});

let lastPin = 100;

/** Somebody with the templates of one source and a picture, the bytes put where the listener finds them. */
function personOf(source: Source, given: Given, { listener }: Stage): PersonRecords {
  const pin = asPin(String(++lastPin));
  const templates = source.templates.map((template, at): TemplateRecord => {
    const id = `${pin}-${at}`;
    listener.secrets.templates.set(id, template);
    const { kind, no, index, version, algorithm, encoding } = template;
    const isDuress = template.isDuress === true;
    return { id, kind, no, index, version, algorithm, encoding, isDuress, size: template.data.length };
  });
  listener.secrets.photos.set(pin, PHOTO);
  listener.secrets.passwords.set(pin, given.password);
  const { name, card, isAdministrator } = given;
  const known = { hasPassword: true, photo: { id: pin, size: PHOTO.length }, seenExtra: undefined };
  return { personId: pin, pin, name, card, isAdministrator, templates, ...known };
}

/** The records that the terminal can have, as a planner would ask for each. */
function takeable(
  person: PersonRecords,
  { brand, listener }: Stage,
): { items: RosterItemKey[]; templates: TemplateRecord[] } {
  const { pin } = person;
  const can = (head: Parameters<Brand['roster']['canTake']>[0]): boolean => {
    const verdict = brand.roster.canTake(head, listener.view);
    if (!verdict.canTake) expect(Object.keys(brand.errors)).toContain(verdict.reason);
    return verdict.canTake;
  };
  expect(can({ what: 'user', pin })).toBe(true);
  const templates = person.templates.filter((template) =>
    can({ what: 'template', pin, template, size: template.size }),
  );
  const hasPhoto = can({ what: 'photo', pin, size: PHOTO.length });
  return { templates, items: [USER_ITEM, ...templates.map(templateItem), ...(hasPhoto ? [PHOTO_ITEM] : [])] };
}

async function carryOut(drafts: readonly CommandDraft[], { listener }: Stage): Promise<void> {
  const ids = drafts.map((draft) => listener.queue(draft.kind, draft.parameters));
  await listener.answered(ids);
  expect(listener.refused).toEqual([]);
}

/** Of the commands that came to an end: records that come for a query are none. */
const verdictsOf = ({ listener }: Stage): string[] => [
  ...new Set(listener.results.filter(({ code }) => code !== 'querydata').map(({ verdict }) => verdict)),
];

const onTerminal = ({ terminal }: Stage, pin: string): InspectedPerson | undefined =>
  terminal.people().find((each) => each.pin.replace(/^0+/, '') === pin);

/** Byte for byte, and nothing that the terminal could not use. */
function expectOnTerminal(stage: Stage, person: PersonRecords, templates: readonly TemplateRecord[]): void {
  const found = onTerminal(stage, person.pin);
  const digests = (found?.templates ?? []).map((each) => digestOf(each.data));
  for (const { id } of templates) {
    const sent = stage.listener.secrets.templates.get(id);
    expect(digests).toContain(sent && digestOfTemplate(sent));
  }
  const foreign = person.templates
    .filter((each) => !templates.includes(each))
    .map(({ id }) => stage.listener.secrets.templates.get(id));
  for (const each of foreign) expect(digests).not.toContain(each && digestOfTemplate(each));
  expect(found).toMatchObject({ card: person.card, password: stage.listener.secrets.passwords.get(person.pin) });
}

/** What reading back shows is what was sent. */
async function expectReadBack(stage: Stage, person: PersonRecords, items: readonly RosterItemKey[]): Promise<void> {
  const { listener, brand } = stage;
  const before = { users: listener.users.length, templates: listener.templates.length };
  const drafts = brand.roster.planReadBack(person.pin, items, listener.view, undefined);
  await carryOut(drafts, stage);
  const seen = listener.users.slice(before.users).find((each) => each.pin === person.pin);
  expect(seen).toBeDefined();
  const { name, card, privilege, password } = seen ?? {};
  const shown = { name, card, privilege, hasPassword: password !== undefined };
  expect(brand.roster.userDifferences?.(person, shown)).toEqual([]);
  const readable = new Set(drafts.flatMap((draft) => draft.covers));
  const back = new Map(
    listener.templates.slice(before.templates).map((each) => [templateItem(each), digestOfTemplate(each)]),
  );
  for (const record of person.templates.filter((each) => readable.has(templateItem(each)))) {
    const sent = listener.secrets.templates.get(record.id);
    const sameSlot = [...back].filter(([key]) =>
      key.startsWith(`template:${record.kind}:${record.no}:${record.index}:`),
    );
    expect(sameSlot.map(([, digest]) => digest)).toContain(sent && digestOfTemplate(sent));
  }
}

describe.each(['zkteco', 'ebkn'] as const)('people written to %s terminals', (name) => {
  let sources: Source[] = [];
  beforeAll(async () => {
    sources = await enrolEverywhere(name);
  }, 60_000);
  afterAll(() => {
    sources = [];
  });

  test.each(testedProfiles(name))(
    '%s holds and tells what it was given, whatever terminal made it',
    async (profile) => {
      const stage = await setUp(name, profile);
      const violations: string[] = [];
      stage.terminal.on('violation', ({ operation, sentence }) => violations.push(`${operation}: ${sentence}`));
      let compatible = 0;
      await fc.assert(
        fc.asyncProperty(someone, async (given) => {
          for (const source of sources) {
            const person = personOf(source, given, stage);
            const { items, templates } = takeable(person, stage);
            compatible += templates.length;
            await carryOut(stage.brand.roster.planWrite(person, items, stage.listener.view), stage);
            expectOnTerminal(stage, person, templates);
            await expectReadBack(stage, person, items);
          }
        }),
        { numRuns: 2 },
      );
      expect(compatible).toBeGreaterThan(0); // at least what terminals of its own profile make
      expect(verdictsOf(stage)).toEqual(['done']);
      expect(violations).toEqual([]);
    },
    60_000,
  );

  test('whoever is removed is gone, and nobody else', async () => {
    const stage = await setUp(name, testedProfiles(name)[0] ?? '');
    const [source] = sources;
    if (!source) throw new Error('no source');
    const given = { name: 'Ana', card: '77', password: '1234', isAdministrator: false };
    const [gone, stays] = [personOf(source, given, stage), personOf(source, given, stage)];
    for (const person of [gone, stays]) {
      await carryOut(stage.brand.roster.planWrite(person, takeable(person, stage).items, stage.listener.view), stage);
    }
    await carryOut(stage.brand.roster.planRemove(gone.pin, [USER_ITEM], stage.listener.view, undefined), stage);
    expect(stage.terminal.people().map(({ pin }) => pin)).toEqual([stays.pin]);
  }, 30_000);
});
