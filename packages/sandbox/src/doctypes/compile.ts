import { type Doc, isOn, numberOf, rowsOf, textOf } from '../document.ts';
import { type Field, type FieldType, type Meta, PERMISSION_FLAGS, type PermissionRow } from '../meta.ts';
import { LAYOUT_TYPES } from './docfield-columns.ts';

/** Marks, in the stored row of a DocType, that its Python class does not fit: no column, so nobody reads it back. */
export const BROKEN = '_class_missing';

const optional = <K extends string>(doc: Doc, column: string, key: K): Partial<Record<K, string>> => {
  const text = textOf(doc, column);
  return text === '' ? {} : ({ [key]: text } as Record<K, string>); // the key is K and the value a text
};

/** A Select that nobody gave a default takes its first choice in a new document. */
function defaultOf(row: Doc): { default?: string } {
  const text = textOf(row, 'default');
  if (text !== '') return { default: text };
  const [first = ''] = textOf(row, 'options').split('\n');
  return textOf(row, 'fieldtype') === 'Select' && first !== '' ? { default: first } : {};
}

/** A row of DocField or Custom Field as the rest of the sandbox knows fields; undefined for what only arranges a form. */
export function fieldOf(row: Doc): Field | undefined {
  const type = textOf(row, 'fieldtype');
  if (LAYOUT_TYPES.includes(type)) return undefined;
  return {
    fieldname: textOf(row, 'fieldname'),
    label: textOf(row, 'label') || textOf(row, 'fieldname'),
    // the Select of DocField lets no other text in; a table that looks like tags is a table all the same
    fieldtype: (type === 'Table MultiSelect' ? 'Table' : type) as FieldType,
    ...optional(row, 'options', 'options'),
    ...optional(row, 'fetch_from', 'fetchFrom'),
    ...defaultOf(row),
    reqd: isOn(row, 'reqd'),
    unique: isOn(row, 'unique'),
    permlevel: numberOf(row, 'permlevel'),
    fetchIfEmpty: isOn(row, 'fetch_if_empty'),
    readOnly: isOn(row, 'read_only'),
    hidden: isOn(row, 'hidden'),
    setOnlyOnce: isOn(row, 'set_only_once'),
    nonNegative: isOn(row, 'non_negative'),
    ignoresXssFilter: isOn(row, 'ignore_xss_filter'),
    inListView: isOn(row, 'in_list_view'),
    ...(numberOf(row, 'length') > 0 ? { length: numberOf(row, 'length') } : {}),
  };
}

export const permissionOf = (row: Doc): PermissionRow => ({
  role: textOf(row, 'role'),
  permlevel: numberOf(row, 'permlevel'),
  flags: PERMISSION_FLAGS.filter((flag) => isOn(row, flag)),
  ifOwner: isOn(row, 'if_owner'),
});

const autonameOf = (doc: Doc, fields: readonly Field[]): string => {
  const text = textOf(doc, 'autoname');
  if (text !== '') return /^(prompt|hash|random|autoincrement)$/i.test(text) ? text.toLowerCase() : text;
  return fields.some((field) => field.fieldname === 'naming_series') ? 'naming_series:' : 'hash';
};

function compile(doc: Doc): Meta {
  const fields = rowsOf(doc, 'fields').flatMap((row) => fieldOf(row) ?? []);
  return {
    name: textOf(doc, 'name'),
    app: '',
    module: textOf(doc, 'module'),
    autoname: autonameOf(doc, fields),
    fields,
    permissions: rowsOf(doc, 'permissions').map(permissionOf),
    isTable: isOn(doc, 'istable'),
    isSingle: isOn(doc, 'issingle'),
    isSubmittable: isOn(doc, 'is_submittable'),
    isCustom: isOn(doc, 'custom'),
    allowsRename: isOn(doc, 'allow_rename'),
    isBroken: isOn(doc, BROKEN),
    indexed: fields.filter((field) => field.fieldtype === 'Link').map((field) => field.fieldname),
  };
}

const compiled = new WeakMap<Doc, Meta>();

/** What a stored DocType document makes of a DocType. A changed document is another object, so nothing goes stale. */
export function metaOfDocument(doc: Doc): Meta {
  let meta = compiled.get(doc);
  if (meta === undefined) {
    meta = compile(doc);
    compiled.set(doc, meta);
  }
  return meta;
}
