import { type Doc, numberOf, textOf } from './document.ts';
import { DAY, formatDate, microsOf, MINUTE, readTimeOfDay, startOfDay, type WallMicros } from './site-time.ts';
import type { Transaction } from './transaction.ts';

/** One working day of one shift, with the window in which punches belong to it. */
export interface ShiftWindow {
  readonly shift: string;
  readonly location: string;
  readonly start: WallMicros;
  readonly end: WallMicros;
  readonly actualStart: WallMicros;
  readonly actualEnd: WallMicros;
}

/** The window of a shift on a date. A start after the end is a night shift into the next day (erpnext-contract.md §3.7). */
export function windowOf(shift: Doc, date: WallMicros, location = ''): ShiftWindow | undefined {
  const from = readTimeOfDay(textOf(shift, 'start_time'));
  const to = readTimeOfDay(textOf(shift, 'end_time'));
  if (from === undefined || to === undefined) return undefined;
  const start = date + from;
  const end = date + to + (from > to ? DAY : 0);
  return {
    shift: textOf(shift, 'name'),
    location,
    start,
    end,
    actualStart: start - numberOf(shift, 'begin_check_in_before_shift_start_time') * MINUTE,
    actualEnd: end + numberOf(shift, 'allow_check_out_after_shift_end_time') * MINUTE,
  };
}

/** Trims neighbours: an earlier shift's end pushes the next window's start, which in turn cuts the earlier window. */
export function trimWindows(windows: readonly ShiftWindow[]): ShiftWindow[] {
  const trimmed = windows.toSorted((a, b) => a.start - b.start);
  for (let i = 0; i + 1 < trimmed.length; i += 1) {
    const [earlier, later] = [trimmed[i], trimmed[i + 1]];
    if (earlier === undefined || later === undefined) continue;
    const actualStart = Math.max(later.actualStart, earlier.end);
    trimmed[i + 1] = { ...later, actualStart };
    trimmed[i] = { ...earlier, actualEnd: Math.min(earlier.actualEnd, actualStart) };
  }
  return trimmed;
}

/** Bounds are inclusive; the first match of previous, current, next wins. */
const holding = (windows: readonly ShiftWindow[], time: WallMicros): ShiftWindow | undefined =>
  trimWindows(windows).find((window) => window.actualStart <= time && time <= window.actualEnd);

/** Whether an assignment is in force on a date: submitted, Active, and within its dates. */
export function isAssigned(assignment: Doc, date: string): boolean {
  const [from, to] = [textOf(assignment, 'start_date'), textOf(assignment, 'end_date')];
  const isActive = numberOf(assignment, 'docstatus') === 1 && textOf(assignment, 'status') !== 'Inactive';
  return isActive && from <= date && (to === '' || date <= to);
}

const around = (time: WallMicros): WallMicros[] => [-DAY, 0, DAY].map((shift) => startOfDay(time) + shift);

/** Which shift a punch of this employee belongs to: by assignment first, else by the employee's default shift. */
export function findShift(tx: Transaction, employee: Doc, time: WallMicros): ShiftWindow | undefined {
  const assignments = [...tx.by('Shift Assignment', 'employee', textOf(employee, 'name'))];
  const windows: ShiftWindow[] = [];
  for (const date of around(time)) {
    for (const assignment of assignments) {
      const shift = tx.find('Shift Type', textOf(assignment, 'shift_type'));
      if (shift === undefined || !isAssigned(assignment, formatDate(date))) continue;
      const window = windowOf(shift, date, textOf(assignment, 'shift_location'));
      if (window !== undefined) windows.push(window);
    }
  }
  return holding(windows, time) ?? findDefaultShift(tx, employee, time);
}

function findDefaultShift(tx: Transaction, employee: Doc, time: WallMicros): ShiftWindow | undefined {
  const shift = tx.find('Shift Type', textOf(employee, 'default_shift'));
  if (shift === undefined) return undefined;
  const windows = around(time).flatMap((date) => windowOf(shift, date) ?? []);
  return holding(windows, time);
}

/** Whether a lookup would compare times at all: then a zone suffix breaks Python's comparison (§2.8). */
export const hasAnyShift = (tx: Transaction, employee: Doc): boolean =>
  textOf(employee, 'default_shift') !== '' ||
  [...tx.by('Shift Assignment', 'employee', textOf(employee, 'name'))].some((row) => numberOf(row, 'docstatus') === 1);

export const dateOf = (text: string): WallMicros => startOfDay(microsOf(text));
