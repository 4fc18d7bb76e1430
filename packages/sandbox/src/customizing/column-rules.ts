import type { Call } from '../call.ts';
import { collate, type Doc, isBlank, isOn, numberOf, rowsOf, textOf } from '../document.ts';
import { fieldOf } from '../doctypes/compile.ts';
import { thrown } from '../frappe-error.ts';
import type { Field } from '../meta.ts';
import { castValue } from '../values.ts';

/** What becomes of a table's columns when fields change: erpnext-contract.md §5.3. */

/** Types whose columns take each other's values; all others are text. */
const KIN: readonly (readonly string[])[] = [
  ['Int', 'Check', 'Float', 'Currency', 'Percent', 'Rating', 'Duration'],
  ['Date', 'Datetime'],
  ['Time'],
  ['Table', 'Table MultiSelect'],
];
const TEXT = -1;
const kinOf = (type: string): number => KIN.findIndex((kin) => kin.includes(type));

export function checkTypeChanges(doc: Doc, before: Doc): void {
  const types = new Map(rowsOf(before, 'fields').map((row) => [textOf(row, 'fieldname'), textOf(row, 'fieldtype')]));
  for (const row of rowsOf(doc, 'fields')) {
    const [was, is] = [types.get(textOf(row, 'fieldname')), textOf(row, 'fieldtype')];
    if (was === undefined || kinOf(was) === kinOf(is)) continue;
    if (kinOf(is) === TEXT && !was.startsWith('Table')) continue; // a text column takes numbers and dates
    throw thrown(`Fieldtype cannot be changed from ${was} to ${is} in row ${numberOf(row, 'idx')}`);
  }
}

/** Whether two rows hold the same in a column that is to be unique; blanks do not count. */
export function hasDuplicates(call: Call, doctype: string, fieldname: string): boolean {
  const values = [...call.tx.all(doctype)].map((doc) => collate(textOf(doc, fieldname))).filter((text) => text !== '');
  return new Set(values).size < values.length;
}

export function checkNewUniques(call: Call, doc: Doc, before: Doc): void {
  const name = textOf(doc, 'name');
  const known = new Map(rowsOf(before, 'fields').map((row) => [textOf(row, 'fieldname'), row]));
  for (const row of rowsOf(doc, 'fields')) {
    const fieldname = textOf(row, 'fieldname');
    if (!isOn(row, 'unique') || isOn(known.get(fieldname), 'unique') || !hasDuplicates(call, name, fieldname)) continue;
    const text = `${name}: Field '${textOf(row, 'label')}' cannot be set as Unique as it has non-unique values`;
    throw thrown(text, { type: 'NonUniqueError' });
  }
}

const isFilled = ({ default: value, fieldtype }: Field): boolean =>
  value !== undefined && !['Date', 'Datetime', 'Time', 'Table'].includes(fieldtype);

/** A new column holds its default in the rows that are there already. */
export function fillColumns(call: Call, doctype: string, fields: readonly Field[]): void {
  const filled = fields.filter(isFilled);
  if (filled.length === 0) return;
  for (const row of [...call.tx.all(doctype)]) {
    const missing = filled.filter((field) => isBlank(row[field.fieldname]));
    const values = missing.map((field) => [field.fieldname, castValue(field, field.default)] as const);
    call.tx.put(doctype, textOf(row, 'name'), { ...row, ...Object.fromEntries(values) });
  }
}

export function fillNewColumns(call: Call, doc: Doc, before: Doc | undefined): void {
  if (before === undefined) return;
  const known = new Set(rowsOf(before, 'fields').map((row) => textOf(row, 'fieldname')));
  const added = rowsOf(doc, 'fields').filter((row) => !known.has(textOf(row, 'fieldname')));
  fillColumns(
    call,
    textOf(doc, 'name'),
    added.flatMap((row) => fieldOf(row) ?? []),
  );
}
