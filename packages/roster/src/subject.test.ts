import { expect, test } from '@jest/globals';
import { asSerialNumber } from '@biolistener/core';
import { cellSubject, personSubject, readSubject, terminalSubject } from './subject.ts';

test('subjects are read as they were written, whatever a serial number or PIN holds', () => {
  const odd = asSerialNumber('S|N:1');
  expect(readSubject(cellSubject(odd, '12'))).toEqual({ kind: 'cell', serialNumber: odd, personId: '12' });
  expect(readSubject(terminalSubject(odd))).toEqual({ kind: 'terminal', serialNumber: odd });
  expect(readSubject(personSubject('12'))).toEqual({ kind: 'person', personId: '12' });
  expect(readSubject('pin:0:7|x')).toEqual({ kind: 'pin', pin: '0:7|x' });
});

test.each(['', 'person:', 'person:x', 'pin:', 'cell:SN', 'cell:|3', 'shift:1', 'terminal:'])('%j is none', (text) => {
  expect(() => readSubject(text)).toThrow('not a subject');
});
