import type { Call } from './call.ts';
import { type Doc, textOf } from './document.ts';
import { thrown } from './frappe-error.ts';

/** Employee: the name is derived, leavers need a date (erpnext-contract.md §4). */
export function validateEmployee(_call: Call, doc: Doc): void {
  const parts = ['first_name', 'middle_name', 'last_name']
    .map((part) => textOf(doc, part))
    .filter((part) => part !== '');
  doc['employee_name'] = parts.join(' ');
  doc['employee'] = textOf(doc, 'name');
  if (textOf(doc, 'status') === 'Left' && textOf(doc, 'relieving_date') === '') {
    throw thrown('Please enter relieving date.', { app: 'erpnext (app)' });
  }
}
