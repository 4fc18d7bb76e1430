import { type Call, metaOf, nowText } from './call.ts';
import {
  checkLengths,
  checkLinks,
  checkMandatory,
  checkSelects,
  checkUnique,
  fetchLinked,
  nameTaken,
} from './checks.ts';
import { readRows, storedRows } from './child-rows.ts';
import { type Doc, isOn, numberOf, textOf } from './document.ts';
import { documentMissing } from './failures.ts';
import { checkConstants, checkNonNegative, jsonText, sanitize } from './field-checks.ts';
import { thrown } from './frappe-error.ts';
import type { Field, Meta } from './meta.ts';
import { nameFor } from './naming.ts';
import { hideSecrets } from './passwords.ts';
import { demand, levelsOf } from './permissions.ts';
import { rulesFor } from './rules.ts';
import { announce, type WebhookEvent } from './webhooks/announce.ts';
import { formatDateTime, formatTimeOfDay } from './site-time.ts';
import { castValue, sqlValue } from './values.ts';

type Sent = Readonly<Record<string, unknown>>;

export interface WriteOptions {
  /** The caller's rights do not matter: a server-side step writes. */
  readonly isTrusted?: boolean;
  /** Links may lead to what is not there yet: an app is being installed. */
  readonly ignoresLinks?: boolean;
  /** The name to take, whatever the naming rule says. */
  readonly name?: string;
}

function defaultOf(call: Call, field: Field): unknown {
  if (field.fieldtype === 'Datetime' && field.default === 'Now') return nowText(call);
  if (field.fieldtype === 'Date' && field.default === 'Today') return nowText(call).slice(0, 10);
  // a Time field that was left out is filled with the current time on every version (erpnext-contract.md §2.3)
  if (field.fieldtype === 'Time' && field.default === undefined) return formatTimeOfDay(call.now % 86_400_000_000);
  if (field.default === '__user') return call.user;
  return field.default;
}

/** Takes over the fields that were sent; anything else in the body is ignored. */
function takeFields(call: Call, meta: Meta, doc: Doc, sent: Sent, before: Doc | undefined): void {
  const parent = { meta, name: textOf(doc, 'name') };
  for (const field of meta.fields) {
    const value = sent[field.fieldname];
    if (field.fieldtype === 'Table') {
      doc[field.fieldname] = readRows(call, field, parent, value, before);
    } else if (value !== undefined) {
      doc[field.fieldname] = castValue(field, value);
    } else if (before === undefined) {
      doc[field.fieldname] = castValue(field, defaultOf(call, field));
    }
  }
}

/**
 * Puts back what the caller may not write: a new document falls back to defaults, an old one to what it was.
 * So a punch of somebody without level 1 gets the time *now*, with status 200 (erpnext-contract.md §3.4).
 */
function resetForbiddenLevels(call: Call, meta: Meta, doc: Doc, before: Doc | undefined): void {
  const isWritable = levelsOf(call, meta, 'write');
  for (const field of meta.fields) {
    if (isWritable(field.permlevel ?? 0)) continue;
    doc[field.fieldname] = before === undefined ? castValue(field, defaultOf(call, field)) : before[field.fieldname];
  }
}

function check(call: Call, meta: Meta, doc: Doc): void {
  checkMandatory(call, meta, doc);
  checkSelects(call, meta, doc);
  checkLengths(call, meta, doc);
  checkNonNegative(meta, doc);
}

/** The row as the table stores it. */
function toStored(call: Call, meta: Meta, doc: Doc): Doc {
  const stored: Doc = { ...doc };
  for (const field of meta.fields) {
    const value = doc[field.fieldname];
    stored[field.fieldname] = Array.isArray(value)
      ? storedRows(call, field, value, textOf(doc, 'name'))
      : jsonText(call, meta.name, field, sqlValue(field, value));
  }
  return stored;
}

function store(call: Call, meta: Meta, doc: Doc): void {
  sanitize(meta, doc);
  hideSecrets(call, meta, doc);
  const stored = toStored(call, meta, doc);
  checkUnique(call, meta, stored, textOf(doc, 'name'));
  call.tx.put(meta.name, textOf(doc, 'name'), stored);
}

/**
 * Inserts a document and answers it as just sent, not as it will be read.
 * Order: defaults, links, right to create, name, levels, controller, mandatory, select, length, SQL
 * (erpnext-contract.md §2.3).
 */
export function insertDocument(call: Call, doctype: string, sent: Sent, options: WriteOptions = {}): Doc {
  const meta = metaOf(call, doctype);
  if (meta.isSingle === true) return updateDocument(call, doctype, doctype, sent, options);
  const doc: Doc = {
    owner: call.user,
    modified_by: call.user,
    docstatus: Number(sent['docstatus']) === 1 ? 1 : 0,
    idx: 0,
  };
  takeFields(call, meta, doc, sent, undefined);
  if (options.ignoresLinks !== true) checkLinks(call, meta, doc);
  fetchLinked(call, meta, doc);
  if (options.isTrusted !== true) demand(call, meta, 'create', textOf(doc, 'name') || 'None', call.user);
  const rules = rulesFor(doctype);
  rules.beforeNaming?.(call, doc, sent);
  const prompted = typeof sent['name'] === 'string' ? sent['name'] : '';
  doc['name'] = options.name ?? nameFor(call, meta, { ...doc, name: prompted });
  if (options.isTrusted !== true) resetForbiddenLevels(call, meta, doc, undefined);
  rules.validate?.(call, doc, undefined);
  check(call, meta, doc);
  if (call.tx.find(doctype, doc['name']) !== undefined) throw nameTaken(doctype, doc['name']);
  doc['creation'] = doc['modified'] = formatDateTime(call.site.stamp());
  for (const field of meta.fields) {
    const rows = doc[field.fieldname];
    if (Array.isArray(rows)) for (const row of rows) row['parent'] = doc['name'];
  }
  store(call, meta, doc);
  rules.afterStore?.(call, doc, undefined);
  announce(call, meta, doc, ['after_insert', 'on_update', ...(isOn(doc, 'docstatus') ? ['on_submit' as const] : [])]);
  return doc;
}

/** `modified` in the body is an optimistic lock (erpnext-contract.md §2.3). */
function checkLatest(call: Call, meta: Meta, before: Doc, sent: Sent): void {
  const mine = sent['modified'];
  const theirs = textOf(before, 'modified');
  if (typeof mine !== 'string' || mine === theirs) return;
  const name = textOf(before, 'name');
  const text =
    call.site.profile.name === 'v16'
      ? `Error: ${name} (${meta.name}) has been modified after you have opened it (${theirs}, ${mine}). Please refresh to get the latest document.`
      : `Error: Document has been modified after you have opened it (${theirs}, ${mine}). Please refresh to get the latest document.`;
  throw thrown(text, { type: 'TimestampMismatchError' });
}

function checkDocstatus(meta: Meta, before: Doc, doc: Doc): void {
  const [was, is] = [numberOf(before, 'docstatus'), numberOf(doc, 'docstatus')];
  if (was === 2) throw thrown('Cannot edit cancelled document');
  if (was === 0 && is === 2)
    throw thrown('Cannot change docstatus from 0 (Draft) to 2 (Cancelled)', { type: 'DocstatusTransitionError' });
  if (was !== 1 || is !== 1) return;
  for (const field of meta.fields) {
    const isSame = textOf(before, field.fieldname) === textOf(doc, field.fieldname);
    if (field.fieldtype === 'Table' || isSame) continue;
    const from = `<strong>${textOf(before, field.fieldname)}</strong> to <strong>${textOf(doc, field.fieldname)}</strong>`;
    throw thrown(` Not allowed to change <strong>${field.label}</strong> after submission from ${from}`, {
      type: 'UpdateAfterSubmitError',
    });
  }
}

/** The stored document, or 404. A Single that nobody saved yet is its defaults. */
export function loadDocument(call: Call, meta: Meta, name: string): Doc {
  const found = call.tx.find(meta.name, name);
  if (found !== undefined) return found;
  if (meta.isSingle !== true) throw documentMissing(meta.name, name);
  const doc: Doc = { name: meta.name, docstatus: 0, idx: 0 };
  takeFields(call, meta, doc, {}, undefined);
  return doc;
}

/** Updates the fields that were sent, and submits or cancels by `docstatus`. Answers the document as just sent. */
export function updateDocument(call: Call, doctype: string, name: string, sent: Sent, options: WriteOptions = {}): Doc {
  const meta = metaOf(call, doctype);
  const before = loadDocument(call, meta, name);
  const doc: Doc = { ...before };
  takeFields(call, meta, doc, sent, before);
  if (!isBlankStatus(sent)) doc['docstatus'] = Number(sent['docstatus']);
  if (options.isTrusted !== true) {
    const step =
      isOn(doc, 'docstatus') && meta.isSubmittable === true
        ? numberOf(doc, 'docstatus') === 2
          ? 'cancel'
          : 'submit'
        : 'write';
    const owner = textOf(before, 'owner');
    demand(call, meta, 'write', textOf(doc, 'name'), owner);
    if (numberOf(before, 'docstatus') !== numberOf(doc, 'docstatus')) {
      demand(call, meta, step, textOf(doc, 'name'), owner);
    }
  }
  checkLatest(call, meta, before, sent);
  if (options.ignoresLinks !== true) checkLinks(call, meta, doc);
  fetchLinked(call, meta, doc);
  if (options.isTrusted !== true) {
    resetForbiddenLevels(call, meta, doc, before);
    checkDocstatus(meta, before, doc);
    rulesFor(doctype).validate?.(call, doc, before);
  }
  check(call, meta, doc);
  checkConstants(meta, doc, before);
  doc['modified'] = formatDateTime(call.site.stamp());
  doc['modified_by'] = call.user;
  if (meta.isSingle === true) doc['owner'] ??= call.user;
  store(call, meta, doc);
  rulesFor(doctype).afterStore?.(call, doc, before);
  announce(call, meta, doc, updateEvents(before, doc));
  return doc;
}

/** The events of a save, in order (erpnext-contract.md §5.5). */
function updateEvents(before: Doc, doc: Doc): WebhookEvent[] {
  const [was, is] = [numberOf(before, 'docstatus'), numberOf(doc, 'docstatus')];
  if (is === 2) return ['on_cancel', 'on_change'];
  if (was === 1) return ['on_change']; // the event of an update after submit never fires
  return is === 1 ? ['on_update', 'on_submit', 'on_change'] : ['on_update', 'on_change'];
}

const isBlankStatus = (sent: Sent): boolean => {
  const status = sent['docstatus'];
  return typeof status !== 'number' && (typeof status !== 'string' || status === '');
};
