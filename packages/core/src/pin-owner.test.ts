import { describe, expect, test } from '@jest/globals';
import { judgeOwner, pinKey, punchStretch, type Moment, type PinPeriod, type SitePeriod } from './pin-owner.ts';
import type { PunchFlag } from './punch.ts';
import { toInstant, type LocalDate, type LocalTime } from './time.ts';

const ZONE = 'Asia/Dubai';
const at = (time: string): number => toInstant(`2026-${time}:00` as LocalTime, ZONE).instant;
const day = (text: string): LocalDate => `2026-${text}` as LocalDate;
const between = (notBefore: string, notAfter: string): Moment => ({ notBefore: at(notBefore), notAfter: at(notAfter) });
const site = (employee: string, over: Partial<SitePeriod> = {}): SitePeriod => ({
  kind: 'site',
  idValue: '7',
  employee,
  from: undefined,
  until: undefined,
  leftOn: undefined,
  ...over,
});
const person = (employee: string, from?: string, to?: string, endedAt?: string): PinPeriod => ({
  kind: 'person',
  idValue: '7',
  employee,
  personId: '1',
  validFrom: from === undefined ? undefined : day(from),
  validTo: to === undefined ? undefined : day(to),
  endedAt: endedAt === undefined ? undefined : at(endedAt),
});

/** The verdict for a punch at this minute, whose clock is right to the second. */
function whose(periods: readonly PinPeriod[], time: string, terminal = ZONE): string {
  const verdict = judgeOwner(periods, { from: at(time), to: at(time) }, { site: ZONE, terminal });
  if (verdict.kind === 'one') return verdict.employee;
  if (verdict.kind === 'left') return `${verdict.employee} left on ${verdict.leftOn}`;
  return verdict.kind === 'nobody' ? 'nobody' : `${verdict.kind}: ${verdict.employees.join(', ')}`;
}

describe('a PIN that went from A to B between nine and ten', () => {
  const moment = between('03-09 09:00', '03-09 10:00');
  const periods = [site('A', { until: moment }), site('B', { from: moment })];
  test.each([
    ['01-01 00:00', 'A'],
    ['03-09 08:59', 'A'],
    ['03-09 09:00', 'unsure: A, B'],
    ['03-09 09:59', 'unsure: A, B'],
    ['03-09 10:00', 'B'],
    ['12-31 00:00', 'B'],
  ])('was, on %s, of %s', (time, owner) => expect(whose(periods, time)).toBe(owner));

  test.each([
    [
      'nobody had it in between',
      [site('A', { until: moment }), site('B', { from: between('03-10 09:00', '03-10 10:00') })],
      'nobody',
    ],
    [
      'it came back to the same',
      [...periods, site('A', { from: between('03-09 11:00', '03-09 11:30') })],
      'conflict: B, A',
    ],
    ['it was taken from A and given to nobody', [site('A', { until: moment })], 'nobody'],
  ])('%s', (_, all, owner) => expect(whose(all, '03-09 12:00')).toBe(owner));
});

describe('the first known owner', () => {
  const since = between('03-09 09:00', '03-09 10:00');
  test('had it since ever', () => expect(whose([site('A', { from: since })], '01-01 00:00')).toBe('A'));
  test('is not the second', () =>
    expect(whose([site('A', { until: since }), site('B', { from: since })], '01-01 00:00')).toBe('A'));
  test('of two at once is nobody', () =>
    expect(whose([site('A', { from: since }), site('B', { from: since })], '01-01 00:00')).toBe('conflict: A, B'));
  test('is another spelling of the number too', () => {
    const periods = [
      site('A', { until: since }),
      site('B', { idValue: '007', from: between('03-10 09:00', '03-10 10:00') }),
    ];
    expect([whose(periods, '01-01 00:00'), whose(periods, '03-09 12:00')]).toEqual(['A', 'nobody']);
  });
  test('is the one that dates of the roster set aside', () => {
    const periods = [site('A', { until: since }), site('B', { from: since }), person('A', '02-01', '02-28')];
    expect([whose(periods, '01-01 00:00'), whose(periods, '02-15 00:00')]).toEqual(['nobody', 'A']);
  });
});

describe('who left', () => {
  const left = site('A', { leftOn: day('03-09') });
  test.each([
    ['03-09 23:59', 'A'],
    ['03-10 00:00', 'A left on 2026-03-09'],
  ])('had the PIN to the end of the last day: %s is %s', (time, owner) => expect(whose([left], time)).toBe(owner));
  test('and came back, had it not in between', () => {
    const back = [
      { ...left, until: between('06-01 08:00', '06-01 09:00') },
      site('A', { from: between('06-01 08:00', '06-01 09:00') }),
    ];
    expect(['04-01 12:00', '06-01 08:30', '06-02 12:00'].map((time) => whose(back, time))).toEqual([
      'A left on 2026-03-09',
      'unsure: A',
      'A',
    ]);
  });
  test('says nothing once the PIN is of another', () =>
    expect(
      whose(
        [
          { ...left, until: between('03-11 08:00', '03-11 09:00') },
          site('B', { from: between('03-11 08:00', '03-11 09:00') }),
        ],
        '03-12 08:00',
      ),
    ).toBe('B'));
  test('was taken away earlier than on the last day', () =>
    expect(whose([{ ...left, until: between('03-01 08:00', '03-01 09:00') }], '03-05 08:00')).toBe('nobody'));
  test('for ever is a last day too', () =>
    expect(whose([site('A', { leftOn: '9999-12-31' as LocalDate })], '03-05 08:00')).toBe('A'));
});

describe('two with one PIN', () => {
  const later = between('03-01 08:00', '03-01 08:00');
  const twice = [site('A'), site('B', { from: later })];
  test('conflict while both have it, and only then', () =>
    expect(['02-01 08:00', '03-02 08:00'].map((time) => whose(twice, time))).toEqual(['A', 'conflict: A, B']));
  test.each([
    ['A', [site('A'), site('B', { from: later, until: between('03-05 08:00', '03-05 08:01') })]],
    ['B', [site('A', { until: between('03-05 08:00', '03-05 08:01') }), site('B', { from: later })]],
  ])('are settled by leaving it with %s, also for the time in which both had it', (owner, periods) =>
    expect(whose(periods, '03-02 08:00')).toBe(owner),
  );
  test('of the past, with a third by now, are settled by dates only', () => {
    const end = between('03-05 08:00', '03-05 08:01');
    const past = [site('A', { until: end }), site('B', { from: later, until: end }), site('C', { from: end })];
    expect(whose(past, '03-02 08:00')).toBe('conflict: A, B');
    expect(whose([...past, person('B', '03-01', '03-04')], '03-02 08:00')).toBe('B');
  });
});

describe('dates of a person in the roster', () => {
  test.each([
    ['win over the site', [site('A'), person('B', '03-01', '03-31')], '03-31 23:59', 'B'],
    ['leave the rest to it', [site('A'), person('B', '03-01', '03-31')], '04-01 00:00', 'A'],
    ['bind the employee whom they name', [site('A'), person('A', undefined, '03-31')], '04-01 00:00', 'nobody'],
    ['may lack their end', [site('A'), person('B', '03-01')], '12-31 00:00', 'B'],
    ['end with the person', [site('A'), person('B', '03-01', undefined, '03-05 12:00')], '03-05 12:00', 'A'],
    [
      'conflict with each other',
      [person('A', '03-01', '03-31'), person('B', '03-31')],
      '03-31 12:00',
      'conflict: A, B',
    ],
    ['follow each other', [person('A', '03-01', '03-30'), person('B', '03-31')], '03-31 00:00', 'B'],
  ])('%s', (_, periods, time, owner) => expect(whose(periods, time)).toBe(owner));

  test('are days of the terminal, not of the site', () => {
    const periods = [person('A', undefined, '03-09'), person('B', '03-10')];
    expect([whose(periods, '03-10 00:30', 'Europe/Berlin'), whose(periods, '03-10 00:30')]).toEqual(['A', 'B']);
  });
});

describe('when a punch was made', () => {
  const NOW = at('03-09 12:00');
  const of = (flags: PunchFlag[], driftSeconds: number | undefined, receivedAt = NOW): number[] => {
    const { from, to } = punchStretch({ instant: NOW, flags }, { driftSeconds, receivedAt });
    return [(from - NOW) / 1000, (to - NOW) / 1000];
  };
  test.each([
    ['a clock that is right', [], 0, [-5, 5]],
    ['a clock that is behind', [], -90, [-95, 95]],
    ['a clock that is ahead', [], 90, [-95, 95]],
    ['a clock that nobody measured', [], undefined, [-60, 60]],
    ['the hour that happened twice', ['time-ambiguous'], 0, [-5, 3605]],
    ['the hour that never was', ['time-skipped'], 0, [-3605, 3605]],
    ['a clock that cannot be right', ['clock-implausible'], 0, [-Infinity, Infinity]],
  ] as const)('%s', (_, flags, drift, expected) => expect(of([...flags], drift)).toEqual(expected));
  test('it cannot have been made after it arrived', () =>
    expect(of(['clock-ahead'], 0, NOW - 600_000)).toEqual([-605, 5]));
});

test('an implausible clock matters to a PIN of several only', () => {
  const never = punchStretch({ instant: 0, flags: ['clock-implausible'] }, { driftSeconds: 0, receivedAt: 0 });
  const judge = (...periods: PinPeriod[]) => judgeOwner(periods, never, { site: ZONE, terminal: ZONE }).kind;
  const end = between('03-09 09:00', '03-09 10:00');
  expect([
    judge(site('A')),
    judge(site('A', { until: end })),
    judge(site('A', { until: end }), site('B', { from: end })),
  ]).toEqual(['one', 'unsure', 'unsure']);
});

test.each([
  ['007', 'number', '7'],
  ['000', 'number', '0'],
  ['0A7', 'number', '0A7'],
  ['007', 'text', '007'],
] as const)('%s as %s is %s', (pin, form, key) => expect(pinKey(pin, form)).toBe(key));
