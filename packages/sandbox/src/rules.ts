import type { Call } from './call.ts';
import { validateCheckin } from './checkin-rules.ts';
import { validateCustomField } from './custom-field-rules.ts';
import { type Doc, rowsOf, textOf } from './document.ts';
import { validateEmployee } from './employee-rules.ts';

/** What a DocType's controller adds to the common way of a document. */
export interface Rules {
  /** Before naming, on insert only. */
  readonly beforeNaming?: (call: Call, doc: Doc) => void;
  /** `before_validate` and `validate`; `before` is absent on insert. May change the document. */
  readonly validate?: (call: Call, doc: Doc, before: Doc | undefined) => void;
}

function validateUser(call: Call, doc: Doc, before: Doc | undefined): void {
  doc['full_name'] = [textOf(doc, 'first_name'), textOf(doc, 'last_name')].filter((part) => part !== '').join(' ');
  // every User row stores its own zone at creation and keeps it (erpnext-contract.md §2.8)
  if (before === undefined && textOf(doc, 'time_zone') === '') doc['time_zone'] = call.site.timeZone;
}

function validateHolidayList(_call: Call, doc: Doc): void {
  doc['total_holidays'] = rowsOf(doc, 'holidays').length;
}

const RULES: Readonly<Record<string, Rules>> = {
  User: { validate: validateUser },
  Employee: { validate: validateEmployee },
  'Employee Checkin': { validate: validateCheckin },
  'Holiday List': { validate: validateHolidayList },
  'Custom Field': { beforeNaming: validateCustomField, validate: validateCustomField },
};

export const rulesFor = (doctype: string): Rules => RULES[doctype] ?? {};
