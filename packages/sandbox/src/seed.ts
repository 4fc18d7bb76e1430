import type { Call } from './call.ts';
import { STANDARD_ROLES } from './doctypes/standard-documents.ts';
import { insertDocument } from './document-writer.ts';
import type { Site } from './site.ts';
import { wallAt } from './site-time.ts';
import { Transaction } from './transaction.ts';

/** Who may call a fresh sandbox, and as what. The key and the secret of each are its `key`. */
export const SANDBOX_USERS = [
  { key: 'sandbox', name: 'sandbox@example.com', roles: ['System Manager', 'HR Manager'] },
  { key: 'hr-manager', name: 'hr-manager@example.com', roles: ['HR Manager'] },
  { key: 'hr-user', name: 'hr-user@example.com', roles: ['HR User'] },
  {
    key: 'desk-manager',
    name: 'desk-manager@example.com',
    roles: ['System Manager', 'HR Manager', 'Workspace Manager'],
  },
  { key: 'system-manager', name: 'system-manager@example.com', roles: ['System Manager'] },
  { key: 'employee', name: 'employee@example.com', roles: ['Employee'] },
  { key: 'nobody', name: 'nobody@example.com', roles: [] },
] as const;

const COMPANY = 'Sandbox Company';
const HOLIDAYS = 'Sandbox Holidays';
const SHIFT = 'Day Shift';

type Body = Readonly<Record<string, unknown>>;

function holidayList(year: number): Body {
  return {
    holiday_list_name: HOLIDAYS,
    from_date: `${year}-01-01`,
    to_date: `${year}-12-31`,
    holidays: [
      { holiday_date: `${year}-01-01`, description: 'New Year', weekly_off: 0 },
      { holiday_date: `${year}-05-01`, description: 'Labour Day', weekly_off: 0 },
    ],
  };
}

const shiftType = (year: number): Body => ({
  name: SHIFT,
  start_time: '09:00:00',
  end_time: '18:00:00',
  holiday_list: HOLIDAYS,
  enable_auto_attendance: 1,
  determine_check_in_and_check_out: 'Strictly based on Log Type in Employee Checkin',
  working_hours_calculation_based_on: 'First Check-in and Last Check-out',
  working_hours_threshold_for_half_day: 5,
  working_hours_threshold_for_absent: 2,
  process_attendance_after: `${year}-01-01`,
});

const employee = (number: number): Body => ({
  first_name: 'Employee',
  last_name: String(number).padStart(5, '0'),
  gender: number % 2 === 0 ? 'Female' : 'Male',
  date_of_birth: '1990-01-01',
  date_of_joining: '2020-01-01',
  company: COMPANY,
  branch: 'Main Branch',
  holiday_list: HOLIDAYS,
  default_shift: SHIFT,
  attendance_device_id: String(number),
});

function insertUsers(call: Call): void {
  for (const { key, name, roles } of SANDBOX_USERS) {
    const body = { email: name, first_name: key, api_key: key, roles: roles.map((role) => ({ role })) };
    insertDocument(call, 'User', { ...body, api_secret: key });
  }
}

function insertCompany(call: Call, employees: number): void {
  const year = call.site.instant().getUTCFullYear();
  for (const gender of ['Female', 'Male']) insertDocument(call, 'Gender', { gender });
  insertDocument(call, 'Holiday List', holidayList(year));
  insertDocument(call, 'Company', { company_name: COMPANY, abbr: 'SC', default_holiday_list: HOLIDAYS });
  insertDocument(call, 'Branch', { branch: 'Main Branch' });
  insertDocument(call, 'Department', { department_name: 'Operations', company: COMPANY });
  insertDocument(call, 'Shift Type', shiftType(year));
  for (let number = 1; number <= employees; number += 1) insertDocument(call, 'Employee', employee(number));
}

/** Fills an empty site; leaves one that has data as it is. */
export function seedSite(site: Site, options: { readonly timeZone: string; readonly employees: number }): void {
  if (site.store.find('System Settings', 'System Settings') !== undefined) return;
  const tx = new Transaction(site.store, site.store.snapshot);
  const settings = {
    name: 'System Settings',
    time_zone: options.timeZone,
    allow_error_traceback: 1,
    docstatus: 0,
    idx: 0,
  };
  tx.put('System Settings', 'System Settings', settings);
  tx.commit(); // the zone first: everything else is stamped in it
  const now = wallAt(site.instant().getTime(), site.timeZone);
  const roles = new Set(STANDARD_ROLES);
  const call: Call = { site, tx, user: 'Administrator', roles, verb: 'POST', args: {}, siteUrl: '', now };
  insertUsers(call);
  insertCompany(call, options.employees);
  tx.commit();
}
