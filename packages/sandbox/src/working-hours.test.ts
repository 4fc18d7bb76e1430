import { describe, expect, test } from '@jest/globals';
import { formatDateTime, microsOf } from './site-time.ts';
import { workingHoursOf, type HoursRule } from './working-hours.ts';

const RULES: Readonly<Record<string, HoursRule>> = {
  'ALT FL': { isStrict: false, isEveryPair: false },
  'ALT EV': { isStrict: false, isEveryPair: true },
  'STR FL': { isStrict: true, isEveryPair: false },
  'STR EV': { isStrict: true, isEveryPair: true },
};

/** `IN 9:00 OUT 12:00`, or bare times for untyped punches. */
function punches(text: string) {
  return [...text.matchAll(/(?:(IN|OUT) )?(\d+:\d+)/g)].map(([, logType = '', time = '']) => ({
    logType,
    time: microsOf(`2026-03-09 ${time.padStart(5, '0')}:00`),
  }));
}

function shown(text: string, rule: HoursRule): string {
  const { hours, inTime, outTime } = workingHoursOf(punches(text), rule);
  const clock = (time: number | undefined): string =>
    time === undefined ? '-' : formatDateTime(time).slice(11, 16).replace(/^0/, '');
  return `${hours} ${clock(inTime)} ${clock(outTime)}`;
}

// erpnext-contract.md §3.9: hours, in, out for each of the four rules, in the order of RULES
const TABLE: readonly (readonly [string, readonly string[]])[] = [
  [
    'IN 9:00 OUT 12:00 IN 13:00 OUT 17:40',
    ['8.67 9:00 17:40', '7.67 9:00 17:40', '8.67 9:00 17:40', '7.67 9:00 17:40'],
  ],
  ['IN 9:00 OUT 12:00 IN 13:00', ['4 9:00 13:00', '3 9:00 13:00', '3 9:00 12:00', '3 9:00 12:00']],
  ['IN 9:00', ['0 9:00 -', '0 9:00 -', '0 9:00 -', '0 - -']],
  ['OUT 18:00', ['0 18:00 -', '0 18:00 -', '0 - 18:00', '0 - -']],
  [
    'IN 9:00 IN 9:05 OUT 12:00 OUT 12:05 IN 13:00 OUT 18:00',
    ['9 9:00 18:00', '5.16 9:00 18:00', '9 9:00 18:00', '8 9:00 18:00'],
  ],
  ['OUT 8:00 IN 9:00 OUT 18:00', ['10 8:00 18:00', '1 8:00 18:00', '9 9:00 18:00', '9 9:00 18:00']],
  ['IN 9:00 OUT 18:00 IN 18:10', ['9.17 9:00 18:10', '9 9:00 18:10', '9 9:00 18:00', '9 9:00 18:00']],
  ['OUT 9:00 IN 18:00', ['9 9:00 18:00', '9 9:00 18:00', '-9 18:00 9:00', '0 - -']],
  ['9:00 12:00 13:00 17:40', ['8.67 9:00 17:40', '7.67 9:00 17:40', '0 - -', '0 - -']],
];

describe('working hours follow the table of the contract', () => {
  for (const [text, expected] of TABLE) {
    Object.entries(RULES).forEach(([name, rule], index) => {
      test(`${text} by ${name}`, () => expect(shown(text, rule)).toBe(expected[index]));
    });
  }
});

test('nobody who did not punch has worked', () => {
  for (const rule of Object.values(RULES)) expect(workingHoursOf([], rule).hours).toBe(0);
});
