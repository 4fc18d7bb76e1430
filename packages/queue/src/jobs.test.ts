import { asPunchId } from '@biolistener/core';
import { describe, expect, test } from '@jest/globals';
import { backoffMs, DELIVERY_BACKOFF, JOBS } from './jobs.ts';

const punchId = asPunchId('0123456789abcdef0123456789abcdef');

test('a job id comes from target and punch, and holds no colon', () => {
  const id = JOBS.deliver.idOf({ targetId: 'a1b2', punchId });
  expect(id).toBe(`a1b2.${punchId}`);
  expect(id).not.toContain(':');
});

test('a payload of somebody else is refused', () => {
  expect(JOBS.deliver.read({ targetId: 'a', punchId })).toEqual({ targetId: 'a', punchId });
  for (const odd of [undefined, 'x', {}, { targetId: 'a', punchId: '../etc' }, { targetId: 1, punchId }])
    expect(() => JOBS.deliver.read(odd)).toThrow('without a target');
});

test('a converge job is of a subject and its version, whatever the subject holds', () => {
  const id = JOBS.converge.idOf({ subject: 'cell:S:N|12', version: 7 });
  expect(id).not.toContain(':');
  expect(id).not.toBe(JOBS.converge.idOf({ subject: 'cell:S:N|12', version: 8 }));
  expect(JOBS.converge.read({ subject: 'pin:7', version: 7 })).toEqual({ subject: 'pin:7', version: 7 });
  for (const odd of [undefined, {}, { subject: 'pin:7' }, { subject: '', version: 1 }, { subject: 'x', version: '1' }])
    expect(() => JOBS.converge.read(odd)).toThrow('without a subject');
});

describe('the back-off', () => {
  test('doubles its ceiling to a minute, has no last try and never overflows', () => {
    const ceilings = [1, 2, 3, 7, 100, 5000].map((tries) => backoffMs(DELIVERY_BACKOFF, tries, () => 1));
    expect(ceilings).toEqual([1000, 2000, 4000, 60_000, 60_000, 60_000]);
  });
  test('spreads evenly, but never to nothing', () => {
    expect(backoffMs(DELIVERY_BACKOFF, 4, () => 0.5)).toBe(4000);
    expect(backoffMs(DELIVERY_BACKOFF, 4, () => 0)).toBe(250);
  });
});
