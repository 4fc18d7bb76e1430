import type { Call } from '../call.ts';
import { type Doc, isOn, numberOf, rowsOf, textOf } from '../document.ts';
import { thrown } from '../frappe-error.ts';

/** Roles that only Administrator may name in a custom DocType, besides those with `is_custom` (erpnext-contract.md §5.2). */
const RESERVED_ROLES: readonly string[] = ['All', 'Guest', 'Desk User', 'Administrator'];

/** erpnext-contract.md §8 no. 76. */
export function refuseReservedRoles(call: Call, doc: Doc): void {
  if (call.user === 'Administrator' || !isOn(doc, 'custom')) return;
  for (const row of rowsOf(doc, 'permissions')) {
    const role = textOf(row, 'role');
    if (!RESERVED_ROLES.includes(role) && !isOn(call.tx.find('Role', role), 'is_custom')) continue;
    const text = `Row # ${numberOf(row, 'idx')}: Non administrator user can not set the role <strong>${role}</strong> to the custom doctype`;
    throw thrown(text);
  }
}

const ruleKey = (row: Doc): string =>
  `${textOf(row, 'role')}/${numberOf(row, 'permlevel')}/${numberOf(row, 'if_owner')}`;

function checkRow(doc: Doc, row: Doc, rows: readonly Doc[]): void {
  const place = `For ${textOf(row, 'role')} at level ${numberOf(row, 'permlevel')} in ${textOf(doc, 'name')} in row ${numberOf(row, 'idx')}`;
  if (rows.some((other) => other !== row && ruleKey(other) === ruleKey(row))) {
    throw thrown(`${place}: Only one rule allowed with the same Role, Level and If Owner`);
  }
  const hasZero = rows.some((other) => textOf(other, 'role') === textOf(row, 'role') && !isOn(other, 'permlevel'));
  if (isOn(row, 'permlevel') && !hasZero) {
    throw thrown(`${place}: Permission at level 0 must be set before higher levels are set`);
  }
  if (isOn(row, 'submit') && !isOn(doc, 'is_submittable')) {
    throw thrown(`${place}: Cannot set Assign Submit if not Submittable`);
  }
  if (isOn(row, 'import') && !isOn(doc, 'allow_import')) {
    throw thrown(`${place}: Cannot set import as ${textOf(doc, 'name')} is not importable`);
  }
  if (isOn(row, 'import') && !isOn(row, 'create')) throw thrown(`${place}: Cannot set Import without Create`);
  if (isOn(row, 'cancel') && !isOn(row, 'submit')) throw thrown(`${place}: Cannot set Cancel without Submit`);
  if (isOn(row, 'amend') && !isOn(row, 'cancel')) throw thrown(`${place}: Cannot set Amend without Cancel`);
}

/** Checks the rows of rules; takes away what a level or a Single cannot have. */
export function validatePermissions(doc: Doc): void {
  const rows = rowsOf(doc, 'permissions');
  for (const row of rows) {
    if (isOn(row, 'permlevel')) for (const flag of ['create', 'submit', 'cancel', 'amend']) row[flag] = 0;
    if (isOn(doc, 'issingle')) for (const flag of ['report', 'import', 'export']) row[flag] = 0;
    checkRow(doc, row, rows);
  }
}
