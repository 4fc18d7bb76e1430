import { expect, test } from '@jest/globals';
import { asPin, asSerialNumber } from '@biolistener/core';
import type { TemplateHead } from '@biolistener/store';
import { chooseSources, familyOf, isSameRecord } from './sources.ts';

let id = 0;
const templateOf = (over: Omit<Partial<TemplateHead>, 'serialNumber'> & { from?: string } = {}): TemplateHead => {
  const { from = 'A', ...rest } = over;
  return {
    id: String((id += 1)),
    serialNumber: asSerialNumber(from),
    brand: 'single',
    pin: asPin('7'),
    kind: 'fingerprint',
    no: 5,
    index: 0,
    algorithm: 'zk',
    version: '10',
    isValid: true,
    isDuress: false,
    encoding: 'binary',
    size: 512,
    digest: `digest ${id}`,
    receivedAt: 1000,
    seenAt: 1000,
    ...rest,
  };
};
const bestOf = (templates: readonly TemplateHead[], isEcho?: (template: TemplateHead) => boolean) =>
  chooseSources(templates, [], isEcho).slots.map(([best]) => best?.templates.map(({ digest }) => digest));

test('the newest of a finger is the best, each finger for itself', () => {
  const templates = [
    templateOf({ digest: 'old', receivedAt: 1 }),
    templateOf({ digest: 'new', receivedAt: 2, from: 'B' }),
    templateOf({ digest: 'other', no: 6 }),
  ];
  expect(bestOf(templates)).toEqual([['new'], ['other']]);
});

test('a template that is not valid is none', () => {
  expect(bestOf([templateOf({ isValid: false })])).toEqual([]);
});

test('parts of one template stay together: never one part of here and one of there', () => {
  const templates = [
    templateOf({ index: 1, digest: 'a1', receivedAt: 1 }),
    templateOf({ index: 0, digest: 'a0', receivedAt: 1 }),
    templateOf({ index: 0, digest: 'b0', receivedAt: 2, from: 'B' }),
  ];
  expect(bestOf(templates)).toEqual([['b0']]);
  expect(chooseSources(templates, []).slots[0]?.[1]?.templates.map(({ digest }) => digest)).toEqual(['a0', 'a1']);
});

test('what a terminal only says back is never newer than what it was given', () => {
  const templates = [
    templateOf({ digest: 'given', receivedAt: 1 }),
    templateOf({ digest: 'said back', receivedAt: 9, from: 'B' }),
  ];
  expect(bestOf(templates, ({ digest }) => digest === 'said back')).toEqual([['given']]);
});

test('with nothing but echoes left, an echo is better than none', () => {
  expect(bestOf([templateOf({ digest: 'said back', from: 'B' })], () => true)).toEqual([['said back']]);
});

test('equal bytes count for the terminal that sent them first', () => {
  const templates = [templateOf({ digest: 'same', from: 'A' }), templateOf({ digest: 'same', from: 'B' })];
  expect(chooseSources(templates, []).slots[0]?.[0]?.serialNumber).toBe('A');
});

test.each([
  ['10', '10.0', true],
  ['10', '010', true],
  ['10', '9', false],
  ['', '', true],
  ['', '10', false],
])('versions %j and %j are one family: %j', (a, b, isSame) => {
  expect(familyOf(a) === familyOf(b)).toBe(isSame);
  const key = { kind: 'fingerprint', no: 5, index: 0 } as const;
  expect(isSameRecord({ ...key, version: a }, { ...key, version: b })).toBe(isSame);
});
