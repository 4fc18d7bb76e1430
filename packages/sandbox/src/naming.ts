import { randomBytes } from 'node:crypto';
import type { Call } from './call.ts';
import { type Doc, isBlank, textOf } from './document.ts';
import { thrown } from './frappe-error.ts';
import type { Meta } from './meta.ts';
import { formatDateTime } from './site-time.ts';

const hashName = (): string => randomBytes(5).toString('hex');

/**
 * Fills a naming series. Parts are divided by dots; `#` is the counter of what stands before it.
 * The month and year are those of insertion, in site time (erpnext-contract.md §3.1).
 */
export function fillSeries(call: Call, series: string): string {
  const now = formatDateTime(call.now);
  let name = '';
  for (const part of series.split('.')) {
    if (/^#+$/.test(part)) name += String(call.tx.next(name)).padStart(part.length, '0');
    else if (part === 'YYYY') name += now.slice(0, 4);
    else if (part === 'YY') name += now.slice(2, 4);
    else if (part === 'MM') name += now.slice(5, 7);
    else if (part === 'DD') name += now.slice(8, 10);
    else name += part;
  }
  return name;
}

function fillFormat(call: Call, format: string, doc: Doc): string {
  const now = formatDateTime(call.now);
  const dated = format
    .replaceAll('{YYYY}', now.slice(0, 4))
    .replaceAll('{YY}', now.slice(2, 4))
    .replaceAll('{MM}', now.slice(5, 7))
    .replaceAll('{DD}', now.slice(8, 10));
  return dated.replace(/\{(#+|\w+)\}/g, (_whole, part: string, at: number) =>
    part.startsWith('#') ? String(call.tx.next(dated.slice(0, at))).padStart(part.length, '0') : textOf(doc, part),
  );
}

function fromField(meta: Meta, fieldname: string, doc: Doc): string {
  if (!isBlank(doc[fieldname])) return textOf(doc, fieldname).trim();
  const label = meta.fields.find((field) => field.fieldname === fieldname)?.label ?? fieldname;
  throw thrown(`${label} is required`);
}

function promptedName(doc: Doc): string {
  const name = textOf(doc, 'name').trim();
  if (name === '') throw thrown('Please set the document name');
  return name;
}

function departmentName(call: Call, doc: Doc): string {
  const abbr = textOf(call.tx.find('Company', textOf(doc, 'company')), 'abbr');
  return `${textOf(doc, 'department_name')} - ${abbr}`;
}

function employeeName(call: Call, meta: Meta, doc: Doc): string {
  const rule = textOf(call.tx.find('HR Settings', 'HR Settings'), 'emp_created_by');
  if (rule === 'Employee Number') return fromField(meta, 'employee_number', doc);
  if (rule === 'Full Name')
    return ['first_name', 'middle_name', 'last_name']
      .map((part) => textOf(doc, part))
      .filter(Boolean)
      .join(' ');
  return fillSeries(call, meta.autoname);
}

/** A card's name is its label; a second card of that label gets a number. */
function cardName(call: Call, doc: Doc): string {
  const label = textOf(doc, 'name') || textOf(doc, 'label');
  let name = label;
  for (let number = 1; call.tx.find('Number Card', name) !== undefined; number += 1) name = `${label}-${number}`;
  return name;
}

const setterName = (doc: Doc): string =>
  [
    textOf(doc, 'doc_type'),
    textOf(doc, 'field_name') || textOf(doc, 'row_name') || 'main',
    textOf(doc, 'property'),
  ].join('-');

/** A series that the document names itself, else the first that its DocType offers. */
function seriesOf(meta: Meta, doc: Doc): string {
  const offered = meta.fields.find((field) => field.fieldname === 'naming_series')?.options?.split('\n') ?? [];
  const series = textOf(doc, 'naming_series') || offered.find((option) => option !== '') || '';
  if (series === '') throw thrown('Please set the series to be used.');
  return series.includes('#') ? series : `${series}.#####`;
}

function rawName(call: Call, meta: Meta, doc: Doc): string {
  if (meta.name === 'Employee') return employeeName(call, meta, doc);
  if (meta.name === 'Custom Field') return `${textOf(doc, 'dt')}-${textOf(doc, 'fieldname')}`;
  if (meta.name === 'Property Setter') return setterName(doc);
  if (meta.name === 'Number Card') return cardName(call, doc);
  if (meta.autoname === 'naming_series:') return fillSeries(call, seriesOf(meta, doc));
  if (meta.autoname === 'random') return hashName();
  if (meta.autoname === 'department') return departmentName(call, doc);
  if (meta.autoname === 'prompt') return promptedName(doc);
  if (meta.autoname === 'hash') return hashName();
  if (meta.autoname === 'autoincrement') return String(call.tx.next(meta.name));
  if (meta.autoname.startsWith('field:')) return fromField(meta, meta.autoname.slice(6), doc);
  if (meta.autoname.startsWith('format:')) return fillFormat(call, meta.autoname.slice(7), doc);
  return fillSeries(call, meta.autoname);
}

/** Names a new document by its DocType's rule; refuses signs that would break links. */
export function nameFor(call: Call, meta: Meta, doc: Doc): string {
  const name = rawName(call, meta, doc);
  if (/[<>]/.test(name)) {
    throw thrown("Name cannot contain special characters like '<', '>'", { type: 'NameError', status: 409 });
  }
  return name;
}
