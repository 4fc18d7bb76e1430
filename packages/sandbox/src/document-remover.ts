import { type Call, metaOf } from './call.ts';
import { collate, type Doc, numberOf, rowsOf, textOf } from './document.ts';
import { bareMissing, noDeletePermission } from './failures.ts';
import { thrown } from './frappe-error.ts';
import type { Field, Meta } from './meta.ts';
import { storeSecret } from './passwords.ts';
import { may } from './permissions.ts';
import { rulesFor } from './rules.ts';
import { announce } from './webhooks/announce.ts';

interface Link {
  readonly doctype: string;
  readonly name: string;
}

function* rowsLinking(call: Call, meta: Meta, target: Link): Iterable<Doc> {
  for (const field of meta.fields) {
    if (field.fieldtype === 'Link' && field.options === target.doctype) {
      yield* call.tx.by(meta.name, field.fieldname, target.name);
    } else if (field.fieldtype === 'Dynamic Link') {
      for (const doc of call.tx.by(meta.name, field.fieldname, target.name)) {
        if (textOf(doc, field.options ?? '') === target.doctype) yield doc;
      }
    } else if (field.fieldtype === 'Table') {
      yield* parentsLinking(call, meta, field.fieldname, field.options ?? '', target);
    }
  }
}

function* parentsLinking(call: Call, meta: Meta, table: string, childDoctype: string, target: Link): Iterable<Doc> {
  const isLink = ({ fieldtype, options }: Field): boolean => fieldtype === 'Link' && options === target.doctype;
  const fields = call.site.meta(childDoctype, call.tx)?.fields ?? [];
  const links = fields.filter((field) => isLink(field) || field.fieldtype === 'Dynamic Link');
  if (links.length === 0) return;
  const leadsThere = (row: Doc, link: Field): boolean =>
    collate(textOf(row, link.fieldname)) === collate(target.name) &&
    (isLink(link) || textOf(row, link.options ?? '') === target.doctype);
  for (const doc of call.tx.all(meta.name)) {
    const isLinking = rowsOf(doc, table).some((row) => links.some((link) => leadsThere(row, link)));
    if (isLinking) yield doc;
  }
}

/** The first document, not cancelled, that links here. */
function findLinking(call: Call, target: Link): Link | undefined {
  for (const meta of call.site.metas(call.tx)) {
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

/** Rows that another DocType's Link or Table fields make: those columns lead to this type. */
function findTypeLinking(call: Call, doctype: string): Link | undefined {
  for (const meta of call.site.addedMetas(call.tx)) {
    if (meta.name === doctype) continue;
    const isLinking = meta.fields.some(
      ({ fieldtype, options }) => (fieldtype === 'Link' || fieldtype === 'Table') && options === doctype,
    );
    if (isLinking) return { doctype: 'DocType', name: meta.name };
  }
  return undefined;
}

/** Secrets and attachments of a document go with it. */
function removeBelongings(call: Call, meta: Meta, name: string): void {
  for (const field of meta.fields) {
    if (field.fieldtype === 'Password') storeSecret(call.tx, meta.name, name, field.fieldname, '');
  }
  for (const file of [...call.tx.by('File', 'attached_to_name', name)]) {
    if (textOf(file, 'attached_to_doctype') !== meta.name) continue;
    call.tx.remove('File', textOf(file, 'name'));
    rulesFor('File').afterDelete?.(call, file);
  }
}

/** A DocType takes its documents along. */
function removeRows(call: Call, doctype: string): void {
  const meta = call.site.meta(doctype, call.tx);
  for (const doc of [...call.tx.all(doctype)]) {
    if (meta !== undefined) removeBelongings(call, meta, textOf(doc, 'name'));
    call.tx.remove(doctype, textOf(doc, 'name'));
  }
}

/** Removes a DocType whatever links to it, with its rows and what serves it. */
export function dropDoctype(call: Call, doc: Doc): void {
  rulesFor('DocType').beforeDelete?.(call, doc);
  removeRows(call, textOf(doc, 'name'));
  call.tx.remove('DocType', textOf(doc, 'name'));
}

/** Deletes a document; refuses what is missing, forbidden, submitted or linked (erpnext-contract.md §2.4). */
export function deleteDocument(call: Call, doctype: string, name: string): void {
  const meta = metaOf(call, doctype);
  const doc = call.tx.find(doctype, name);
  if (doc === undefined) throw bareMissing();
  if (!may(call, meta, 'delete', 0, textOf(doc, 'owner'))) throw noDeletePermission(doctype, name);
  const target = { doctype, name: textOf(doc, 'name') };
  if (numberOf(doc, 'docstatus') === 1) {
    const text = `${doctype} ${target.name}: Submitted Record cannot be deleted. You must <strong>Cancel</strong> it first.`;
    throw thrown(text);
  }
  const rules = rulesFor(doctype);
  rules.beforeDelete?.(call, doc);
  announce(call, meta, doc, ['on_trash']);
  const by = (doctype === 'DocType' ? findTypeLinking(call, target.name) : undefined) ?? findLinking(call, target);
  if (by !== undefined) refuseLinked(call, meta, target, by);
  if (doctype === 'DocType') removeRows(call, target.name);
  removeBelongings(call, meta, target.name);
  call.tx.remove(doctype, target.name);
  rules.afterDelete?.(call, doc);
}
