import { expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import { zkteco } from './index.ts';
import { inputOf, NOW, SERIAL, terminalOf } from './test-kit.ts';

/** The profile facts of results, when `words` were sent under the ids 1, 2 … */
function learnt(body: string, words: readonly string[], profile: JsonObject = {}) {
  const input = inputOf('POST', `/iclock/devicecmd?SN=${SERIAL}`, body);
  const wordOf = (id: string): string | undefined => words[Number(id) - 1];
  const decoded = zkteco.decode(input, { now: NOW, terminal: terminalOf({ profile }), wordOf });
  return { unsupported: decoded.facts.profile?.['unsupported'], events: decoded.events };
}

test.each([
  ['-1002', 'AC_UNLOCK', ['AC_UNLOCK']],
  ['-22', 'ENROLL_BIO', ['ENROLL_BIO']],
  ['-13', 'DATA QUERY USERINFO', ['DATA QUERY USERINFO']],
  ['-1004', 'DATA QUERY FINGERTMP', ['DATA QUERY FINGERTMP']],
  ['-1004', 'DATA UPDATE BIODATA', undefined], // this record does not fit; another may
  ['-1002', 'DATA UPDATE USERINFO', undefined], // one odd name must not end all writing
  ['-1004', 'GET OPTION FROM', undefined],
  ['-30', 'DATA UPDATE BIODATA', undefined],
  ['0', 'AC_UNLOCK', undefined],
])('%s to %s teaches %j', (code, word, expected) => {
  expect(learnt(`ID=1&Return=${code}&CMD=DATA\n`, [word]).unsupported).toEqual(expected);
});

test('several results in one body teach several words, each once, beside those that were known', () => {
  const body = 'ID=1&Return=-1002&CMD=X\nID=2&Return=-1002&CMD=X\nID=3&Return=-1002&CMD=X\n';
  const { unsupported } = learnt(body, ['AC_UNLOCK', 'ENROLL_MF', 'AC_UNLOCK'], { unsupported: ['INFO'] });
  expect(unsupported).toEqual(['INFO', 'AC_UNLOCK', 'ENROLL_MF']);
});

test('a result of a command that nobody remembers teaches nothing', () => {
  expect(learnt('ID=9&Return=-1002&CMD=AC_UNLOCK\n', []).unsupported).toBeUndefined();
});

test('what was sent decides how a code is read, not what the terminal echoes', () => {
  const { events } = learnt('ID=1&Return=4&CMD=DATA\n', ['ENROLL_FP']);
  expect(events).toMatchObject([
    { result: { id: '1', verdict: 'failed-for-good', info: { note: expect.stringContaining('poor quality') } } },
  ]);
});

test('new firmware may have what the old one lacked', () => {
  const before = { options: { FWVersion: 'Ver 1' }, unsupported: ['AC_UNLOCK'] };
  const post = (version: string) =>
    learnt(`ID=1&Return=0&CMD=INFO\nFWVersion=${version}\n`, ['INFO'], before).unsupported;
  expect(post('Ver 2')).toBeNull();
  expect(post('Ver 1')).toBeUndefined();
});
