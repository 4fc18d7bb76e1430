import type { Call } from './call.ts';
import { collate, type Doc, isBlank, numberOf, textOf } from './document.ts';
import { operationalError } from './failures.ts';
import { thrown } from './frappe-error.ts';
import type { Field, Meta } from './meta.ts';
import { sqlValue } from './values.ts';

/** Checks and changes of single fields that only DocTypes made on the site ask for (erpnext-contract.md §5.2). */

/** `set_only_once`: what was stored once stays. */
export function checkConstants(meta: Meta, doc: Doc, before: Doc): void {
  for (const field of meta.fields) {
    if (field.setOnlyOnce !== true || isBlank(before[field.fieldname])) continue;
    if (textOf(before, field.fieldname) === asStored(field, doc)) continue;
    const text = `Value cannot be changed for ${field.label}`;
    throw thrown(text, { type: 'CannotChangeConstantError' });
  }
}

const asStored = (field: Field, doc: Doc): string => textOf({ value: sqlValue(field, doc[field.fieldname]) }, 'value');

export function checkNonNegative(meta: Meta, doc: Doc): void {
  for (const field of meta.fields) {
    if (field.nonNegative !== true || numberOf(doc, field.fieldname) >= 0) continue;
    throw thrown(`Value cannot be negative for ${field.label}`, { type: 'NonNegativeError' });
  }
}

/** Links whose DocType another field names; pages, addresses and the like are no DocTypes and are not looked up. */
export function badDynamicLinks(call: Call, meta: Meta, row: Doc): string[] {
  return meta.fields.flatMap((field) => {
    if (field.fieldtype !== 'Dynamic Link' || isBlank(row[field.fieldname])) return [];
    const doctype = textOf(row, field.options ?? '');
    if (doctype === '') throw thrown(`${labelOf(meta, field.options ?? '')} must be set first`);
    if (call.site.meta(doctype, call.tx) === undefined) return [];
    const target = call.tx.find(doctype, textOf(row, field.fieldname));
    return target === undefined ? [`${field.label}: ${textOf(row, field.fieldname)}`] : [];
  });
}

const labelOf = (meta: Meta, name: string): string =>
  meta.fields.find((field) => field.fieldname === name)?.label ?? name;

const RAW_TYPES: ReadonlySet<string> = new Set(['Code', 'JSON', 'Attach', 'Attach Image', 'Password', 'Geolocation']);

/** Markup is cleaned on save: a script becomes text that shows. Other cleaning of a site is not imitated. */
export function sanitize(meta: Meta, doc: Doc): void {
  for (const field of meta.fields) {
    const value = doc[field.fieldname];
    if (typeof value !== 'string' || RAW_TYPES.has(field.fieldtype) || field.ignoresXssFilter === true) continue;
    doc[field.fieldname] = value.replace(/<(\/?script\b[^>]*)>/gi, '&lt;$1&gt;');
  }
}

/** A JSON column takes JSON only; v14 stores it pretty-printed (§5.2). */
export function jsonText(call: Call, doctype: string, field: Field, value: Doc[string]): Doc[string] {
  if (field.fieldtype !== 'JSON' || typeof value !== 'string') return value;
  if (value.trim() === '') return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return call.site.profile.name === 'v14' ? JSON.stringify(parsed, undefined, 1) : value;
  } catch {
    throw operationalError(`(4025, 'CONSTRAINT \`tab${doctype}.${field.fieldname}\` failed')`);
  }
}

/** A list shows that a name is a number, and a document too, where the DocType counts its documents. */
export const shownName = (meta: Meta, name: Doc[string]): Doc[string] =>
  meta.autoname === 'autoincrement' && typeof name === 'string' && collate(name) !== '' ? Number(name) : name;
