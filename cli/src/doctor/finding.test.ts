import { expect, test } from '@jest/globals';
import { doctorText } from '../actions/doctor.ts';
import { lookAtHealth } from './ports.ts';
import { at, lookAt, worstOf } from './finding.ts';

test('a hop that throws is a finding, not the end of the report', async () => {
  const findings = await lookAt('Redis', () => Promise.reject(new Error('no such thing')));
  expect(findings).toEqual([{ hop: 'Redis', state: 'bad', message: 'no such thing' }]);
});

test('the worst finding decides, and what was not looked at does not count', () => {
  const hop = at('x');
  expect(worstOf([hop.ok(''), hop.skipped('')])).toBe('ok');
  expect(worstOf([hop.ok(''), hop.warn('')])).toBe('warn');
  expect(worstOf([hop.warn(''), hop.bad(''), hop.ok('')])).toBe('bad');
});

test('the report puts what to do under what is wrong, on lines that nobody can forge', () => {
  const text = doctorText([at('store').ok('opens'), at('terminals').warn('silent: a\n\u001b[2Jok', 'Look.')], 'warn');
  expect(text).toBe(
    [
      'ok    store      opens',
      'note  terminals  silent: a\\u000a\\u001b[2Jok',
      '                 → Look.',
      '',
      'The way from the port to the check-in works; the notes are worth a look.',
    ].join('\n'),
  );
});

test('what the services say of themselves is passed on, part by part', () => {
  const parts = [
    { part: 'worker', state: 'waiting', message: 'the site is in maintenance' },
    { part: 'nginx', state: 'failed', message: 'gone' },
  ] as const;
  expect(lookAtHealth({ kind: 'answered', status: 'failed', parts }).map((one) => one.state)).toEqual([
    'ok',
    'warn',
    'bad',
  ]);
});
