import { isRecord } from '../server-text.ts';

/** A document of a site, or what we want one to be. */
export type SiteDoc = Readonly<Record<string, unknown>>;

/** Rows of a child table; empty for anything else. */
export const rowsIn = (doc: SiteDoc, field: string): readonly SiteDoc[] => {
  const rows = doc[field];
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
};

/** What Frappe keeps about a row for itself; never compared, never sent. */
const OF_FRAPPE: ReadonlySet<string> = new Set([
  'creation',
  'docstatus',
  'doctype',
  'idx',
  'modified',
  'modified_by',
  'owner',
  'parent',
  'parentfield',
  'parenttype',
  '__unsaved',
]);

export const withoutStamps = (doc: SiteDoc): SiteDoc =>
  Object.fromEntries(Object.entries(doc).filter(([key]) => !OF_FRAPPE.has(key)));

/**
 * One text for what means the same on a site: nothing, null, 0 and "" are all "not set", numbers come as text or number,
 * JSON comes pretty-printed on v14, text areas may lose a last line end (contract §2.1, §5.2).
 */
export function sameText(value: unknown): string {
  if (value === undefined || value === null || value === false) return '';
  if (value === true) return '1';
  if (typeof value === 'object') return canonicalJson(value);
  const plain = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  const text = plain.replaceAll('\r\n', '\n').trim();
  if (text === '0') return '';
  if (!/^[[{]/.test(text)) return text;
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return text; // begins like JSON and is none, such as a Jinja template
  }
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}
