import { expect, test } from '@jest/globals';
import { inChunks } from './site.ts';

test.each([
  ['none', [], []],
  ['few', ['a', 'b'], [['a', 'b']]],
  ['more than fit', ['aaaaaaaa', 'bbbbbbbb', 'c'], [['aaaaaaaa'], ['bbbbbbbb', 'c']]],
  ['one that is too long by itself', ['a', 'x'.repeat(50), 'b'], [['a'], ['x'.repeat(50)], ['b']]],
  ['signs that become longer in an address', ['äö', 'äö'], [['äö'], ['äö']]],
])('%s: the names of one request fit into its address', (_, values, chunks) => {
  expect(inChunks(values, 30)).toEqual(chunks);
});
