/** One field's value as MariaDB and JSON would hold it; an array holds the rows of a child table. */
export type Value = string | number | null | Doc[];
/** A document, or a row of a child table: field name to value. Absent and null mean the same. */
export interface Doc {
  [field: string]: Value | undefined;
}

/** Columns that every table of a Frappe site has (docs/sandbox.md). */
export const STANDARD_COLUMNS = ['name', 'owner', 'creation', 'modified', 'modified_by', 'docstatus', 'idx'] as const;
export const CHILD_COLUMNS = ['parent', 'parentfield', 'parenttype'] as const;

export function textOf(doc: Doc | undefined, field: string): string {
  const value = doc?.[field];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The value as a number; texts that are none count as 0, as Frappe's own casting does. */
export function numberOf(doc: Doc | undefined, field: string): number {
  const value = doc?.[field];
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
}

export const isOn = (doc: Doc | undefined, field: string): boolean => numberOf(doc, field) !== 0;

export function rowsOf(doc: Doc | undefined, field: string): Doc[] {
  const value = doc?.[field];
  return Array.isArray(value) ? value : [];
}

export const isBlank = (value: Value | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What MariaDB's default collation compares: no case, no accents, no trailing spaces
 * (erpnext-contract.md §3.3).
 */
export function collate(text: string): string {
  const plain = ASCII.test(text) ? text : text.normalize('NFD').replace(/\p{M}/gu, '');
  return plain.toLowerCase().trimEnd();
}
const ASCII = /^[ -~]*$/;

/** The number that MariaDB makes of a text when it is compared with a number: its leading digits, else 0. */
export const leadingNumber = (text: string): number => {
  const number = Number.parseFloat(text);
  return Number.isNaN(number) ? 0 : number;
};
