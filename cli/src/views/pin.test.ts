import { expect, test } from '@jest/globals';
import type { LocalDate, PinPeriod } from '@biolistener/core';
import { pinHistoryText } from './pin.ts';

const at = (iso: string) => ({ notBefore: Date.parse(iso) - 60_000, notAfter: Date.parse(iso) });
const site = { kind: 'site', idValue: '17', leftOn: undefined } as const;

test('shows who had a PIN, from when to when, and how that is known', () => {
  const periods: PinPeriod[] = [
    { ...site, employee: 'HR-EMP-00001', from: undefined, until: at('2026-03-01T10:00:00Z') },
    { ...site, employee: 'HR-EMP-00002', from: at('2026-03-01T10:00:00Z'), until: undefined },
    { ...site, employee: 'HR-EMP-00003', from: undefined, until: undefined, leftOn: '2025-12-31' as LocalDate },
    {
      kind: 'person',
      idValue: '17',
      personId: '4',
      employee: 'HR-EMP-00004',
      validFrom: '2026-05-01' as LocalDate,
      validTo: undefined,
      endedAt: undefined,
    },
  ];
  const lines = pinHistoryText('17', 'attendance_device_id', periods)
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(lines.slice(1)).toEqual([
    ['HR-EMP-00001', 'ever', '2026-03-01 10:00:00Z', 'ERPNext'],
    ['HR-EMP-00002', '2026-03-01 10:00:00Z', 'now', 'ERPNext'],
    ['HR-EMP-00003', 'ever', '2025-12-31 (left)', 'ERPNext'],
    ['HR-EMP-00004', '2026-05-01', 'now', 'dates of the person'],
  ]);
});

test('says what to do when nobody had it', () => {
  expect(pinHistoryText('99', 'attendance_device_id', [])).toMatch(/Nobody .*"99".*attendance_device_id/);
});
