import { expect, test } from '@jest/globals';
import { JOBS } from '@biolistener/queue';
import { HANDLERS } from './handlers.ts';

test('every kind of job has exactly one handler', () => {
  expect(Object.keys(HANDLERS).sort()).toEqual(Object.keys(JOBS).sort());
});
