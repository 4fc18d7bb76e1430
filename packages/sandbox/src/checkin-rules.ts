import type { Call } from './call.ts';
import { collate, type Doc, isOn, numberOf, textOf } from './document.ts';
import { FrappeError } from './frappe-error.ts';
import { thrownByHrms } from './frappe-error.ts';
import { findShift, hasAnyShift, type ShiftWindow } from './shift-lookup.ts';
import { formatDateTime, microsOf, readDateTime, SECOND } from './site-time.ts';

/** Employee Checkin `validate`, in the order of erpnext-contract.md §3.2. */

function checkActive(call: Call, employee: Doc | undefined): void {
  if (textOf(employee, 'status') !== 'Inactive') return;
  const id = textOf(employee, 'name');
  const link = `<a href="${call.siteUrl}${call.site.profile.desk}/employee/${id}">${id}</a>`;
  throw thrownByHrms(`Transactions cannot be created for an Inactive Employee ${link}.`, {
    type: 'InactiveEmployeeStatusError',
    module: 'erpnext.setup.doctype.employee.employee',
  });
}

/**
 * Same employee, time and log type; a blank and an absent log type are one. Reads the snapshot of the request's start,
 * so requests that overlap do not see each other (§3.5).
 */
function checkDuplicate(call: Call, doc: Doc): void {
  const time = readDateTime(textOf(doc, 'time'));
  if (time === undefined) return; // garbage: reported further on
  const stored = formatDateTime(time.micros);
  for (const other of call.tx.by('Employee Checkin', 'employee', textOf(doc, 'employee'))) {
    const name = textOf(other, 'name');
    const isOther = name !== textOf(doc, 'name') && call.tx.isVisible('Employee Checkin', name);
    if (!isOther || textOf(other, 'time') !== stored) continue;
    if (collate(textOf(other, 'log_type')) !== collate(textOf(doc, 'log_type'))) continue;
    const label = `Employee Checkin ${textOf(other, 'employee_name') || textOf(other, 'employee')}`;
    const link = `<a href="/app/Form/Employee Checkin/${name}" style="font-weight: bold;">${label}</a>`;
    throw thrownByHrms(`This employee already has a log with the same timestamp.<Br>${link}`);
  }
}

function checkFrozenTime(doc: Doc, before: Doc | undefined): void {
  if (before === undefined || textOf(doc, 'attendance') === '') return;
  if (microsOf(textOf(before, 'time')) === microsOf(textOf(doc, 'time'))) return;
  const text = 'An attendance record is linked to this checkin. Please cancel the attendance before modifying time.';
  throw thrownByHrms(text, { title: 'Cannot Modify Time' });
}

function fillShift(call: Call, doc: Doc, window: ShiftWindow | undefined): void {
  if (call.site.profile.isNewerHrms) doc['offshift'] = window === undefined ? 1 : 0;
  doc['shift'] = window?.shift ?? null;
  doc['shift_start'] = window ? formatDateTime(window.start) : null;
  doc['shift_end'] = window ? formatDateTime(window.end) : null;
  doc['shift_actual_start'] = window ? formatDateTime(window.actualStart) : null;
  doc['shift_actual_end'] = window ? formatDateTime(window.actualEnd) : null;
}

/** Fills `shift*`, unless auto attendance has used the row already. */
export function fetchShift(call: Call, doc: Doc, employee: Doc | undefined): ShiftWindow | undefined {
  const window = employee && findShift(call.tx, employee, microsOf(textOf(doc, 'time')));
  if (textOf(doc, 'attendance') === '') fillShift(call, doc, window);
  return window;
}

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres between two points, on a sphere of the earth's mean radius. */
function distanceMeters(a: Doc, b: Doc): number {
  const [latA, latB] = [toRadians(numberOf(a, 'latitude')), toRadians(numberOf(b, 'latitude'))];
  const byLat = Math.sin((latB - latA) / 2) ** 2;
  const byLon = Math.sin(toRadians(numberOf(b, 'longitude') - numberOf(a, 'longitude')) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(byLat + Math.cos(latA) * Math.cos(latB) * byLon));
}

function checkPlace(call: Call, doc: Doc, window: ShiftWindow | undefined): void {
  const settings = call.tx.find('HR Settings', 'HR Settings');
  if (!call.site.profile.hasCoordinates || !isOn(settings, 'allow_geolocation_tracking')) return;
  if (numberOf(doc, 'latitude') === 0 || numberOf(doc, 'longitude') === 0) {
    throw thrownByHrms('Latitude and longitude values are required for checking in.');
  }
  const location = call.tx.find('Shift Location', window?.location ?? '');
  const radius = numberOf(location, 'checkin_radius');
  if (location === undefined || radius <= 0 || distanceMeters(doc, location) <= radius) return;
  throw thrownByHrms(`You must be within ${radius} meters of your shift location to check in.`, {
    type: 'CheckinRadiusExceededError',
    module: 'hrms.hr.doctype.employee_checkin.employee_checkin',
  });
}

function badTime(call: Call, employee: Doc | undefined, text: string): FrappeError | undefined {
  const time = readDateTime(text);
  if (time === undefined) {
    const message = `Unknown string format: ${text}`;
    return new FrappeError({ status: 500, type: 'ParserError', text: message, module: 'dateutil.parser._parser' });
  }
  if (!time.hasOffset || employee === undefined || !hasAnyShift(call.tx, employee)) return undefined;
  const message = "can't compare offset-naive and offset-aware datetimes";
  return new FrappeError({ status: 500, type: 'TypeError', text: message, module: '' });
}

/** Frappe HR since early 2025 cuts microseconds before it looks for duplicates (§3.5). */
function cutMicroseconds(doc: Doc): void {
  const time = readDateTime(textOf(doc, 'time'));
  if (time && !time.hasOffset) doc['time'] = formatDateTime(Math.floor(time.micros / SECOND) * SECOND);
}

export function validateCheckin(call: Call, doc: Doc, before: Doc | undefined): void {
  if (call.site.profile.isNewerHrms) cutMicroseconds(doc);
  const employee = call.tx.find('Employee', textOf(doc, 'employee'));
  if (textOf(doc, 'employee') === '' || textOf(doc, 'time') === '') return; // reported as mandatory
  checkActive(call, employee);
  checkDuplicate(call, doc);
  if (call.site.profile.isNewerHrms) checkFrozenTime(doc, before);
  const problem = badTime(call, employee, textOf(doc, 'time'));
  if (problem) throw problem;
  checkPlace(call, doc, fetchShift(call, doc, employee));
}
