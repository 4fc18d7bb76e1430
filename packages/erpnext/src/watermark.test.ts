import type { LocalTime } from '@biolistener/core';
import { describe, expect, test } from '@jest/globals';
import { decideStamp, lastActualEndBefore, type ShiftType } from './watermark.ts';

const local = (text: string): LocalTime => text as LocalTime;
const day: ShiftType = {
  name: 'Day',
  endTime: '18:00:00',
  allowCheckOutAfterMinutes: 60,
  lastSync: undefined,
  autoUpdates: false,
};
const at = (text: string): number => Date.parse(`${text}Z`);
const noon = { now: at('2026-03-10T12:00:00'), marginMinutes: 0, zone: 'UTC' };
const feed = (terminal: string, upTo: string | undefined) => ({
  terminal,
  upTo: upTo === undefined ? undefined : at(upTo),
});

describe('the last actual end of a shift', () => {
  test('is that of the day before until the minutes for late check-outs are over', () => {
    expect(lastActualEndBefore(day, local('2026-03-10 19:00:00'))).toBe('2026-03-09 19:00:00');
    expect(lastActualEndBefore(day, local('2026-03-10 19:00:01'))).toBe('2026-03-10 19:00:00');
  });
  test('may lie past midnight', () => {
    const late = { ...day, endTime: '23:30:00', allowCheckOutAfterMinutes: 90 };
    expect(lastActualEndBefore(late, local('2026-03-10 08:00:00'))).toBe('2026-03-10 01:00:00');
  });
});

describe('the stamp', () => {
  test('goes to where the slowest terminal is, and names it', () => {
    const feeds = [feed('A', '2026-03-10T11:59:00'), feed('B', '2026-03-10T07:00:00')];
    expect(decideStamp(day, feeds, noon)).toEqual({ kind: 'move', stamp: '2026-03-10 07:00:00', heldBackBy: 'B' });
  });
  test('stays while no shift has ended since', () => {
    const stamped = { ...day, lastSync: local('2026-03-09 20:00:00') };
    expect(decideStamp(stamped, [feed('A', '2026-03-10T11:00:00')], noon)).toMatchObject({
      kind: 'stay',
      heldBackBy: 'A',
    });
  });
  test('never goes back', () => {
    const stamped = { ...day, lastSync: local('2026-03-09 20:00:00') };
    expect(decideStamp(stamped, [feed('A', '2026-03-05T11:00:00')], noon).kind).toBe('stay');
  });
  test('is held back by a terminal that was never heard of', () => {
    const feeds = [feed('A', '2026-03-10T11:00:00'), feed('C', undefined)];
    expect(decideStamp(day, feeds, noon)).toMatchObject({ kind: 'stay', heldBackBy: 'C' });
  });
  test('says of a terminal that was away why it waits', () => {
    const away = { ...feed('C', undefined), isSettling: true };
    expect(decideStamp(day, [away], noon)).toMatchObject({ kind: 'stay', why: expect.stringContaining('was away') });
    const held = { ...feed('C', '2026-03-09T11:00:00'), isSettling: true };
    const stamped = { ...day, lastSync: local('2026-03-09 10:00:00') };
    expect(decideStamp(stamped, [held], noon)).toMatchObject({
      kind: 'stay',
      why: expect.stringContaining('was away'),
    });
  });
  test('is left alone where HRMS moves it, and without terminals', () => {
    expect(decideStamp({ ...day, autoUpdates: true }, [feed('A', '2026-03-10T11:00:00')], noon).kind).toBe('stay');
    expect(decideStamp(day, [], noon).kind).toBe('stay');
  });
  test("is written in the site's time, less the margin", () => {
    const decision = decideStamp(day, [feed('A', '2026-03-10T12:00:00')], {
      ...noon,
      zone: 'Asia/Kolkata',
      marginMinutes: 10,
    });
    expect(decision).toMatchObject({ kind: 'move', stamp: '2026-03-10 17:20:00' });
  });
});
