import { type Call, metaOf } from './call.ts';
import { fillColumns, hasDuplicates } from './customizing/column-rules.ts';
import { type Doc, isOn, textOf } from './document.ts';
import { fieldOf } from './doctypes/compile.ts';
import { thrown } from './frappe-error.ts';

/** `Punch ID` → `custom_punch_id`, as a site names a field that came without a name. */
const scrub = (label: string): string => `custom_${label.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;

/** Custom Field: erpnext-contract.md §5.3. Runs before naming too, since the name is made of what it settles. */
export function validateCustomField(call: Call, doc: Doc, before?: Doc): void {
  const doctype = textOf(doc, 'dt');
  if (doctype === '') return; // reported as mandatory
  const meta = metaOf(call, doctype);
  if (textOf(doc, 'fieldname') === '') {
    if (textOf(doc, 'label') === '') throw thrown('Label is mandatory');
    doc['fieldname'] = scrub(textOf(doc, 'label'));
  }
  const fieldname = textOf(doc, 'fieldname');
  if (textOf(doc, 'label') === '') doc['label'] = fieldname;
  const isNamed = textOf(doc, 'name') !== '';
  if (before === undefined && !isNamed && meta.fields.some((field) => field.fieldname === fieldname)) {
    throw thrown(`A field with the name <strong>${fieldname}</strong> already exists in ${doctype}`);
  }
  const [was, is] = [textOf(before, 'fieldtype'), textOf(doc, 'fieldtype')];
  if (before !== undefined && was !== is) throw thrown(`Fieldtype cannot be changed from ${was} to ${is}`);
  if (isOn(doc, 'unique') && !isOn(before, 'unique') && hasDuplicates(call, doctype, fieldname)) {
    throw thrown(`Field '${fieldname}' cannot be set as Unique as it has non-unique values`);
  }
}

export function fillCustomColumn(call: Call, doc: Doc, before: Doc | undefined): void {
  const field = fieldOf(doc);
  if (before === undefined && field !== undefined) fillColumns(call, textOf(doc, 'dt'), [field]);
}
