/** Names on the ERPNext side, in one place (contract §3.1, §4). */
export const EMPLOYEE = 'Employee';
export const EMPLOYEE_CHECKIN = 'Employee Checkin';
export const SHIFT_TYPE = 'Shift Type';
export const BRANCH = 'Branch';
export const CUSTOM_FIELD = 'Custom Field';

/** Holds the punch id; its unique index is what makes a second check-in of one punch impossible (contract §3.6). */
export const PUNCH_ID_FIELD = 'custom_biolistener_punch_id';
export const PUNCH_ID_LABEL = 'Biolistener Punch ID';

export const textIn = (row: Readonly<Record<string, unknown>>, field: string): string | undefined => {
  const value = row[field];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
};
