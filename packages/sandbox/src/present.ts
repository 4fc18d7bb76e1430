import { type Call, metaOf } from './call.ts';
import { CHILD_COLUMNS, type Doc, isOn, rowsOf, STANDARD_COLUMNS, type Value } from './document.ts';
import { type Field, isNumeric, type Meta } from './meta.ts';
import { shownName } from './field-checks.ts';
import { levelsOf } from './permissions.ts';

export interface Presentation {
  /** `frappe.client.*` and v14's POST show nulls, single documents omit them (erpnext-contract.md §2.1). */
  readonly hasNulls?: boolean;
  /** Child rows in the answer to a write carry `__unsaved`. */
  readonly isWrite?: boolean;
}

function shownValue(field: Field, value: Value | undefined): Value {
  if (isNumeric(field.fieldtype)) return value ?? 0;
  return value ?? null;
}

function presentRow(meta: Meta, row: Doc, presentation: Presentation): Doc {
  const shown = presentFlat(meta, row, presentation, () => true);
  for (const column of CHILD_COLUMNS) shown[column] = row[column] ?? null;
  shown['doctype'] = meta.name;
  if (presentation.isWrite === true && isOn(row, '__unsaved')) shown['__unsaved'] = 1;
  return shown;
}

function presentFlat(meta: Meta, doc: Doc, presentation: Presentation, isReadable: (level: number) => boolean): Doc {
  const shown: Doc = {};
  for (const column of STANDARD_COLUMNS)
    shown[column] = doc[column] ?? (column === 'docstatus' || column === 'idx' ? 0 : null);
  shown['name'] = shownName(meta, shown['name']) ?? null;
  for (const field of meta.fields) {
    if (field.fieldtype === 'Table' || !isReadable(field.permlevel ?? 0)) continue;
    const value = shownValue(field, doc[field.fieldname]);
    if (value !== null || presentation.hasNulls === true) shown[field.fieldname] = value;
  }
  return shown;
}

/** A document as the caller may see it: key order, nulls, levels and child rows as a site sends them. */
export function present(call: Call, meta: Meta, doc: Doc, presentation: Presentation = {}): Doc {
  const isReadable = levelsOf(call, meta, 'read');
  const shown = presentFlat(meta, doc, presentation, isReadable);
  shown['doctype'] = meta.name;
  for (const field of meta.fields) {
    if (field.fieldtype !== 'Table' || !isReadable(field.permlevel ?? 0)) continue;
    const childMeta = metaOf(call, field.options ?? '');
    shown[field.fieldname] = rowsOf(doc, field.fieldname).map((row) => presentRow(childMeta, row, presentation));
  }
  return shown;
}
