import { expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';
import { COMMAND_KINDS } from '@biolistener/core';
import { brandsTable, brandText, brandView } from './brands.ts';

test('every brand is a line, and tells of every kind of command whether it can be asked', () => {
  const views = brands.map(brandView);
  expect(brandsTable(views).split('\n')).toHaveLength(brands.length + 1);
  for (const { commands, cannot } of views) expect([...commands, ...cannot].sort()).toEqual([...COMMAND_KINDS].sort());
});

test('one brand is shown with what to type into its terminals', () => {
  for (const brand of brands) {
    const text = brandText(brandView(brand));
    for (const line of brand.keypad) expect(text).toContain(line);
  }
});

test('what a family of a brand cannot be asked is told beside it', () => {
  const zkteco = brands.filter(({ name }) => name === 'zkteco').map(brandView);
  expect(brandsTable(zkteco)).toMatch(/all can be asked \(access control: .*logs\.clear.*\)/);
  expect(zkteco.map(brandText).join()).toMatch(/cannot, access control: +.*logs\.clear/);
});
