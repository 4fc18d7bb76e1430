import { expect, test } from '@jest/globals';
import { sameText } from './document.ts';

test.each([
  [undefined, null],
  [null, 0],
  [0, ''],
  ['0', false],
  [1, '1'],
  [1, true],
  [30, '30'],
  ['a\r\nb\n', 'a\nb'],
  ['{"b": 1,\n "a": [1, 2]}', '{"a":[1,2],"b":1}'],
])('%p and %p mean the same on a site', (a, b) => {
  expect(sameText(a)).toBe(sameText(b));
});

test.each([
  ['0105', '105'],
  ['[1, 2]', '[2, 1]'],
  ['{{ doc.a }}', '{{ doc.b }}'],
  ['', '1'],
])('%p and %p do not', (a, b) => {
  expect(sameText(a)).not.toBe(sameText(b));
});
