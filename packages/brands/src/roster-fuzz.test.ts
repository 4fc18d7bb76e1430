import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  asPin,
  asSerialNumber,
  PHOTO_ITEM,
  templateItem,
  USER_ITEM,
  type JsonObject,
  type TemplateKind,
} from '@biolistener/core';
import type { PersonRecords, TemplateRecord, TerminalView } from '@biolistener/wire';
import { brands } from './index.ts';

const KINDS: readonly TemplateKind[] = [
  'fingerprint',
  'face',
  'visible-face',
  'finger-vein',
  'palm',
  'palm-vein',
  'generic',
];
const word = fc.string({ maxLength: 8 });

const template: fc.Arbitrary<TemplateRecord> = fc.record({
  id: word,
  kind: fc.constantFrom(...KINDS),
  no: fc.integer({ min: -2, max: 120 }),
  index: fc.integer({ min: 0, max: 12 }),
  version: fc.oneof(word, fc.constantFrom('10', '10.0', '40.1', '8', '')),
  algorithm: fc.oneof(word, fc.constantFrom('zk', 'iso', 'FKDataHS101')),
  encoding: fc.constantFrom('base64', 'binary'),
  isDuress: fc.boolean(),
  size: fc.integer({ min: 0, max: 2_000_000 }),
});

const person: fc.Arbitrary<PersonRecords> = fc.record({
  personId: word,
  pin: word.map(asPin),
  name: fc.option(word, { nil: undefined }),
  card: fc.option(word, { nil: undefined }),
  isAdministrator: fc.boolean(),
  hasPassword: fc.boolean(),
  templates: fc.array(template, { maxLength: 5 }),
  photo: fc.option(fc.record({ id: word, size: fc.nat() }), { nil: undefined }),
  seenExtra: fc.option(fc.constant({ deviceUserId: '0007' }), { nil: undefined }),
  seenPrivilege: fc.option(fc.integer(), { nil: undefined }),
});

/** Profiles as terminals make them, with anything at all in their places. */
const anything = fc.jsonValue();
const profile = fc.record(
  {
    dialect: fc.oneof(fc.constantFrom('ATT', 'P1', 'TFT', 'SEC'), anything),
    dataLib: fc.oneof(fc.constantFrom('FKDataHS101', 'M50'), anything),
    fpDataVer: anything,
    supports: anything,
    supportedEnrollData: anything,
    options: fc.oneof(
      fc.dictionary(fc.constantFrom('MultiBioVersion', 'MultiBioDataSupport', 'FPVersion'), anything),
      anything,
    ),
    fingerprintVersion: anything,
    faceVersion: anything,
    unsupported: anything,
    userIdPad: anything,
  },
  { requiredKeys: [] },
);

const terminalOf = (said: unknown): TerminalView => ({
  serialNumber: asSerialNumber('T1'),
  profile: said as JsonObject, // made of JSON values
  stamps: {},
  options: {},
});

describe.each(brands.map((brand) => [brand.name, brand] as const))('%s', (_, brand) => {
  const { roster } = brand;

  test('rules answer for any person and any profile, and refuse with codes that are explained', () => {
    fc.assert(
      fc.property(person, profile, (one, said) => {
        const terminal = terminalOf(said);
        const heads = one.templates.map(
          (each) => ({ what: 'template', pin: one.pin, template: each, size: each.size }) as const,
        );
        for (const head of [
          { what: 'user', pin: one.pin } as const,
          { what: 'photo', pin: one.pin } as const,
          ...heads,
        ]) {
          const verdict = roster.canTake(head, terminal);
          if (!verdict.canTake)
            expect([Object.hasOwn(brand.errors, verdict.reason), verdict.detail !== '']).toEqual([true, true]);
        }
        expect(roster.abilities(terminal).commands.every((kind) => brand.commands.includes(kind))).toBe(true);
      }),
    );
  });

  test('plans cover only what there is, have a size, and name secrets instead of holding them', () => {
    fc.assert(
      fc.property(person, profile, (one, said) => {
        const terminal = terminalOf(said);
        const keys = [USER_ITEM, PHOTO_ITEM, ...one.templates.map(templateItem)];
        const drafts = [
          ...roster.planWrite(one, keys, terminal),
          ...roster.planRemove(one.pin, keys, terminal, one.seenExtra),
          ...roster.planReadBack(one.pin, keys, terminal, one.seenExtra),
        ];
        for (const draft of drafts) {
          expect(draft.covers.length).toBeGreaterThan(0);
          expect(draft.covers.every((key) => keys.includes(key))).toBe(true);
          expect(draft.bytes).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('what is planned is written or refused, never thrown', () => {
    fc.assert(
      fc.property(person, profile, (one, said) => {
        const terminal = terminalOf(said);
        for (const { kind, parameters } of roster.planWrite(one, [USER_ITEM, PHOTO_ITEM], terminal)) {
          const encoded = brand.encode({ id: '1', kind, parameters }, { now: 0, terminal });
          const hasSecrets = /"\$(?:template|photo|password)":/.test(JSON.stringify(parameters));
          if (hasSecrets) expect(encoded.kind).toBe('refused');
        }
      }),
    );
  });
});
