import { type Call, metaOf, textArg } from './call.ts';
import { fetchShift } from './checkin-rules.ts';
import { type Doc, leadingNumber, textOf } from './document.ts';
import { insertDocument } from './document-writer.ts';
import { unknownColumn } from './failures.ts';
import { thrownByHrms } from './frappe-error.ts';
import { intArg, jsonArg } from './json-args.ts';
import { columnType } from './list-filters.ts';
import { demand } from './permissions.ts';
import { present } from './present.ts';
import type { Rpc } from './rpc.ts';
import { formatDateTime } from './site-time.ts';

/**
 * The first employee whose column holds the value, past all permissions. A number is compared as a number, so 105 finds
 * `"0105"`; a text by collation, without case and trailing spaces (erpnext-contract.md §3.3).
 */
function findEmployee(call: Call, column: string, value: unknown): Doc | undefined {
  if (columnType(metaOf(call, 'Employee'), column) === undefined) throw unknownColumn(column, 'where clause');
  if (typeof value !== 'number') {
    const [employee] = call.tx.by('Employee', column, String(value));
    return employee;
  }
  for (const employee of call.tx.all('Employee')) {
    const text = textOf(employee, column);
    if (text !== '' && leadingNumber(text) === value) return employee;
  }
  return undefined;
}

const isEmpty = (value: unknown): boolean => value === '' || value === null || value === 0 || value === false;

/** `add_log_based_on_employee_field`: the way in of the official tool (erpnext-contract.md §3.3). */
function addLog(call: Call): Doc {
  const { employee_field_value: value, timestamp } = call.args;
  if (isEmpty(value) || isEmpty(timestamp)) throw thrownByHrms("'employee_field_value' and 'timestamp' are required.");
  const column = textArg(call, 'employee_fieldname') ?? 'attendance_device_id';
  const employee = findEmployee(call, column, value);
  if (employee === undefined) {
    throw thrownByHrms(`No Employee found for the given employee field value. '${column}': ${String(value)}`);
  }
  const { latitude, longitude } = call.args;
  const doc = insertDocument(call, 'Employee Checkin', {
    employee: textOf(employee, 'name'),
    time: timestamp,
    device_id: call.args['device_id'],
    log_type: call.args['log_type'],
    skip_auto_attendance: intArg(call, 'skip_auto_attendance', 0) === 1 ? 1 : 0,
    // earlier servers drop coordinates without a word (hrms #2900)
    ...(call.site.profile.isNewerHrms ? { latitude, longitude } : {}),
  });
  return present(call, metaOf(call, 'Employee Checkin'), doc);
}

/** Looks shifts up again for rows that had none (§3.7). */
function bulkFetchShift(call: Call): void {
  const names = jsonArg(call, 'checkins');
  const meta = metaOf(call, 'Employee Checkin');
  for (const name of Array.isArray(names) ? names : []) {
    const row = call.tx.find(meta.name, String(name));
    if (row === undefined) continue;
    demand(call, meta, 'write', String(name));
    const doc = { ...row };
    fetchShift(call, doc, call.tx.find('Employee', textOf(row, 'employee')));
    const modified = formatDateTime(call.site.stamp());
    call.tx.put(meta.name, textOf(row, 'name'), { ...doc, modified, modified_by: call.user });
  }
}

const CHECKIN = 'hrms.hr.doctype.employee_checkin.employee_checkin';

export const HR_METHODS: Readonly<Record<string, Rpc>> = {
  [`${CHECKIN}.add_log_based_on_employee_field`]: { required: ['employee_field_value', 'timestamp'], run: addLog },
  [`${CHECKIN}.bulk_fetch_shift`]: { required: ['checkins'], run: bulkFetchShift },
};
