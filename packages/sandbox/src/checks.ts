import { type Call, metaOf } from './call.ts';
import { collate, type Doc, isBlank, rowsOf, textOf } from './document.ts';
import { badDynamicLinks } from './field-checks.ts';
import { FrappeError, thrown } from './frappe-error.ts';
import { type Field, isNumeric, isShortText, type Meta } from './meta.ts';

/** Checks of one document before it is stored, in the words of erpnext-contract.md §2.4. */

const tablesOf = (meta: Meta): Field[] => meta.fields.filter((field) => field.fieldtype === 'Table');

/** Runs a check on the document and on each row of its child tables. */
function onEachRow(call: Call, meta: Meta, doc: Doc, check: (meta: Meta, row: Doc, rowNumber?: number) => void): void {
  check(meta, doc);
  for (const table of tablesOf(meta)) {
    const childMeta = metaOf(call, table.options ?? '');
    rowsOf(doc, table.fieldname).forEach((row, index) => check(childMeta, row, index + 1));
  }
}

const feedsFetches = (meta: Meta, link: Field): boolean =>
  meta.fields.some((field) => field.fetchFrom?.startsWith(`${link.fieldname}.`) ?? false);

/**
 * Every link must lead somewhere. v14 and v15 skip links that feed fetched fields: they read the wanted columns at once
 * and take "no row" for "nothing to check" (§2.5).
 */
export function checkLinks(call: Call, meta: Meta, doc: Doc): void {
  const bad: string[] = [];
  onEachRow(call, meta, doc, (rowMeta, row, rowNumber) => {
    const place = rowNumber === undefined ? '' : `Row #${rowNumber}: `;
    for (const field of rowMeta.fields) {
      if (field.fieldtype !== 'Link' || isBlank(row[field.fieldname])) continue;
      const target = call.tx.find(field.options ?? '', textOf(row, field.fieldname));
      if (target !== undefined) {
        row[field.fieldname] = textOf(target, 'name'); // MariaDB found it in any case; the link takes the true spelling
        continue;
      }
      if (!call.site.profile.checksFetchingLinks && feedsFetches(rowMeta, field)) continue;
      bad.push(`${place}${field.label}: ${textOf(row, field.fieldname)}`);
    }
    bad.push(...badDynamicLinks(call, rowMeta, row).map((text) => place + text));
  });
  if (bad.length > 0) throw thrown(`Could not find ${bad.join(', ')}`, { type: 'LinkValidationError' });
}

/** Copies what linked documents say into the fields that mirror them. */
export function fetchLinked(call: Call, meta: Meta, doc: Doc): void {
  for (const field of meta.fields) {
    const [link, source] = field.fetchFrom?.split('.') ?? [];
    const target = meta.fields.find((other) => other.fieldname === link)?.options;
    if (link === undefined || source === undefined || target === undefined) continue;
    const linked = call.tx.find(target, textOf(doc, link));
    if (field.fetchIfEmpty === true && !isBlank(doc[field.fieldname])) continue;
    if (linked !== undefined) doc[field.fieldname] = linked[source] ?? null;
  }
}

export function checkMandatory(call: Call, meta: Meta, doc: Doc): void {
  const missing: string[] = [];
  const messages: { message: string }[] = [];
  onEachRow(call, meta, doc, (rowMeta, row, rowNumber) => {
    for (const field of rowMeta.fields) {
      if (field.reqd !== true || isNumeric(field.fieldtype) || !isBlank(row[field.fieldname])) continue;
      missing.push(field.fieldname);
      const text =
        rowNumber === undefined
          ? `Error: Value missing for ${meta.name}: ${field.label}`
          : `Error: <strong>${rowMeta.name}</strong> Row #${rowNumber}: Value missing for: ${field.label}`;
      messages.push({ message: text });
    }
  });
  if (missing.length === 0) return;
  const text = `[${meta.name}, ${textOf(doc, 'name')}]: ${missing.join(', ')}`;
  throw new FrappeError({ status: 417, type: 'MandatoryError', text, messages });
}

export function checkSelects(call: Call, meta: Meta, doc: Doc): void {
  onEachRow(call, meta, doc, (rowMeta, row, rowNumber) => {
    const place = rowNumber === undefined ? '' : `Row #${rowNumber}:`;
    for (const field of rowMeta.fields) {
      if (field.fieldtype !== 'Select' || isBlank(row[field.fieldname])) continue;
      const choices = (field.options ?? '').split('\n');
      const value = textOf(row, field.fieldname);
      if (choices.includes(value)) continue;
      const list = choices.map((choice) => `"${choice}"`).join(', ');
      throw thrown(`${place} ${field.label} cannot be "${value}". It should be one of ${list}`);
    }
  });
}

export function checkLengths(call: Call, meta: Meta, doc: Doc): void {
  onEachRow(call, meta, doc, (rowMeta, row) => {
    for (const field of rowMeta.fields) {
      const value = row[field.fieldname];
      const most = field.length ?? 140;
      if (!isShortText(field.fieldtype) || typeof value !== 'string' || value.length <= most) continue;
      const text = `${meta.name} ${textOf(doc, 'name')}: '${field.label}' (${value}) will get truncated, as max characters allowed is ${most}`;
      throw thrown(text, { type: 'CharacterLengthExceededError', title: 'Value too big' });
    }
  });
}

/** The unique index of a column: looked up among everything committed, not in a snapshot, so it cannot be raced. */
export function checkUnique(call: Call, meta: Meta, doc: Doc, name: string): void {
  for (const field of meta.fields) {
    const value = doc[field.fieldname];
    if (field.unique !== true || isBlank(value)) continue;
    for (const other of call.tx.by(meta.name, field.fieldname, textOf(doc, field.fieldname))) {
      if (collate(textOf(other, 'name')) === collate(name)) continue;
      const message = `${field.label} must be unique`;
      const text = `('${meta.name}', '${name}', IntegrityError(1062, "Duplicate entry '${textOf(doc, field.fieldname)}' for key '${field.fieldname}'"))`;
      throw new FrappeError({ status: 417, type: 'UniqueValidationError', text, messages: [{ message }] });
    }
  }
}

export function nameTaken(doctype: string, name: string): FrappeError {
  const message = `${doctype} <strong>${name}</strong> already exists`;
  const text = `('${doctype}', '${name}', IntegrityError(1062, "Duplicate entry '${name}' for key 'PRIMARY'"))`;
  return new FrappeError({
    status: 409,
    type: 'DuplicateEntryError',
    text,
    messages: [{ message, title: 'Duplicate Name' }],
  });
}
