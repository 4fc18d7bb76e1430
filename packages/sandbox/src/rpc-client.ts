import { type Call, metaOf, textArg } from './call.ts';
import { type Doc, isObject, STANDARD_COLUMNS, textOf, type Value } from './document.ts';
import { deleteDocument } from './document-remover.ts';
import { insertDocument, loadDocument, updateDocument } from './document-writer.ts';
import { documentMissing, noListPermission } from './failures.ts';
import { FrappeError, thrown } from './frappe-error.ts';
import { jsonArg, parseJson } from './json-args.ts';
import { type ListQuery, matchingDocs, readListQuery, runList } from './list-query.ts';
import { readColumns, projectRow } from './list-fields.ts';
import { secretOf } from './passwords.ts';
import { demand, demandRole, may } from './permissions.ts';
import { present } from './present.ts';
import { renameDocument } from './rename.ts';
import type { Rpc } from './rpc.ts';

/** `frappe.client.*`: erpnext-contract.md §2.6. */

const WRITES = ['POST', 'PUT'];
const required = (call: Call, name: string): string => textArg(call, name) ?? '';

function objectOf(raw: unknown): Record<string, unknown> {
  const value = typeof raw === 'string' ? parseJson(raw) : raw;
  if (isObject(value)) return value;
  throw thrown('Invalid document');
}

const doctypeOf = (doc: Record<string, unknown>): string => (typeof doc['doctype'] === 'string' ? doc['doctype'] : '');
const nameOf = (doc: Record<string, unknown>): string => (typeof doc['name'] === 'string' ? doc['name'] : '');
const shown = (call: Call, doctype: string, doc: Doc): Doc =>
  present(call, metaOf(call, doctype), doc, { hasNulls: true, isWrite: true });

/** Filters as JSON, or a bare name. */
function filtersOrName(call: Call): unknown {
  const raw = call.args['filters'];
  if (typeof raw !== 'string') return raw;
  return /^\s*[[{"]/.test(raw) ? parseJson(raw) : raw;
}

/** A query of one row: filters may be a bare name here. */
function queryByFilters(call: Call, doctype: string): ListQuery {
  const { filters: _filters, or_filters: _orFilters, fields: _fields, ...args } = call.args;
  return { ...readListQuery({ ...call, args }, doctype), filters: filtersOrName(call) };
}

function getValue(call: Call): unknown {
  const doctype = required(call, 'doctype');
  const meta = metaOf(call, doctype);
  if (!may(call, meta, 'read')) throw noListPermission(call.user, doctype);
  const raw = call.args['fieldname'];
  const fields: unknown = typeof raw === 'string' && /^\s*[[{]/.test(raw) ? parseJson(raw) : raw;
  const columns = readColumns(call, meta, Array.isArray(fields) ? fields : [fields]);
  const query = queryByFilters(call, doctype);
  if (meta.isSingle === true) return projectRow(meta, columns, loadDocument(call, meta, doctype))[0] ?? {};
  const [first] = matchingDocs(call, meta, query);
  return first === undefined ? {} : (projectRow(meta, columns, first)[0] ?? {});
}

function getSingleValue(call: Call): Value {
  const doctype = required(call, 'doctype');
  const meta = metaOf(call, doctype);
  if (!may(call, meta, 'read')) throw noListPermission(call.user, doctype);
  return loadDocument(call, meta, doctype)[required(call, 'field')] ?? null;
}

function getCount(call: Call): number {
  const doctype = required(call, 'doctype');
  const meta = metaOf(call, doctype);
  // v14 and v15 do not ask for any right here
  if (call.site.profile.name === 'v16' && !may(call, meta, 'read')) throw noListPermission(call.user, doctype);
  return matchingDocs(call, meta, { ...readListQuery(call, doctype), orFilters: undefined }).length;
}

function getDocument(call: Call): Doc {
  const doctype = required(call, 'doctype');
  const meta = metaOf(call, doctype);
  let name = textArg(call, 'name') ?? '';
  if (name === '' && call.args['filters'] !== undefined) {
    const query = queryByFilters(call, doctype);
    name = textOf(matchingDocs(call, meta, query)[0], 'name');
  }
  const doc = loadDocument(call, meta, name);
  demand(call, meta, 'read', textOf(doc, 'name'), textOf(doc, 'owner'));
  return present(call, meta, doc, { hasNulls: true });
}

function setValue(call: Call): Doc {
  const doctype = required(call, 'doctype');
  const raw = call.args['fieldname'];
  const isText = typeof raw === 'string' && !raw.trim().startsWith('{');
  const values = isText ? { [raw]: call.args['value'] } : objectOf(raw);
  const isStandard = Object.keys(values).some((key) =>
    [...STANDARD_COLUMNS, 'doctype'].some((column) => column === key),
  );
  if (isStandard) throw thrown('Cannot edit standard fields');
  return shown(call, doctype, updateDocument(call, doctype, required(call, 'name'), values));
}

function insertOne(call: Call, raw: unknown): { doctype: string; doc: Doc } {
  const sent = objectOf(raw);
  const doctype = doctypeOf(sent);
  return { doctype, doc: insertDocument(call, doctype, sent) };
}

/** All or nothing: one failure rolls the request back, so the batch with it. */
function insertMany(call: Call): Value[] {
  const docs = jsonArg(call, 'docs');
  if (!Array.isArray(docs)) throw thrown('Invalid documents');
  if (docs.length > 200) throw thrown('Only 200 inserts allowed in one request');
  return docs.map((doc: unknown) => textOf(insertOne(call, doc).doc, 'name'));
}

/** Each document by itself: failures are listed, the others stay. */
function bulkUpdate(call: Call): unknown {
  const docs = jsonArg(call, 'docs');
  if (!Array.isArray(docs)) throw thrown('Invalid documents');
  const failed = docs.flatMap((raw: unknown) => {
    const { doctype, docname, ...values } = objectOf(raw);
    try {
      call.tx.attempt(() => updateDocument(call, String(doctype), String(docname), values));
      return [];
    } catch (error) {
      if (!(error instanceof FrappeError)) throw error;
      return [{ doc: raw, exc: `Traceback (most recent call last):\n${error.spec.type}: ${error.spec.text}\n` }];
    }
  });
  return { failed_docs: failed };
}

function save(call: Call): Doc {
  const sent = objectOf(call.args['doc']);
  return shown(call, doctypeOf(sent), updateDocument(call, doctypeOf(sent), nameOf(sent), sent));
}

function submit(call: Call): Doc {
  const sent = objectOf(call.args['doc']);
  return shown(call, doctypeOf(sent), updateDocument(call, doctypeOf(sent), nameOf(sent), { ...sent, docstatus: 1 }));
}

/** What is behind the asterisks, for System Managers alone; every other right is not asked for. */
function getPassword(call: Call): string {
  demandRole(call, 'System Manager');
  const [doctype, name, field] = [required(call, 'doctype'), required(call, 'name'), required(call, 'fieldname')];
  const doc = loadDocument(call, metaOf(call, doctype), name);
  const secret = secretOf(call.tx, doctype, textOf(doc, 'name'), field);
  if (secret !== undefined) return secret;
  throw thrown(`Password not found for ${doctype} ${name} ${field}`, { type: 'AuthenticationError', status: 401 });
}

export const CLIENT_METHODS: Readonly<Record<string, Rpc>> = {
  'frappe.client.get_count': { required: ['doctype'], run: getCount },
  'frappe.client.get_value': { required: ['doctype', 'fieldname'], run: getValue },
  'frappe.client.get_password': { required: ['doctype', 'name', 'fieldname'], run: getPassword },
  'frappe.client.get_single_value': { required: ['doctype', 'field'], run: getSingleValue },
  'frappe.client.get_list': {
    required: ['doctype'],
    run: (call) => runList(call, readListQuery(call, required(call, 'doctype'))),
  },
  'frappe.client.get': { required: ['doctype'], run: getDocument },
  'frappe.client.set_value': { required: ['doctype', 'name', 'fieldname'], verbs: WRITES, run: setValue },
  'frappe.client.insert': {
    required: ['doc'],
    verbs: WRITES,
    run: (call) => {
      const { doctype, doc } = insertOne(call, call.args['doc']);
      return shown(call, doctype, doc);
    },
  },
  'frappe.client.insert_many': { required: ['docs'], verbs: WRITES, run: insertMany },
  'frappe.client.save': { required: ['doc'], verbs: WRITES, run: save },
  'frappe.client.submit': { required: ['doc'], verbs: WRITES, run: submit },
  'frappe.client.cancel': {
    required: ['doctype', 'name'],
    verbs: WRITES,
    run: (call) => {
      const doctype = required(call, 'doctype');
      return shown(call, doctype, updateDocument(call, doctype, required(call, 'name'), { docstatus: 2 }));
    },
  },
  'frappe.client.delete': {
    required: ['doctype', 'name'],
    verbs: ['POST', 'DELETE'],
    run: (call) => {
      const [doctype, name] = [required(call, 'doctype'), required(call, 'name')];
      if (call.tx.find(doctype, name) === undefined) throw documentMissing(doctype, name);
      deleteDocument(call, doctype, name);
    },
  },
  'frappe.client.bulk_update': { required: ['docs'], verbs: WRITES, run: bulkUpdate },
  'frappe.client.rename_doc': {
    required: ['doctype', 'old_name', 'new_name'],
    verbs: WRITES,
    run: (call) => {
      const [doctype, from, to] = [required(call, 'doctype'), required(call, 'old_name'), required(call, 'new_name')];
      const meta = metaOf(call, doctype);
      demand(call, meta, 'write', from, textOf(call.tx.find(doctype, from), 'owner'));
      if (meta.allowsRename === false) throw thrown(`${doctype} not allowed to be renamed`);
      return renameDocument(call.site, call.tx, doctype, from, to);
    },
  },
  'frappe.client.get_time_zone': {
    isOpenToGuests: true,
    run: (call) => {
      // the caller's own zone wins over the site's: advisory only (erpnext-contract.md §2.8)
      const own = textOf(call.tx.find('User', call.user), 'time_zone');
      return { time_zone: own === '' ? call.site.timeZone : own };
    },
  },
};
