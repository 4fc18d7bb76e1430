import type { Call } from './call.ts';
import { validateCheckin } from './checkin-rules.ts';
import { fillCustomColumn, validateCustomField } from './custom-field-rules.ts';
import { type Doc, rowsOf, textOf } from './document.ts';
import {
  validateChart,
  validateNumberCard,
  validatePropertySetter,
  validateReport,
  validateServerScript,
  validateWorkspace,
} from './customizing/desk-rules.ts';
import { fillNewColumns } from './customizing/column-rules.ts';
import { beforeDoctypeDelete, validateDoctype } from './customizing/doctype-rules.ts';
import { validateEmployee } from './employee-rules.ts';
import { afterFileDelete, prepareFile } from './files/file-rules.ts';
import { validateWebhook } from './webhooks/webhook-rules.ts';

/** What a DocType's controller adds to the common way of a document. */
export interface Rules {
  /** Before naming, on insert only. */
  readonly beforeNaming?: (call: Call, doc: Doc, sent: Readonly<Record<string, unknown>>) => void;
  /** `before_validate` and `validate`; `before` is absent on insert. May change the document. */
  readonly validate?: (call: Call, doc: Doc, before: Doc | undefined) => void;
  /** Once the document lies in its table. */
  readonly afterStore?: (call: Call, doc: Doc, before: Doc | undefined) => void;
  /** May refuse; comes before links are looked for. */
  readonly beforeDelete?: (call: Call, doc: Doc) => void;
  readonly afterDelete?: (call: Call, doc: Doc) => void;
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
  'Custom Field': {
    beforeNaming: (call, doc) => validateCustomField(call, doc),
    validate: validateCustomField,
    afterStore: fillCustomColumn,
  },
  DocType: { validate: validateDoctype, afterStore: fillNewColumns, beforeDelete: beforeDoctypeDelete },
  'Property Setter': { validate: validatePropertySetter },
  'Server Script': { validate: validateServerScript },
  Report: { validate: validateReport },
  Workspace: { validate: validateWorkspace, beforeDelete: (call, doc) => validateWorkspace(call, doc) },
  'Number Card': { validate: validateNumberCard },
  'Dashboard Chart': { validate: validateChart },
  Webhook: { validate: validateWebhook },
  File: { beforeNaming: prepareFile, afterDelete: afterFileDelete },
};

export const rulesFor = (doctype: string): Rules => RULES[doctype] ?? {};
