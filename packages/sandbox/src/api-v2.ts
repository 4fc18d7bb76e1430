import { callMethod, type Answer, onDoctype, readOne, runControllerMethod } from './api-v1.ts';
import { type Call, metaOf } from './call.ts';
import { deleteDocument } from './document-remover.ts';
import { updateDocument } from './document-writer.ts';
import { bareMissing, methodNotAllowed, notWhitelisted } from './failures.ts';
import { documentIn } from './form.ts';
import { isObject } from './document.ts';
import { matchingDocs, readListQuery } from './list-query.ts';
import { present } from './present.ts';

/** `/api/v2/…`: erpnext-contract.md §2.9. `parts` are decoded path segments after `v2`. */
export function routeV2(call: Call, parts: readonly string[]): Answer {
  const [family, first, ...rest] = parts;
  if (family === 'method' && first !== undefined) return asData(callMethod(call, [first, ...rest].join('.')));
  if (family === 'doctype' && first !== undefined) return onDoctypeV2(call, first, rest.join('/'));
  if (family !== 'document' || first === undefined) throw bareMissing();
  if (rest.length === 0) return onDoctype(call, first);
  if (rest.at(-2) === 'method') {
    const name = rest.slice(0, -2).join('/');
    return runControllerMethod(call, first, name, rest.at(-1) ?? '', call.verb === 'GET' ? 'read' : 'write');
  }
  return onDocumentV2(call, first, rest.join('/'));
}

/** v2 has one envelope: what v1 calls `message` is `data` here. */
function asData(answer: Answer): Answer {
  const { body } = answer;
  if (!isObject(body) || !('message' in body)) return answer;
  return { ...answer, body: { data: body['message'] } };
}

function onDocumentV2(call: Call, doctype: string, name: string): Answer {
  if (call.verb === 'GET' || call.verb === 'HEAD') return readOne(call, doctype, name);
  if (call.verb === 'PUT' || call.verb === 'PATCH') {
    const doc = updateDocument(call, doctype, name, documentIn(call.args));
    return { status: 200, body: { data: present(call, metaOf(call, doctype), doc, { isWrite: true }) } };
  }
  if (call.verb !== 'DELETE') throw methodNotAllowed();
  deleteDocument(call, doctype, name);
  return { status: 202, body: { data: 'ok' } };
}

/** The meta is open to any signed-in user; the count follows the list's filters. */
function onDoctypeV2(call: Call, doctype: string, what: string): Answer {
  if (call.user === 'Guest') throw notWhitelisted(`frappe.api.v2.${what}`);
  const meta = metaOf(call, doctype);
  if (what === 'count') {
    return { status: 200, body: { data: matchingDocs(call, meta, readListQuery(call, doctype)).length } };
  }
  if (what !== 'meta') throw bareMissing();
  const fields = meta.fields.map((field) => ({
    fieldname: field.fieldname,
    label: field.label,
    fieldtype: field.fieldtype,
    options: field.options ?? null,
    reqd: field.reqd === true ? 1 : 0,
    unique: field.unique === true ? 1 : 0,
    permlevel: field.permlevel ?? 0,
  }));
  const flags = { istable: meta.isTable === true ? 1 : 0, issingle: meta.isSingle === true ? 1 : 0 };
  return {
    status: 200,
    body: { data: { doctype: 'DocType', name: meta.name, module: meta.module, ...flags, fields } },
  };
}
