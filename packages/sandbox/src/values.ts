import { isBlank, isObject, type Value } from './document.ts';
import { operationalError } from './failures.ts';
import { type Field, isNumeric } from './meta.ts';
import { formatDate, formatDateTime, formatTimeOfDay, readDateTime, readTimeOfDay } from './site-time.ts';

/**
 * What a field holds in memory of what a caller sent: numbers are cast at once, dates stay as sent, because that is
 * how a site echoes them (erpnext-contract.md §2.1). Arrays for tables are read elsewhere.
 */
export function castValue(field: Field, value: unknown): Value {
  if (value === null || value === undefined) return isNumeric(field.fieldtype) ? 0 : null;
  if (field.fieldtype === 'Check') return value === true || Number(value) === 1 ? 1 : 0;
  if (field.fieldtype === 'Int') return Math.trunc(Number(value)) || 0;
  if (field.fieldtype === 'Float') return Number(value) || 0;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : null;
}

const badDateTime = (kind: string, text: string, column: string) =>
  operationalError(`(1292, "Incorrect ${kind} value: '${text}' for column \`${column}\` at row 1")`);

function sqlDateTime(field: Field, text: string, kind: 'datetime' | 'date'): string {
  const time = readDateTime(text);
  if (time === undefined || time.hasOffset) throw badDateTime(kind, text, field.fieldname);
  return kind === 'date' ? formatDate(time.micros) : formatDateTime(time.micros);
}

function sqlTime(field: Field, text: string): string {
  const time = readTimeOfDay(text) ?? readTimeOfDay(text.slice(11));
  if (time === undefined) throw badDateTime('time', text, field.fieldname);
  return formatTimeOfDay(time);
}

/** What the column holds, and so what the next read shows. Fails as MariaDB would on dates that are none. */
export function sqlValue(field: Field, value: Value | undefined): Value {
  if (value === undefined || value === null) return isSelectWithBlank(field) ? '' : null;
  if (typeof value !== 'string') return value;
  const isDated = field.fieldtype === 'Datetime' || field.fieldtype === 'Date' || field.fieldtype === 'Time';
  if (isDated && isBlank(value)) return null;
  if (field.fieldtype === 'Datetime') return sqlDateTime(field, value, 'datetime');
  if (field.fieldtype === 'Date') return sqlDateTime(field, value, 'date');
  if (field.fieldtype === 'Time') return sqlTime(field, value);
  // a unique column keeps blanks as null, so that many may be blank (erpnext-contract.md §4)
  return field.unique === true && value === '' ? null : value;
}

/** A Select whose first choice is blank stores that when nothing was chosen (erpnext-contract.md §3.1, log_type). */
const isSelectWithBlank = (field: Field): boolean =>
  field.fieldtype === 'Select' && (field.options?.startsWith('\n') ?? false);
