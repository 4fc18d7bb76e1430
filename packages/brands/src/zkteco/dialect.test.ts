import { expect, test } from '@jest/globals';
import type { JsonObject } from '@biolistener/core';
import { decodeOf, exchangeOf, inputOf, SERIAL, terminalOf } from './test-kit.ts';

// protocols/zkteco-push.md §2.11

const get = (query: string) => inputOf('GET', `/iclock/cdata?SN=${SERIAL}&${query}`);
const post = (query: string, body = '') => inputOf('POST', `/iclock/cdata?SN=${SERIAL}&${query}`, body);

const after = (input: ReturnType<typeof get>, profile: JsonObject, options: JsonObject = {}): unknown => {
  const known = decodeOf(input, terminalOf({ profile, options })).facts.profile?.['dialect'];
  return known ?? profile['dialect'];
};

test.each([
  ['nothing known, a handshake', get('options=all&pushver=2.4.1'), {}, 'ATT'],
  ['version 3 alone decides nothing', get('options=all&pushver=3.1.2'), {}, 'ATT'],
  ['access mode by its own word', get('options=all&pushver=3.1.2&DeviceType=acc'), { dialect: 'ATT' }, 'SEC'],
  ['access mode by what it asks', inputOf('POST', `/iclock/registry?SN=${SERIAL}`), { dialect: 'ATT' }, 'SEC'],
  [
    'access mode by what it sends',
    post('table=rtlog', 'time=2026-03-09 11:30:00\tevent=0\n'),
    { dialect: 'ATT' },
    'SEC',
  ],
  ['access mode stays in a poll', inputOf('GET', `/iclock/getrequest?SN=${SERIAL}`), { dialect: 'SEC' }, 'SEC'],
  ['and in a handshake that says no mode', get('options=all&pushver=3.1.2'), { dialect: 'SEC' }, 'SEC'],
  ['and in an upload that both modes have', post('table=options', 'LockCount=1'), { dialect: 'SEC' }, 'SEC'],
  [
    'it ends with attendance mode by its own word',
    get('options=all&pushver=3.1.2&DeviceType=att'),
    { dialect: 'SEC' },
    'ATT',
  ],
  ['or with an older version', get('options=all&pushver=2.2.14'), { dialect: 'SEC' }, 'ATT'],
  [
    'or with punches of attendance mode',
    post('table=ATTLOG&Stamp=9999', '1\t2026-03-09 08:00:05\n'),
    { dialect: 'SEC' },
    'ATT',
  ],
  ['stamps as dates are TFT', post('table=ATTLOG&Stamp=2026-03-09T08:00:05', ''), { dialect: 'ATT' }, 'TFT'],
  ['old stamps of somebody who told no version are P1', post('OpStamp=1', ''), {}, 'P1'],
  ['a version ends P1', get('options=all&pushver=2.4.1'), { dialect: 'P1' }, 'ATT'],
] as const)('%s', (_, input, profile, dialect) => expect(after(input, profile)).toBe(dialect));

test('the settings win over everything', () => {
  expect(after(get('options=all&pushver=2.4.1'), { dialect: 'SEC' }, { dialect: 'SEC' })).toBe('SEC');
});

test('a terminal whose mode was switched is configured as what it is now', () => {
  const terminal = terminalOf({ profile: { dialect: 'SEC' } });
  expect(exchangeOf(get('options=all&pushver=2.2.14'), terminal).body).toContain('\nATTLOGStamp=0\n');
});

test('a switch is told in the history of the terminal, what is learnt first is not', () => {
  const told = (profile: JsonObject): readonly unknown[] =>
    decodeOf(get('options=all&pushver=3.1.2&DeviceType=acc'), terminalOf({ profile })).events;
  expect(told({ dialect: 'ATT' })).toMatchObject([
    { kind: 'operation', operation: { source: 'terminal', code: 'dialect', details: { from: 'ATT', to: 'SEC' } } },
  ]);
  expect(told({})).toEqual([]);
  expect(told({ dialect: 'SEC' })).toEqual([]);
});
