import type { Call } from './call.ts';
import { type Doc, isOn, numberOf, rowsOf, textOf } from './document.ts';
import { insertDocument } from './document-writer.ts';
import { findShift, isAssigned } from './shift-lookup.ts';
import { DAY, formatDate, formatDateTime, microsOf, MINUTE, startOfDay, type WallMicros } from './site-time.ts';
import { workingHoursOf, type WorkingHours } from './working-hours.ts';

/** What `Shift Type.process_auto_attendance` does, in the simplest correct way of erpnext-contract.md §3.8. */
export function processAutoAttendance(call: Call, shift: Doc): void {
  const isReady =
    isOn(shift, 'enable_auto_attendance') &&
    textOf(shift, 'process_attendance_after') !== '' &&
    textOf(shift, 'last_sync_of_checkin') !== '';
  if (!isReady) return;
  for (const rows of groupsToProcess(call, shift)) markGroup(call, shift, rows);
  for (const employee of [...call.tx.all('Employee')]) markAbsences(call, shift, employee);
}

/** Unused rows of this shift whose window closed before the stamp, by employee and shift start, in time order. */
function groupsToProcess(call: Call, shift: Doc): Doc[][] {
  const from = microsOf(textOf(shift, 'process_attendance_after'));
  const stamp = microsOf(textOf(shift, 'last_sync_of_checkin'));
  const rows = [...call.tx.by('Employee Checkin', 'shift', textOf(shift, 'name'))].filter(
    (row) =>
      !isOn(row, 'skip_auto_attendance') &&
      textOf(row, 'attendance') === '' &&
      !isOn(row, 'offshift') &&
      microsOf(textOf(row, 'time')) >= from &&
      microsOf(textOf(row, 'shift_actual_end')) < stamp,
  );
  rows.sort((a, b) => microsOf(textOf(a, 'time')) - microsOf(textOf(b, 'time')));
  return [...Map.groupBy(rows, (row) => `${textOf(row, 'employee')}\n${textOf(row, 'shift_start')}`).values()];
}

function markGroup(call: Call, shift: Doc, rows: readonly Doc[]): void {
  const [first] = rows;
  const employee = call.tx.find('Employee', textOf(first, 'employee'));
  if (first === undefined || employee === undefined) return;
  const date = textOf(first, 'shift_start').slice(0, 10);
  if (!isOn(shift, 'mark_auto_attendance_on_holidays') && isHoliday(call, shift, employee, date)) return;
  const refusal = refusalOf(call, employee, date);
  if (refusal !== undefined) {
    skipRows(call, rows, refusal);
    return;
  }
  const hours = hoursOfGroup(shift, rows);
  const attendance = insertAttendance(call, employee, date, {
    status: statusOf(shift, hours.hours),
    shift: textOf(shift, 'name'),
    working_hours: hours.hours,
    in_time: hours.inTime === undefined ? null : formatDateTime(hours.inTime),
    out_time: hours.outTime === undefined ? null : formatDateTime(hours.outTime),
    late_entry: isLate(shift, first, hours) ? 1 : 0,
    early_exit: isEarly(shift, first, hours) ? 1 : 0,
  });
  for (const row of rows) patchRow(call, row, { attendance });
}

function hoursOfGroup(shift: Doc, rows: readonly Doc[]): WorkingHours {
  const punches = rows.map((row) => ({ time: microsOf(textOf(row, 'time')), logType: textOf(row, 'log_type') }));
  return workingHoursOf(punches, {
    isStrict: textOf(shift, 'determine_check_in_and_check_out').startsWith('Strictly'),
    isEveryPair: textOf(shift, 'working_hours_calculation_based_on').startsWith('Every'),
  });
}

/** A threshold of 0 is none. */
function statusOf(shift: Doc, hours: number): string {
  const isBelow = (threshold: string): boolean => numberOf(shift, threshold) > 0 && hours < numberOf(shift, threshold);
  if (isBelow('working_hours_threshold_for_absent')) return 'Absent';
  return isBelow('working_hours_threshold_for_half_day') ? 'Half Day' : 'Present';
}

/** The marking switch has another name on v14 (§3.8). */
const marks = (shift: Doc, newName: string, oldName: string): boolean => isOn(shift, newName) || isOn(shift, oldName);

function isLate(shift: Doc, row: Doc, { inTime }: WorkingHours): boolean {
  if (!marks(shift, 'enable_late_entry_marking', 'enable_entry_grace_period') || inTime === undefined) return false;
  return inTime > microsOf(textOf(row, 'shift_start')) + numberOf(shift, 'late_entry_grace_period') * MINUTE;
}

function isEarly(shift: Doc, row: Doc, { outTime }: WorkingHours): boolean {
  if (!marks(shift, 'enable_early_exit_marking', 'enable_exit_grace_period') || outTime === undefined) return false;
  return outTime < microsOf(textOf(row, 'shift_end')) - numberOf(shift, 'early_exit_grace_period') * MINUTE;
}

/** The list in force: the shift's, else the employee's, else the company's (§4). */
function isHoliday(call: Call, shift: Doc, employee: Doc, date: string): boolean {
  const company = call.tx.find('Company', textOf(employee, 'company'));
  const list =
    textOf(shift, 'holiday_list') || textOf(employee, 'holiday_list') || textOf(company, 'default_holiday_list');
  return rowsOf(call.tx.find('Holiday List', list), 'holidays').some((row) => textOf(row, 'holiday_date') === date);
}

function attendanceOn(call: Call, employee: string, date: string): Doc | undefined {
  for (const doc of call.tx.by('Attendance', 'employee', employee)) {
    if (textOf(doc, 'attendance_date') === date && numberOf(doc, 'docstatus') < 2) return doc;
  }
  return undefined;
}

function refusalOf(call: Call, employee: Doc, date: string): string | undefined {
  const existing = attendanceOn(call, textOf(employee, 'name'), date);
  if (existing !== undefined) {
    return `Attendance for employee ${textOf(employee, 'name')} is already marked for the date ${date}: ${textOf(existing, 'name')}`;
  }
  const isEarly = date < textOf(employee, 'date_of_joining');
  return isEarly ? "Attendance date can not be less than employee's joining date" : undefined;
}

function skipRows(call: Call, rows: readonly Doc[], reason: string): void {
  for (const row of rows) {
    patchRow(call, row, { skip_auto_attendance: 1 });
    const comment = {
      comment_type: 'Comment',
      reference_doctype: 'Employee Checkin',
      reference_name: textOf(row, 'name'),
      content: `Reason for skipping auto attendance:<br>${reason}`,
    };
    insertDocument(call, 'Comment', comment, { isTrusted: true });
  }
}

/** Changes a stored row as `frappe.db.set_value` does: no validation, a new `modified`. */
function patchRow(call: Call, row: Doc, change: Doc): void {
  const stamp = { modified: formatDateTime(call.site.stamp()), modified_by: call.user };
  call.tx.put('Employee Checkin', textOf(row, 'name'), { ...row, ...change, ...stamp });
}

function insertAttendance(call: Call, employee: Doc, date: string, facts: Doc): string {
  const body = {
    employee: textOf(employee, 'name'),
    company: textOf(employee, 'company'),
    attendance_date: date,
    docstatus: 1,
    ...facts,
  };
  return textOf(insertDocument(call, 'Attendance', body, { isTrusted: true }), 'name');
}

/** Absent for each working day of this shift up to the day before the stamp's, where nothing else was marked. */
function markAbsences(call: Call, shift: Doc, employee: Doc): void {
  if (textOf(employee, 'status') === 'Inactive') return;
  const name = textOf(shift, 'name');
  const assignments = [...call.tx.by('Shift Assignment', 'employee', textOf(employee, 'name'))];
  const isDefault = textOf(employee, 'default_shift') === name;
  if (!isDefault && !assignments.some((row) => textOf(row, 'shift_type') === name)) return;
  for (const day of daysToCheck(call, shift, employee)) {
    const date = formatDate(day);
    const inForce = assignments.filter((row) => isAssigned(row, date));
    const isOnShift = inForce.length > 0 ? inForce.some((row) => textOf(row, 'shift_type') === name) : isDefault;
    if (!isOnShift || isHoliday(call, shift, employee, date)) continue;
    if (attendanceOn(call, textOf(employee, 'name'), date) !== undefined) continue;
    insertAttendance(call, employee, date, { status: 'Absent', shift: name, working_hours: 0 });
  }
}

function* daysToCheck(call: Call, shift: Doc, employee: Doc): Iterable<WallMicros> {
  const after = textOf(shift, 'process_attendance_after').slice(0, 10);
  const joined = textOf(employee, 'date_of_joining');
  const left = textOf(employee, 'relieving_date');
  const stamp = microsOf(textOf(shift, 'last_sync_of_checkin'));
  const lastShift = findShift(call.tx, employee, stamp)?.start ?? stamp;
  const end = startOfDay(lastShift) - DAY;
  for (let day = microsOf(after > joined ? after : joined); day <= end; day += DAY) {
    if (left === '' || formatDate(day) <= left) yield day;
  }
}
