import { type Call, metaOf } from './call.ts';
import { collate, type Doc, numberOf, rowsOf, textOf } from './document.ts';
import { bareMissing, noDeletePermission } from './failures.ts';
import { thrown } from './frappe-error.ts';
import type { Meta } from './meta.ts';
import { may } from './permissions.ts';

interface Link {
  readonly doctype: string;
  readonly name: string;
}

function* rowsLinking(call: Call, meta: Meta, target: Link): Iterable<Doc> {
  for (const field of meta.fields) {
    if (field.fieldtype === 'Link' && field.options === target.doctype) {
      yield* call.tx.by(meta.name, field.fieldname, target.name);
    } else if (field.fieldtype === 'Table') {
      yield* parentsLinking(call, meta, field.fieldname, field.options ?? '', target);
    }
  }
}

function* parentsLinking(call: Call, meta: Meta, table: string, childDoctype: string, target: Link): Iterable<Doc> {
  const links = (call.site.meta(childDoctype, call.tx)?.fields ?? []).filter(
    (field) => field.fieldtype === 'Link' && field.options === target.doctype,
  );
  if (links.length === 0) return;
  for (const doc of call.tx.all(meta.name)) {
    const isLinking = rowsOf(doc, table).some((row) =>
      links.some((link) => collate(textOf(row, link.fieldname)) === collate(target.name)),
    );
    if (isLinking) yield doc;
  }
}

/** The first document, not cancelled, that links here. */
function findLinking(call: Call, target: Link): Link | undefined {
  for (const meta of call.site.metas()) {
    if (meta.isTable === true || meta.isSingle === true) continue;
    for (const doc of rowsLinking(call, meta, target)) {
      const isSelf = meta.name === target.doctype && textOf(doc, 'name') === target.name;
      if (!isSelf && numberOf(doc, 'docstatus') < 2) return { doctype: meta.name, name: textOf(doc, 'name') };
    }
  }
  return undefined;
}

function anchor(call: Call, { doctype, name }: Link): string {
  const slug = doctype.toLowerCase().replace(/ /g, '-');
  return `<a href="${call.siteUrl}${call.site.profile.desk}/${slug}/${encodeURIComponent(name)}">${name}</a>`;
}

function refuseLinked(call: Call, meta: Meta, target: Link, by: Link): never {
  const text = `Cannot delete or cancel because ${meta.name} ${anchor(call, target)} is linked with ${by.doctype} ${anchor(call, by)}`;
  const canDisable = meta.fields.some((field) => field.fieldname === 'disabled' || field.fieldname === 'enabled');
  const advice = canDisable ? ` You can disable this ${meta.name} instead of deleting it.` : '';
  throw thrown(text + advice, { type: 'LinkExistsError' });
}

/** Deletes a document; refuses what is missing, forbidden, submitted or linked (erpnext-contract.md §2.4). */
export function deleteDocument(call: Call, doctype: string, name: string): void {
  const meta = metaOf(call, doctype);
  const doc = call.tx.find(doctype, name);
  if (doc === undefined) throw bareMissing();
  if (!may(call, meta, 'delete')) throw noDeletePermission(doctype, name);
  const target = { doctype, name: textOf(doc, 'name') };
  if (numberOf(doc, 'docstatus') === 1) {
    const text = `${doctype} ${target.name}: Submitted Record cannot be deleted. You must <strong>Cancel</strong> it first.`;
    throw thrown(text);
  }
  const by = findLinking(call, target);
  if (by !== undefined) refuseLinked(call, meta, target, by);
  call.tx.remove(doctype, target.name);
}
