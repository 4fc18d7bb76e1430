import { BRANCH, EMPLOYEE, EMPLOYEE_CHECKIN, SHIFT_TYPE } from '../doctypes.ts';
import type { SitePart } from './part.ts';

export const SERVICE_ROLE = 'Biometric Service';
export const MANAGER_ROLE = 'Biometric Manager';
/** Name of a part that is a rule of the Role Permission Manager; on the site it is a Custom DocPerm. */
export const PERMISSION_RULE = 'Custom DocPerm';

export const RULE_FLAGS = [
  'select',
  'read',
  'write',
  'create',
  'delete',
  'report',
  'export',
  'share',
  'print',
  'email',
] as const;
export type RuleFlag = (typeof RULE_FLAGS)[number];

interface Rule {
  readonly doctype: string;
  readonly permlevel: 0 | 1;
  readonly flags: readonly RuleFlag[];
  readonly why: string;
}

/** What the service needs on DocTypes that are not ours, and nothing else (contract §3.4; docs/install-erpnext.md). */
export const SERVICE_RULES: readonly Rule[] = [
  { doctype: EMPLOYEE, permlevel: 0, flags: ['read'], why: 'to know whose PIN it is' },
  {
    doctype: EMPLOYEE_CHECKIN,
    permlevel: 0,
    flags: ['read', 'write', 'create', 'delete'],
    why: 'to make check-ins, and to remove the one that the self-test makes',
  },
  {
    doctype: EMPLOYEE_CHECKIN,
    permlevel: 1,
    flags: ['read', 'write'],
    why: 'to set the time: without it every time becomes now',
  },
  { doctype: SHIFT_TYPE, permlevel: 0, flags: ['read', 'write'], why: 'to move Last Sync of Checkin' },
];

/** What whoever manages devices and users picks from, by name and without seeing what else is in it. */
export const MANAGER_RULES: readonly Rule[] = [
  { doctype: EMPLOYEE, permlevel: 0, flags: ['select'], why: 'to choose the employee of a user' },
  { doctype: BRANCH, permlevel: 0, flags: ['select'], why: 'to choose the place of a device' },
];

export const ruleParts = (): SitePart[] => [
  ...SERVICE_RULES.map((rule) => rulePart(SERVICE_ROLE, rule)),
  ...MANAGER_RULES.map((rule) => rulePart(MANAGER_ROLE, rule)),
];

const rulePart = (role: string, { doctype, permlevel, flags }: Rule): SitePart => ({
  object: PERMISSION_RULE,
  isOurs: true, // a rule for our own role; it takes several calls
  name: `${doctype}: ${role}, level ${permlevel}`,
  wanted: {
    parent: doctype,
    role,
    permlevel,
    ...Object.fromEntries(RULE_FLAGS.map((flag) => [flag, flags.includes(flag) ? 1 : 0])),
  },
});
