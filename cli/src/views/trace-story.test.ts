import { describe, expect, test } from '@jest/globals';
import { asPin, asPunchId, asSerialNumber, type LocalTime } from '@biolistener/core';
import type { StoredPunch, Target, TracedDelivery } from '@biolistener/store';
import { nowOf, stepsOf, storyText } from './trace-story.ts';

const PUNCHED = Date.parse('2026-03-09T03:05:30Z');

const punch: StoredPunch = {
  id: asPunchId('0f03dd17219a9239dfef67d43b758397'),
  serialNumber: asSerialNumber('FRONT00001'),
  brand: 'zkteco',
  pin: asPin('17'),
  wallTime: '2026-03-09 08:35:30' as LocalTime,
  zone: 'Asia/Kolkata',
  instant: PUNCHED,
  certainty: 'exact',
  state: 0,
  verifyMode: '1',
  workCode: undefined,
  claimedDirection: 'IN',
  flags: [],
  extra: {},
  raw: Buffer.from('17'),
  seq: 1,
  correlationId: 'c0ffee-1',
  remoteAddress: '192.0.2.17',
  operation: 'cdata/ATTLOG',
  receivedAt: PUNCHED + 1200,
  storedAt: PUNCHED + 1204,
  resends: 0,
};
const target: Target = {
  id: 't',
  kind: 'erpnext',
  url: 'https://erp.example.com/',
  label: '',
  capabilities: {},
  isActive: true,
};
const waiting: TracedDelivery = {
  targetId: 't',
  punchId: punch.id,
  state: 'waiting',
  reason: undefined,
  detail: undefined,
  employee: undefined,
  logType: undefined,
  logTypeSource: undefined,
  checkin: undefined,
  attempts: 0,
  createdAt: PUNCHED + 1300,
  queuedAt: undefined,
  nextAt: 0,
  doneAt: undefined,
  trail: [],
};
const attempt = { at: PUNCHED + 1400, ms: 80, outcome: 'transient', status: 502, detail: 'bad gateway' } as const;
const done: TracedDelivery = {
  ...waiting,
  state: 'done',
  employee: 'HR-EMP-00017',
  logType: 'IN',
  logTypeSource: 'state 0',
  checkin: 'EMP/CKIN 1',
  attempts: 2,
  queuedAt: PUNCHED + 2400,
  doneAt: PUNCHED + 2500,
  trail: [attempt, { ...attempt, at: PUNCHED + 2500, outcome: 'created', status: 200, detail: '' }],
};

const story = (
  of: StoredPunch,
  delivery: TracedDelivery | undefined,
  at: number,
  obstacles: readonly string[] = [],
): string =>
  storyText(
    {
      punch: of,
      terminal: undefined,
      target,
      delivery,
      steps: stepsOf(of, delivery, target),
      now: nowOf(delivery, target, at, delivery?.state === 'parked' ? 'Mend it.' : undefined, obstacles),
    },
    at,
  );

describe('the story of a punch', () => {
  test('goes on in the order of time, with the time after each step before', () => {
    const steps = stepsOf(punch, done, target);
    expect(steps.map((step) => [step.what, step.afterMs])).toEqual([
      ['punched', undefined],
      ['received', 1200],
      ['stored', 4],
      ['handed-out', 96],
      ['decided', undefined],
      ['attempt', 100],
      ['queued', 1000],
      ['attempt', 100],
    ]);
  });

  test('of a delivered one ends with its check-in, a link that opens, and the time in all', () => {
    const text = story(punch, done, PUNCHED + 9000);
    expect(text).toContain('ERPNext has it as Employee Checkin EMP/CKIN 1.');
    expect(text).toContain('https://erp.example.com/app/employee-checkin/EMP%2FCKIN%201');
    expect(text).toContain("From the terminal's request to ERPNext: 1.3 s");
  });

  test('of a parked one says why and what to do', () => {
    const parked: TracedDelivery = {
      ...waiting,
      state: 'parked',
      reason: 'unknown-pin',
      detail: 'no employee has PIN 17',
    };
    expect(story(punch, parked, PUNCHED + 61_300)).toContain(
      'It is parked: no employee has this PIN (no employee has PIN 17). For 60 s.\n\nWhat to do\n  Mend it.',
    );
  });

  test('of a waiting one says for what, when the next try comes, and what is in the way', () => {
    const again: TracedDelivery = {
      ...waiting,
      attempts: 3,
      detail: 'bad gateway',
      nextAt: PUNCHED + 30_000,
      trail: [attempt],
    };
    const text = story(punch, again, PUNCHED + 10_000, ['ERPNext is down']);
    expect(text).toContain('It waits after 3 tries, the next try comes in 20 s: bad gateway.');
    expect(text).toContain('  ERPNext is down');
  });

  test('of one that was not handed out asks whether a worker runs', () => {
    expect(story(punch, undefined, PUNCHED)).toContain('is one running?');
  });

  test('tells resends, nights when the clocks change, and a clock that is ahead', () => {
    const odd = { ...punch, resends: 2, certainty: 'ambiguous', receivedAt: PUNCHED - 120_000 } as const;
    const text = story(odd, undefined, PUNCHED);
    expect(text).toContain('sent it again 2 times');
    expect(text).toContain('The clocks went back that night');
    expect(text).toContain('was at least 2 min ahead');
  });

  test('cannot be forged by what a terminal or a site sent', () => {
    const hostile: TracedDelivery = {
      ...waiting,
      state: 'parked',
      reason: 'refused',
      detail: 'no\n\u001b[2JERPNext has it',
    };
    const text = story({ ...punch, pin: asPin('1\u001b[8m') }, hostile, PUNCHED);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^ERPNext has it/m);
  });
});
