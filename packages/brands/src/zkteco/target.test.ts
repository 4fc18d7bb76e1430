import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parameterOf, parametersOf, readTarget } from './target.ts';

const NAMES = ['SN', 'table', 'Stamp', 'OpStamp', 'INFO', 'pushver', 'x'];
const VALUES = ['A1', '', 'a b', 'a%20b', '%', '%zz', 'Zürich', '2026-03-09T14:05:30'];
const parameters = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES)), { maxLength: 6 });
const endpoints = fc.constantFrom('cdata', 'getrequest', 'devicecmd', 'ping', 'nothing');
const queryOf = (list: readonly (readonly [string, string])[], spell: (name: string) => string): string =>
  list.map(([name, value]) => `${spell(name)}=${value}`).join('&');

test('a target in its usual spelling reads as the same in any other', () => {
  fc.assert(
    fc.property(endpoints, parameters, (endpoint, list) => {
      const usual = readTarget(`/iclock/${endpoint}?${queryOf(list, (name) => name)}`);
      const others = [
        `/iclock/${endpoint.toUpperCase()}?${queryOf(list, (name) => name.toUpperCase())}`,
        `//iclock//${endpoint}.aspx?${queryOf(list, (name) => name.toLowerCase())}`,
        `http://host/iclock/${endpoint}/?${queryOf(list, (name) => name.replace('S', '%53'))}`,
      ].map(readTarget);
      for (const other of others) {
        expect(other.endpoint).toBe(usual.endpoint);
        expect(other.parameters).toEqual(usual.parameters);
      }
    }),
  );
});

test('the path is kept as sent, from its last /iclock/ on', () => {
  expect(readTarget('/iclock/cdata?SN=1').path).toBe('/iclock/cdata');
  expect(readTarget('/x/iclock/iclock/CDATA?SN=1').path).toBe('/iclock/CDATA');
  expect(readTarget('/iclock/').endpoint).toBe('');
});

test('values are decoded where something is escaped, and only there', () => {
  const target = readTarget('/iclock/cdata?SN=a%20b&SN=c+d&table=%41TTLOG');
  expect(parametersOf(target, 'sn')).toEqual(['a b', 'c+d']);
  expect(parameterOf(target, 'table')).toBe('ATTLOG');
  expect(parameterOf(readTarget('/iclock/cdata?SN=c+d'), 'sn')).toBe('c+d');
});
