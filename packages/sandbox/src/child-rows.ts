import { randomBytes } from 'node:crypto';
import { type Call, metaOf } from './call.ts';
import { type Doc, isObject, rowsOf, textOf } from './document.ts';
import type { Field, Meta } from './meta.ts';
import { formatDateTime } from './site-time.ts';
import { castValue, sqlValue } from './values.ts';

function readRow(
  call: Call,
  field: Field,
  parent: { meta: Meta; name: string },
  raw: unknown,
  before: Doc | undefined,
): Doc {
  const meta = metaOf(call, field.options ?? '');
  const sent = isObject(raw) ? raw : {};
  const now = formatDateTime(call.now);
  const row: Doc = {
    name: before === undefined ? randomBytes(5).toString('hex') : textOf(before, 'name'),
    owner: before?.['owner'] ?? call.user,
    creation: before?.['creation'] ?? now,
    modified: now,
    modified_by: call.user,
    docstatus: 0,
  };
  for (const child of meta.fields) {
    const value = sent[child.fieldname];
    // a new row takes defaults; a known row is replaced whole: what was left out becomes null (erpnext-contract.md §2.3)
    const isDefaulted = value === undefined && before === undefined && child.default !== undefined;
    row[child.fieldname] = castValue(child, isDefaulted ? child.default : value);
  }
  return { ...row, parent: parent.name, parentfield: field.fieldname, parenttype: parent.meta.name, __unsaved: 1 };
}

/** The new rows of a child table: rows with a known name replace that row, others are new, missing ones are gone. */
export function readRows(
  call: Call,
  field: Field,
  parent: { meta: Meta; name: string },
  raw: unknown,
  before: Doc | undefined,
): Doc[] {
  if (!Array.isArray(raw)) return rowsOf(before, field.fieldname);
  const known = new Map(rowsOf(before, field.fieldname).map((row) => [textOf(row, 'name'), row]));
  return raw.map((sent: unknown, index) => {
    const name = isObject(sent) && typeof sent['name'] === 'string' ? sent['name'] : '';
    return { ...readRow(call, field, parent, sent, known.get(name)), idx: index + 1 };
  });
}

/** Child rows as their table stores them. */
export function storedRows(call: Call, field: Field, rows: readonly Doc[], parentName: string): Doc[] {
  const meta = metaOf(call, field.options ?? '');
  return rows.map(({ __unsaved: _mark, ...row }) => {
    for (const child of meta.fields) row[child.fieldname] = sqlValue(child, row[child.fieldname]);
    return { ...row, parent: parentName };
  });
}
