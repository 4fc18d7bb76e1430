import type { Doc } from './document.ts';
import { escapeHtml } from './failures.ts';
import type { Field, Meta } from './meta.ts';
import { type Column, newestFirst, table } from './page-table.ts';
import type { Site } from './site.ts';
import { Transaction } from './transaction.ts';

const SHOWN_ROWS = 50;
const SHOWN_COLUMNS = 8;
/** Too long for a cell, or a secret: never on the page. */
const HIDDEN_TYPES: readonly string[] = ['Table', 'Password', 'Code', 'JSON', 'Long Text', 'Text Editor'];

/** What a desk list would show: the fields marked for it, else the first ones. */
function columnsOf(meta: Meta): Column[] {
  const fit = meta.fields.filter((field) => !HIDDEN_TYPES.includes(field.fieldtype));
  const marked = fit.filter((field) => field.inListView === true);
  const shown: readonly Field[] = marked.length > 0 ? marked : fit;
  const columns = shown.slice(0, SHOWN_COLUMNS).map(({ label, fieldname }) => ({ label, field: fieldname }));
  return [{ label: 'Name', field: 'name' }, ...columns, { label: 'Modified', field: 'modified' }];
}

function section(meta: Meta, docs: readonly Doc[]): string {
  const rows = docs.toSorted(newestFirst).slice(0, SHOWN_ROWS);
  const more = docs.length > SHOWN_ROWS ? `, the newest ${SHOWN_ROWS} are shown` : '';
  const origin = meta.isCustom === true ? 'custom' : 'of an app';
  return `<h2>${escapeHtml(meta.name)} (${docs.length}${more}; ${origin})</h2>\n${table(columnsOf(meta), rows, 'No documents.')}`;
}

/** One list for each DocType that was added to the site; child tables are parts of others. */
export function renderAddedDoctypes(site: Site): string {
  const tx = new Transaction(site.store, site.store.snapshot);
  return [...site.addedMetas(tx)]
    .filter((meta) => meta.isTable !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((meta) => section(meta, [...tx.all(meta.name)]))
    .join('\n');
}
