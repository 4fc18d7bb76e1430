import { randomBytes } from 'node:crypto';
import type { Call } from '../call.ts';
import { type Doc, isOn, numberOf, rowsOf, textOf } from '../document.ts';
import { LAYOUT_TYPES } from '../doctypes/docfield-columns.ts';
import { thrown } from '../frappe-error.ts';

/** What a DocType's fields must obey: erpnext-contract.md §5.2. Row numbers count from 1. */

const RESTRICTED: ReadonlySet<string> = new Set([
  'name',
  'owner',
  'creation',
  'modified',
  'modified_by',
  'parent',
  'parentfield',
  'parenttype',
  'file_list',
  'flags',
  'docstatus',
  'idx',
  'doctype',
]);
/** Methods and attributes of Frappe's Document that a column would hide. */
const METHODS: ReadonlySet<string> = new Set(
  (
    'append as_dict as_json cancel check_permission copy db_insert db_set db_update delete discard extend get get_title ' +
    'get_url has_permission insert is_new load_from_db lock meta notify_update queue_action reload remove rename ' +
    'run_method save set submit unlock update validate'
  ).split(' '),
);
const NOT_IN_LISTS: readonly string[] = [...LAYOUT_TYPES, 'Table', 'Table MultiSelect', 'Password', 'Code', 'JSON'];
const CAN_BE_UNIQUE: readonly string[] = ['Data', 'Link', 'Read Only', 'Int', 'Select', 'Dynamic Link', 'Phone'];

const scrub = (label: string): string =>
  label
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/[^a-z0-9_]/g, '');

function nameField(row: Doc): void {
  if (textOf(row, 'fieldname') === '') {
    const label = scrub(textOf(row, 'label'));
    const type = textOf(row, 'fieldtype').toLowerCase().replace(/ /g, '_');
    row['fieldname'] = label === '' ? `${type}_${randomBytes(2).toString('hex')}` : label;
  }
  const name = textOf(row, 'fieldname').toLowerCase();
  row['fieldname'] = name;
  if (RESTRICTED.has(name)) throw thrown(`Fieldname ${name} is restricted`, { type: 'InvalidFieldNameError' });
  if (METHODS.has(name))
    throw thrown(`Fieldname ${name} conflicting with meta object`, { type: 'InvalidFieldNameError' });
  if (!/^[a-z_][a-z0-9_]*$/.test(name) || name.length > 64) {
    throw thrown(`Fieldname ${name} must have letters, digits and underscores only`, { type: 'InvalidFieldNameError' });
  }
}

function checkRepeats(rows: readonly Doc[]): void {
  const seen = new Map<string, number>();
  for (const row of rows) {
    const name = textOf(row, 'fieldname');
    const first = seen.get(name);
    if (first !== undefined) {
      const text = `Fieldname ${name} appears multiple times in rows ${first}, ${numberOf(row, 'idx')}`;
      throw thrown(text, { type: 'UniqueFieldnameError' });
    }
    seen.set(name, numberOf(row, 'idx'));
  }
}

/** Links and tables must lead to a DocType; a type may lead to itself. */
export function checkTargets(call: Call, doc: Doc): void {
  const own = textOf(doc, 'name');
  for (const row of rowsOf(doc, 'fields')) {
    const type = textOf(row, 'fieldtype');
    if (type !== 'Link' && type !== 'Table' && type !== 'Table MultiSelect') continue;
    const [target, label, idx] = [textOf(row, 'options'), textOf(row, 'label'), numberOf(row, 'idx')];
    if (target === '') {
      const text = `${own}: Options required for Link or Table type field ${label} in row ${idx}`;
      throw thrown(text, { type: 'DoctypeLinkError' });
    }
    const meta = target === own ? undefined : call.site.meta(target, call.tx);
    if (target !== own && meta === undefined) {
      const text = `${own}: Options must be a valid DocType for field ${label} in row ${idx}`;
      throw thrown(text, { type: 'WrongOptionsDoctypeLinkError' });
    }
    const isTable = target === own ? isOn(doc, 'istable') : meta?.isTable === true;
    if (type !== 'Link' && !isTable) {
      throw thrown(`Option ${target} for field ${textOf(row, 'fieldname')} is not a child table`, {
        title: 'Invalid Option',
      });
    }
  }
}

function checkDynamicLink(rows: readonly Doc[], row: Doc): void {
  if (textOf(row, 'fieldtype') !== 'Dynamic Link') return;
  const target = rows.find((other) => textOf(other, 'fieldname') === textOf(row, 'options'));
  const type = textOf(target, 'fieldtype');
  if (type === 'Select' || type === 'Data' || (type === 'Link' && textOf(target, 'options') === 'DocType')) return;
  throw thrown("Options 'Dynamic Link' type of field must point to another Link Field with options as 'DocType'");
}

function checkDefault(row: Doc): void {
  const [type, value] = [textOf(row, 'fieldtype'), textOf(row, 'default')];
  if (type === 'Check' && value === '') row['default'] = '0';
  if (type === 'Check' && !['', '0', '1'].includes(value)) {
    throw thrown(`Default for 'Check' type of field ${textOf(row, 'fieldname')} must be either '0' or '1'`);
  }
  if (type !== 'Select' || value === '' || textOf(row, 'options').split('\n').includes(value)) return;
  throw thrown(`Default value for ${textOf(row, 'fieldname')} must be in the list of options.`);
}

function checkFlags(doctype: string, row: Doc): void {
  const [type, label, idx] = [textOf(row, 'fieldtype'), textOf(row, 'label'), numberOf(row, 'idx')];
  if (isOn(row, 'hidden') && isOn(row, 'reqd') && textOf(row, 'default') === '') {
    const text = `${doctype}: Field ${label} in row ${idx} cannot be hidden and mandatory without default`;
    throw thrown(text, { type: 'HiddenAndMandatoryWithoutDefaultError' });
  }
  if (isOn(row, 'reqd') && LAYOUT_TYPES.includes(type)) {
    throw thrown(`${doctype}: Field ${label} of type ${type} cannot be mandatory`, { type: 'IllegalMandatoryError' });
  }
  if (isOn(row, 'unique') && !CAN_BE_UNIQUE.includes(type)) {
    throw thrown(`${doctype}: Fieldtype ${type} for ${label} cannot be unique`, { type: 'NonUniqueError' });
  }
  if (isOn(row, 'in_list_view') && NOT_IN_LISTS.includes(type)) {
    throw thrown(`'In List View' not allowed for type ${type} in row ${idx}`);
  }
}

/** Nobody said what a list shows: the first four mandatory fields. */
function showSomeInList(rows: readonly Doc[]): void {
  if (rows.some((row) => isOn(row, 'in_list_view'))) return;
  const fit = rows.filter(
    (row) => isOn(row, 'reqd') && !isOn(row, 'hidden') && !NOT_IN_LISTS.includes(textOf(row, 'fieldtype')),
  );
  for (const row of fit.slice(0, 4)) row['in_list_view'] = 1;
}

/** Names fields that have none and refuses what a site refuses; may change rows. */
export function validateFields(doc: Doc): void {
  const rows = rowsOf(doc, 'fields');
  for (const row of rows) nameField(row);
  checkRepeats(rows);
  for (const row of rows) {
    if (textOf(row, 'label') === '' && !LAYOUT_TYPES.includes(textOf(row, 'fieldtype'))) {
      row['label'] = textOf(row, 'fieldname')
        .replace(/_/g, ' ')
        .replace(/\b\w/g, (letter) => letter.toUpperCase());
    }
    checkDynamicLink(rows, row);
    checkDefault(row);
    checkFlags(textOf(doc, 'name'), row);
  }
  showSomeInList(rows);
}
