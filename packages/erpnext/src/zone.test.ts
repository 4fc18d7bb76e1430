import { describe, expect, test } from '@jest/globals';
import { judgeZone, measureOffset } from './zone.ts';

const now = Date.UTC(2026, 0, 15, 12);
const findings = { told: undefined, configured: undefined, measuredOffsetMinutes: undefined, now };

test('the offset is measured to the quarter hour, and not guessed from clocks that disagree', () => {
  expect(measureOffset('2026-01-15 17:30:01.123456', now)).toBe(330);
  expect(measureOffset('2026-01-15 08:00:00', now)).toBe(-240);
  expect(measureOffset('2026-01-15 17:37:00', now)).toBeUndefined();
  expect(measureOffset('', now)).toBeUndefined();
});

describe("the site's zone", () => {
  test('is what the site tells, also under an older name of the same zone', () => {
    const found = { ...findings, told: 'Asia/Kolkata', configured: 'Asia/Calcutta', measuredOffsetMinutes: 330 };
    expect(judgeZone(found)).toMatchObject({ kind: 'known', zone: 'Asia/Kolkata', source: 'site' });
  });
  test('is the setting where the user may not read it, when the clock agrees', () => {
    const found = { ...findings, configured: 'Asia/Dubai', measuredOffsetMinutes: 240 };
    expect(judgeZone(found)).toMatchObject({ kind: 'known', source: 'setting', isMeasured: true });
  });
  test('is refused when setting, site or clock contradict each other', () => {
    expect(judgeZone({ ...findings, told: 'Asia/Dubai', configured: 'Asia/Kolkata' }).kind).toBe('conflict');
    expect(judgeZone({ ...findings, configured: 'Asia/Dubai', measuredOffsetMinutes: 330 }).kind).toBe('conflict');
    expect(judgeZone({ ...findings, told: 'Europe/Berlin', measuredOffsetMinutes: 0 }).kind).toBe('conflict');
  });
  test('two zones that agree today but not in summer are a conflict', () => {
    expect(judgeZone({ ...findings, told: 'Europe/Berlin', configured: 'Africa/Lagos' }).kind).toBe('conflict');
  });
  test('is unknown without any word, with a hint from the clock', () => {
    expect(judgeZone({ ...findings, measuredOffsetMinutes: -210 })).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('UTC-03:30'),
    });
  });
});
