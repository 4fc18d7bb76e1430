import { expect, test } from '@jest/globals';
import { asPin, digestOf } from '@biolistener/core';
import { certificateText, eraseCertificate, isIntact } from './erase-certificate.ts';

const [a, b] = [digestOf('a'), digestOf('b')];
const certificate = eraseCertificate(
  { templates: 3, photos: 1, passwords: 1, historyRows: 2, digests: [b, a] },
  { pin: asPin('0042'), id: '7', employee: 'HR-EMP-00042' },
  'cli:asha',
  { at: Date.UTC(2026, 2, 9, 8, 35, 30), keyIds: ['ab12cd34'], terminals: ['TEST0000002'] },
);

test('a certificate says what, when, by whom, and how it can be proven', () => {
  expect(certificate).toMatchObject({
    erasedAt: '2026-03-09T08:35:30.000Z',
    erasedBy: 'cli:asha',
    person: { pin: '0042', id: '7', employee: 'HR-EMP-00042' },
    erased: { templates: 3, photos: 1, passwords: 1, historyRows: 2 },
    digests: [a, b].toSorted(),
    keyIds: ['ab12cd34'],
    stillAt: ['TEST0000002'],
  });
});

test('its text holds the same, for people', () => {
  const text = certificateText(certificate);
  for (const part of ['2026-03-09T08:35:30.000Z', 'cli:asha', '0042', 'HR-EMP-00042', a, b, 'ab12cd34', 'TEST0000002'])
    expect(text).toContain(part);
  expect(text).toContain(certificate.seal);
});

test('a word that was changed shows, also after a trip through JSON', () => {
  const read = JSON.parse(JSON.stringify(certificate)) as typeof certificate;
  expect(isIntact(read)).toBe(true);
  expect(isIntact({ ...read, erasedBy: 'cli:other' })).toBe(false);
});

test('where nothing is left and nothing was there it says so', () => {
  const none = { templates: 0, photos: 0, passwords: 0, historyRows: 0, digests: [] };
  const text = certificateText(eraseCertificate(none, { pin: asPin('1') }, 'system', { at: 0, keyIds: ['x'] }));
  expect(text).toContain('No terminal is known to hold a copy.');
  expect(text).toContain('  none');
});
