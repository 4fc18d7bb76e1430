import { allow, field, type Field, type Meta, READ, READ_WRITE_CREATE } from './meta.ts';
import type { Profile } from './profile.ts';

const HR = [allow('HR User', READ_WRITE_CREATE), allow('HR Manager', 'all')] as const;
const erpnext = { app: 'erpnext', module: 'Setup' } as const;
const hrms = { app: 'hrms', module: 'HR' } as const;

/** Custom fields that Frappe HR adds to Employee: absent without it (erpnext-contract.md §4). */
const HRMS_EMPLOYEE_FIELDS: readonly Field[] = [
  field('default_shift', 'Link', { options: 'Shift Type' }),
  field('grade', 'Data'),
  field('employment_type', 'Data'),
  field('shift_request_approver', 'Link', { options: 'User' }),
];

const employee = (hasHrms: boolean): Meta => ({
  ...erpnext,
  name: 'Employee',
  autoname: 'HR-EMP-.#####',
  fields: [
    field('employee', 'Data', { hidden: true }),
    field('employee_name', 'Data', { readOnly: true, label: 'Full Name' }),
    field('first_name', 'Data', { reqd: true }),
    field('middle_name', 'Data'),
    field('last_name', 'Data'),
    field('gender', 'Link', { options: 'Gender', reqd: true }),
    field('date_of_birth', 'Date', { reqd: true }),
    field('date_of_joining', 'Date', { reqd: true }),
    field('relieving_date', 'Date'),
    field('status', 'Select', { options: 'Active\nInactive\nSuspended\nLeft', default: 'Active', reqd: true }),
    field('company', 'Link', { options: 'Company', reqd: true }),
    field('branch', 'Link', { options: 'Branch' }),
    field('department', 'Link', { options: 'Department' }),
    field('designation', 'Link', { options: 'Designation' }),
    field('user_id', 'Link', { options: 'User', label: 'User ID' }),
    field('holiday_list', 'Link', { options: 'Holiday List' }),
    field('attendance_device_id', 'Data', { unique: true, label: 'Attendance Device ID (Biometric/RF tag ID)' }),
    field('employee_number', 'Data'),
    field('cell_number', 'Data', { label: 'Mobile' }),
    field('image', 'Attach Image'),
    ...(hasHrms ? HRMS_EMPLOYEE_FIELDS : []),
  ],
  permissions: [...HR, allow('Employee', READ)],
  indexed: ['attendance_device_id'],
});

const ERPNEXT_DOCTYPES: readonly Meta[] = [
  {
    ...erpnext,
    name: 'Company',
    autoname: 'field:company_name',
    fields: [
      field('company_name', 'Data', { reqd: true, label: 'Company' }),
      field('abbr', 'Data', { reqd: true }),
      field('country', 'Data'),
      field('default_holiday_list', 'Link', { options: 'Holiday List' }),
    ],
    permissions: [
      allow('System Manager', 'all'),
      allow('HR Manager', READ),
      allow('HR User', READ),
      allow('Employee', READ),
    ],
  },
  {
    ...erpnext,
    name: 'Branch',
    autoname: 'field:branch',
    fields: [field('branch', 'Data', { reqd: true, unique: true })],
    permissions: HR,
  },
  {
    ...erpnext,
    name: 'Department',
    autoname: 'department',
    fields: [
      field('department_name', 'Data', { reqd: true, label: 'Department' }),
      field('company', 'Link', { options: 'Company', reqd: true }),
      field('is_group', 'Check'),
    ],
    permissions: HR,
  },
  {
    ...erpnext,
    name: 'Designation',
    autoname: 'field:designation_name',
    fields: [field('designation_name', 'Data', { reqd: true, unique: true, label: 'Designation' })],
    permissions: HR,
  },
  {
    ...erpnext,
    name: 'Gender',
    autoname: 'field:gender',
    fields: [field('gender', 'Data', { reqd: true, unique: true })],
    permissions: HR,
  },
  {
    ...erpnext,
    name: 'Holiday List',
    autoname: 'field:holiday_list_name',
    fields: [
      field('holiday_list_name', 'Data', { reqd: true, unique: true }),
      field('from_date', 'Date', { reqd: true }),
      field('to_date', 'Date', { reqd: true }),
      field('total_holidays', 'Int', { readOnly: true }),
      field('holidays', 'Table', { options: 'Holiday' }),
    ],
    permissions: [allow('HR Manager', 'all')],
  },
  {
    ...erpnext,
    name: 'Holiday',
    autoname: 'hash',
    isTable: true,
    fields: [
      field('holiday_date', 'Date', { reqd: true, label: 'Date' }),
      field('description', 'Small Text', { reqd: true }),
      field('weekly_off', 'Check'),
    ],
    permissions: [],
  },
];

const coordinates = (profile: Profile): readonly Field[] =>
  profile.hasCoordinates
    ? [field('latitude', 'Float'), field('longitude', 'Float'), field('geolocation', 'Geolocation')]
    : [];

/** Employee Checkin: erpnext-contract.md §3.1, roles §3.4. */
const employeeCheckin = (profile: Profile): Meta => ({
  ...hrms,
  name: 'Employee Checkin',
  autoname: 'EMP-CKIN-.MM.-.YYYY.-.######',
  fields: [
    field('employee', 'Link', { options: 'Employee', reqd: true }),
    field('employee_name', 'Data', { fetchFrom: 'employee.employee_name', readOnly: true }),
    field('log_type', 'Select', { options: '\nIN\nOUT' }),
    field('time', 'Datetime', { reqd: true, default: 'Now', permlevel: 1 }),
    field('device_id', 'Data', { label: 'Location / Device ID' }),
    field('skip_auto_attendance', 'Check'),
    field('shift', 'Link', { options: 'Shift Type', readOnly: true }),
    field('shift_start', 'Datetime', { hidden: true }),
    field('shift_end', 'Datetime', { hidden: true }),
    field('shift_actual_start', 'Datetime', { hidden: true }),
    field('shift_actual_end', 'Datetime', { hidden: true }),
    field('attendance', 'Link', { options: 'Attendance', readOnly: true, label: 'Attendance Marked' }),
    ...coordinates(profile),
    ...(profile.isNewerHrms ? [field('offshift', 'Check', { label: 'Off-Shift' })] : []),
  ],
  permissions: [
    allow('System Manager', 'all'),
    allow('HR Manager', 'all'),
    allow('HR User', READ_WRITE_CREATE),
    allow('Employee', ['read', 'write', 'create']),
    allow('System Manager', ['read', 'write'], 1),
    allow('HR Manager', ['read', 'write'], 1),
    allow('HR User', ['read', 'write'], 1),
    allow('Employee', ['read'], 1),
  ],
  indexed: ['employee', 'shift'],
});

/** Shift Type: erpnext-contract.md §3.8, §4. */
const shiftType = (profile: Profile): Meta => {
  const [late, early] =
    profile.name === 'v14'
      ? ['enable_entry_grace_period', 'enable_exit_grace_period']
      : ['enable_late_entry_marking', 'enable_early_exit_marking'];
  return {
    ...hrms,
    name: 'Shift Type',
    autoname: 'prompt',
    fields: [
      field('start_time', 'Time', { reqd: true }),
      field('end_time', 'Time', { reqd: true }),
      field('holiday_list', 'Link', { options: 'Holiday List' }),
      field('color', 'Select', {
        options: 'Blue\nCyan\nFuchsia\nGreen\nLime\nOrange\nPink\nRed\nViolet\nYellow',
        default: 'Blue',
      }),
      field('enable_auto_attendance', 'Check'),
      field('determine_check_in_and_check_out', 'Select', {
        options:
          'Alternating entries as IN and OUT during the same shift\nStrictly based on Log Type in Employee Checkin',
      }),
      field('working_hours_calculation_based_on', 'Select', {
        options: 'First Check-in and Last Check-out\nEvery Valid Check-in and Check-out',
      }),
      field('begin_check_in_before_shift_start_time', 'Int', { default: '60' }),
      field('allow_check_out_after_shift_end_time', 'Int', { default: '60' }),
      field('mark_auto_attendance_on_holidays', 'Check'),
      field('working_hours_threshold_for_half_day', 'Float'),
      field('working_hours_threshold_for_absent', 'Float'),
      field('process_attendance_after', 'Date'),
      field('last_sync_of_checkin', 'Datetime', { label: 'Last Sync of Checkin' }),
      field(late, 'Check'),
      field('late_entry_grace_period', 'Int'),
      field(early, 'Check'),
      field('early_exit_grace_period', 'Int'),
      ...(profile.isNewerHrms ? [field('auto_update_last_sync', 'Check')] : []),
    ],
    permissions: [...HR, allow('Employee', READ)],
  };
};

const shiftAssignment = (profile: Profile): Meta => ({
  ...hrms,
  name: 'Shift Assignment',
  autoname: 'HR-SHA-.YY.-.MM.-.#####',
  isSubmittable: true,
  fields: [
    field('employee', 'Link', { options: 'Employee', reqd: true }),
    field('employee_name', 'Data', { fetchFrom: 'employee.employee_name', readOnly: true }),
    field('company', 'Link', { options: 'Company', reqd: true }),
    field('shift_type', 'Link', { options: 'Shift Type', reqd: true }),
    ...(profile.hasCoordinates ? [field('shift_location', 'Link', { options: 'Shift Location' })] : []),
    field('status', 'Select', { options: 'Active\nInactive', default: 'Active' }),
    field('start_date', 'Date', { reqd: true }),
    field('end_date', 'Date'),
  ],
  permissions: [allow('HR User', 'submittable'), allow('HR Manager', 'submittable'), allow('Employee', READ)],
  indexed: ['employee', 'shift_type'],
});

const attendance: Meta = {
  ...hrms,
  name: 'Attendance',
  autoname: 'HR-ATT-.YYYY.-.#####',
  isSubmittable: true,
  fields: [
    field('employee', 'Link', { options: 'Employee', reqd: true }),
    field('employee_name', 'Data', { fetchFrom: 'employee.employee_name', readOnly: true }),
    field('attendance_date', 'Date', { reqd: true }),
    field('status', 'Select', {
      options: '\nPresent\nAbsent\nOn Leave\nHalf Day\nWork From Home',
      default: 'Present',
      reqd: true,
    }),
    field('company', 'Link', { options: 'Company', reqd: true }),
    field('shift', 'Link', { options: 'Shift Type' }),
    field('working_hours', 'Float'),
    field('in_time', 'Datetime'),
    field('out_time', 'Datetime'),
    field('late_entry', 'Check'),
    field('early_exit', 'Check'),
  ],
  permissions: [
    allow('HR User', 'submittable'),
    allow('HR Manager', 'submittable'),
    allow('System Manager', 'submittable'),
    allow('Employee', READ),
  ],
  indexed: ['employee'],
};

const OTHER_HRMS: readonly Meta[] = [
  {
    ...hrms,
    name: 'Shift Location',
    autoname: 'field:location_name',
    fields: [
      field('location_name', 'Data', { reqd: true, unique: true }),
      field('checkin_radius', 'Int'),
      field('latitude', 'Float'),
      field('longitude', 'Float'),
    ],
    permissions: HR,
  },
  {
    ...hrms,
    name: 'HR Settings',
    autoname: 'prompt',
    isSingle: true,
    fields: [
      field('emp_created_by', 'Select', {
        options: 'Naming Series\nEmployee Number\nFull Name',
        default: 'Naming Series',
      }),
      field('allow_employee_checkin_from_mobile_app', 'Check'),
      field('allow_geolocation_tracking', 'Check'),
    ],
    permissions: [allow('System Manager', ['read', 'write', 'create']), allow('HR Manager', ['read', 'write'])],
  },
];

/** DocTypes of ERPNext, and of Frappe HR where it is installed. */
export function hrDoctypes(profile: Profile, hasHrms: boolean): readonly Meta[] {
  const base = [employee(hasHrms), ...ERPNEXT_DOCTYPES];
  if (!hasHrms) return base;
  return [...base, employeeCheckin(profile), shiftType(profile), shiftAssignment(profile), attendance, ...OTHER_HRMS];
}
