import { collate, type Doc, rowsOf, textOf } from './document.ts';
import { documentMissing } from './failures.ts';
import { nameTaken } from './checks.ts';
import type { Field } from './meta.ts';
import type { Site } from './site.ts';
import type { Transaction } from './transaction.ts';

const linksTo = (fields: readonly Field[], doctype: string): Field[] =>
  fields.filter((field) => field.fieldtype === 'Link' && field.options === doctype);

/** Renames a document and every link to it. `modified` stays, so a pull by `modified` does not notice (§4). */
export function renameDocument(site: Site, tx: Transaction, doctype: string, from: string, to: string): string {
  const doc = tx.find(doctype, from);
  if (doc === undefined) throw documentMissing(doctype, from);
  if (tx.find(doctype, to) !== undefined) throw nameTaken(doctype, to);
  tx.remove(doctype, textOf(doc, 'name'));
  const self: Doc = doctype === 'Employee' ? { employee: to } : {};
  tx.put(doctype, to, { ...doc, ...self, name: to });
  for (const meta of site.metas(tx)) {
    for (const field of linksTo(meta.fields, doctype)) {
      for (const other of [...tx.by(meta.name, field.fieldname, from)]) {
        tx.put(meta.name, textOf(other, 'name'), { ...other, [field.fieldname]: to });
      }
    }
    for (const table of meta.fields)
      if (table.fieldtype === 'Table') relinkRows(site, tx, meta.name, table, { doctype, from, to });
  }
  return to;
}

interface Move {
  readonly doctype: string;
  readonly from: string;
  readonly to: string;
}

function relinkRows(site: Site, tx: Transaction, parent: string, table: Field, move: Move): void {
  const links = linksTo(site.meta(table.options ?? '', tx)?.fields ?? [], move.doctype);
  if (links.length === 0) return;
  const isOld = (row: Doc, link: Field): boolean => collate(textOf(row, link.fieldname)) === collate(move.from);
  for (const doc of [...tx.all(parent)]) {
    const rows = rowsOf(doc, table.fieldname);
    if (!rows.some((row) => links.some((link) => isOld(row, link)))) continue;
    const moved = rows.map((row) => {
      const changes = links.filter((link) => isOld(row, link)).map((link) => [link.fieldname, move.to] as const);
      return { ...row, ...Object.fromEntries(changes) };
    });
    tx.put(parent, textOf(doc, 'name'), { ...doc, [table.fieldname]: moved });
  }
}
