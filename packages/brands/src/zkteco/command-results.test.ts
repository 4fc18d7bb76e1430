import { expect, test } from '@jest/globals';
import { verdictOf } from './command-results.ts';

test.each([
  ['DATA DELETE USERINFO', 'done'],
  ['DATA DEL_USER', 'done'],
  ['DATA DELETE FINGERTMP', 'done'],
  ['DATA UPDATE FINGERTMP', 'failed-for-now'], // the user comes first
  ['DATA', 'failed-for-now'], // only the echo is known, so it goes again, and is known then
])('nobody there, said to %s, is %s', (word, verdict) => {
  expect(verdictOf('-10', word)).toBe(verdict);
});

test('a failed read or write of a delete is tried again', () => {
  expect(verdictOf('-3', 'DATA DELETE USERINFO')).toBe('failed-for-now');
});
