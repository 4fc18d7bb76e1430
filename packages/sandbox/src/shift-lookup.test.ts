import { describe, expect, test } from '@jest/globals';
import type { Doc } from './document.ts';
import { isAssigned, trimWindows, windowOf } from './shift-lookup.ts';
import { formatDateTime, microsOf } from './site-time.ts';

const shift = (name: string, start: string, end: string, before = 60, after = 60): Doc => ({
  name,
  start_time: start,
  end_time: end,
  begin_check_in_before_shift_start_time: before,
  allow_check_out_after_shift_end_time: after,
});
const on = (doc: Doc, date: string) => windowOf(doc, microsOf(date))!;
const hours = (from: number, to: number): string =>
  `${formatDateTime(from).slice(5, 16)} – ${formatDateTime(to).slice(5, 16)}`;

describe('a shift window', () => {
  test('reaches an hour beyond both ends by default settings', () => {
    const window = on(shift('Day', '9:00:00', '18:00:00'), '2026-03-09');
    expect(hours(window.actualStart, window.actualEnd)).toBe('03-09 08:00 – 03-09 19:00');
  });

  test('of a night belongs to the date of its start', () => {
    const window = on(shift('Night', '22:00:00', '6:00:00'), '2026-03-09');
    expect(hours(window.start, window.end)).toBe('03-09 22:00 – 03-10 06:00');
  });

  test('begins where the earlier shift ends, and that one is cut there', () => {
    const early = on(shift('Early', '6:00:00', '14:00:00'), '2026-03-09');
    const late = on(shift('Late', '14:30:00', '22:00:00'), '2026-03-09');
    const [first, second] = trimWindows([late, early]);
    expect(first!.shift).toBe('Early');
    expect(hours(first!.actualStart, first!.actualEnd)).toBe('03-09 05:00 – 03-09 14:00');
    expect(hours(second!.actualStart, second!.actualEnd)).toBe('03-09 14:00 – 03-09 23:00');
  });

  test('far from its neighbours is left alone', () => {
    const day = shift('Day', '9:00:00', '18:00:00');
    const windows = [on(day, '2026-03-09'), on(day, '2026-03-10')];
    expect(trimWindows(windows)).toEqual(windows);
  });
});

test('an assignment is in force when submitted, active and within its dates', () => {
  const row: Doc = { docstatus: 1, status: 'Active', start_date: '2026-03-01', end_date: '2026-03-09' };
  expect(isAssigned(row, '2026-03-09')).toBe(true);
  expect(isAssigned(row, '2026-03-10')).toBe(false);
  expect(isAssigned(row, '2026-02-28')).toBe(false);
  expect(isAssigned({ ...row, end_date: null }, '2030-01-01')).toBe(true);
  expect(isAssigned({ ...row, status: 'Inactive' }, '2026-03-09')).toBe(false);
  expect(isAssigned({ ...row, docstatus: 0 }, '2026-03-09')).toBe(false);
});
