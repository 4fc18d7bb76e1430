import { describe, expect, test } from '@jest/globals';
import { appliedText, planText, strangersText, type PlanLine } from './roster.ts';

const line = (own: Partial<PlanLine> = {}): PlanLine => ({
  ...{ serialNumber: 'GATE1', pin: '7', name: 'Ann\u001b[31m', send: 1, remove: 0, ask: 0, cancel: 0, bytes: 40 },
  problems: [],
  ...own,
});

describe('a plan', () => {
  test('without anything to do says so', () => {
    expect(planText([])).toMatch(/nothing to do/);
  });

  test('counts commands and shows names safely, with what cannot be', () => {
    const problem = { key: 'photo', reason: 'ZK_NO_PHOTO', detail: undefined };
    const text = planText([line(), line({ remove: 2, problems: [problem, problem] })]);
    expect(text).toContain('4 commands of about 80 bytes for 2 pairs');
    expect(text).toContain('Ann\\u001b[31m');
    expect(text.match(/ZK_NO_PHOTO/g)).toHaveLength(1);
  });

  test('of a thousand cells stays readable', () => {
    const text = planText(Array.from({ length: 1000 }, () => line()));
    expect(text.split('\n').length).toBeLessThan(210);
    expect(text).toContain('… and 800 more');
  });
});

test('what was applied says what comes next, and what is left to the worker', () => {
  expect(appliedText({ cells: 3, changes: 0, commands: 0, leftToWorker: 0 })).toContain('nothing to send');
  expect(appliedText({ cells: 3, changes: 2, commands: 1, leftToWorker: 2 })).toMatch(
    /1 command queued[^]*2 left to the worker/,
  );
});

test('no strangers is told as such', () => expect(strangersText([])).toContain('No terminal told'));
