import { describe, expect, test } from '@jest/globals';
import { changesFor, differences, marksOf } from './compare.ts';
import { rowsIn, type SiteDoc } from './document.ts';
import type { SitePart } from './part.ts';

const part = (fields: readonly object[], more: object = {}): SitePart => ({
  object: 'DocType',
  name: 'Thing',
  tables: { fields: ['fieldname'] },
  wanted: { title_field: 'a', fields, ...more },
});
const ours = part([
  { fieldname: 'a', reqd: 1 },
  { fieldname: 'b', options: 'x' },
]);
const site = (fields: readonly object[], more: object = {}): SiteDoc => ({
  name: 'Thing',
  title_field: 'a',
  fields,
  ...more,
});
const asInstalled = site([
  { name: 'r1', idx: 1, fieldname: 'a', reqd: 1, in_list_view: 1 },
  { name: 'r2', idx: 2, fieldname: 'b', options: 'x', reqd: 0 },
]);
const marks = marksOf(ours, asInstalled);
const whatDiffers = (wanted: SitePart, there: SiteDoc, left = marks) =>
  differences(wanted, there, left).map(({ what, byPerson }) => [what, byPerson]);

describe('differences', () => {
  test('there are none in what reads back as it was written, whatever the site added', () => {
    expect(differences(ours, asInstalled, marks)).toEqual([]);
    expect(differences(ours, site([...rowsIn(asInstalled, 'fields'), { fieldname: 'theirs' }]), marks)).toEqual([]);
  });
  test('a newer version of ours is no change by a person', () => {
    const newer = part([{ fieldname: 'a', reqd: 0 }, { fieldname: 'b', options: 'x y' }, { fieldname: 'c' }]);
    expect(whatDiffers(newer, asInstalled)).toEqual([
      ['fields.a.reqd', false],
      ['fields.b.options', false],
      ['fields.c', false],
    ]);
  });
  test('an attribute that is new in a version is a person’s where the site has it already', () => {
    const newer = part([{ fieldname: 'a', reqd: 1, label: 'A' }]);
    expect(whatDiffers(newer, asInstalled)).toEqual([['fields.a.label', false]]);
    const labelled = site([{ fieldname: 'a', reqd: 1, label: 'Theirs' }]);
    expect(whatDiffers(newer, labelled)).toEqual([['fields.a.label', true]]);
  });
  test('what a person changed or deleted is the person’s', () => {
    expect(whatDiffers(ours, site([{ fieldname: 'a', reqd: 0 }], { title_field: 'b' }))).toEqual([
      ['title_field', true],
      ['fields.a.reqd', true],
      ['fields.b', true],
    ]);
  });
  test('where nothing is known of an installation, every difference is somebody’s', () => {
    expect(differences(ours, site([]), undefined).every((one) => one.byPerson)).toBe(true);
  });
});

describe('changes', () => {
  const sent = (wanted: SitePart, there: SiteDoc): readonly SiteDoc[] => rowsIn(changesFor(wanted, there), 'fields');

  test('keep rows of others, their order, and attributes that we do not name', () => {
    const there = site([
      { name: 'r2', idx: 1, fieldname: 'b', options: 'changed', bold: 1 },
      { name: 'r9', idx: 2, fieldname: 'theirs', reqd: 1 },
      { name: 'r1', idx: 3, fieldname: 'a', reqd: 0 },
    ]);
    expect(sent(ours, there)).toEqual([
      { name: 'r2', fieldname: 'b', options: 'x', bold: 1 },
      { name: 'r9', fieldname: 'theirs', reqd: 1 },
      { name: 'r1', fieldname: 'a', reqd: 1 },
    ]);
  });
  test('put a missing row behind the one that it follows with us', () => {
    const newer = part([{ fieldname: 'a' }, { fieldname: 'new' }, { fieldname: 'b' }]);
    const there = site([{ fieldname: 'a' }, { fieldname: 'theirs' }, { fieldname: 'b' }]);
    expect(sent(newer, there).map((row) => row['fieldname'])).toEqual(['a', 'new', 'theirs', 'b']);
  });
  test('leave no difference once they are made', () => {
    const there = site([{ fieldname: 'b', options: 'other' }], { title_field: 'zzz' });
    expect(differences(ours, { ...there, ...changesFor(ours, there) }, undefined)).toEqual([]);
  });
});
