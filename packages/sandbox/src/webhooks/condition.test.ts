import { describe, expect, test } from '@jest/globals';
import { field, type Meta } from '../meta.ts';
import { holds } from './condition.ts';

const meta: Meta = {
  name: 'Door',
  app: 'frappe',
  module: 'Core',
  autoname: 'hash',
  fields: [field('status', 'Data'), field('size', 'Int'), field('blank', 'Data')],
  permissions: [],
};
const doc = { name: 'D1', status: 'Open', size: 5, blank: null };

describe('a condition', () => {
  test.each([
    ['', true],
    ['doc.status == "Open"', true],
    ["doc.status != 'Open'", false],
    ['doc.get("status") == "Open" and doc.size >= 5', true],
    ['doc["size"] < 5 or doc.size > 5', false],
    ['not doc.blank', true],
    ['not (doc.blank or doc.size == 0)', true],
    ['doc.status in ("Open", "Ajar")', true],
    ['doc.status not in ["Shut"]', true],
    ['doc.blank is_none', undefined],
    ['doc.blank == None and True', true],
    ['doc.size <= 4.5', false],
    ['"pe" in doc.status', true],
  ] as const)('%s', (condition, expected) => {
    if (expected === undefined) expect(() => holds(condition, meta, doc)).toThrow(/does not understand/);
    else expect(holds(condition, meta, doc)).toBe(expected);
  });

  test.each([
    ['doc.nope == 1', 'AttributeError'],
    ['doc.blank > 1', 'TypeError'],
    ['doc.size in 5', 'TypeError'],
    ['frappe.db.delete("User")', 'SyntaxError'],
    ['doc.size == 5 )', 'SyntaxError'],
    ['doc.size ==', 'SyntaxError'],
    ['doc.status == "open', 'SyntaxError'],
  ])('%s raises %s', (condition, type) => {
    expect(() => holds(condition, meta, doc)).toThrow(expect.objectContaining({ name: type }));
  });
});
