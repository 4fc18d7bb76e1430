import { type Call, metaOf, textArg } from './call.ts';
import { findControllerMethod } from './controllers.ts';
import { textOf } from './document.ts';
import { deleteDocument } from './document-remover.ts';
import { insertDocument, loadDocument, updateDocument } from './document-writer.ts';
import { bareMissing, keyError, methodNotAllowed } from './failures.ts';
import { StoredFile } from './files/stored-file.ts';
import { documentIn } from './form.ts';
import { readListQuery, runList } from './list-query.ts';
import { demand } from './permissions.ts';
import { present } from './present.ts';
import { findMethod } from './rpc.ts';
import { DocsAnswer } from './rpc-core.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The method committed what it did: a GET does not roll it back. */
  readonly isCommitted?: boolean;
  /** The answer is this file, and no JSON. */
  readonly file?: StoredFile;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const data = (value: unknown): Answer => ok(value === undefined || value === null ? {} : { data: value });

/** `/api/method/{path}`. */
export function callMethod(call: Call, path: string): Answer {
  const method = findMethod(call, path);
  const message = method.run(call);
  const isCommitted = method.commitsItself === true;
  if (message instanceof StoredFile) return { status: 200, body: undefined, file: message };
  if (message instanceof DocsAnswer) {
    const extra = message.message === undefined ? {} : { message: message.message };
    return { status: 200, body: { docs: message.docs, ...extra }, isCommitted };
  }
  return { status: 200, body: message === undefined ? {} : { message }, isCommitted };
}

/** `/api/resource/{DocType}`. A wrong verb is 405, or a silent no-op on v14 (erpnext-contract.md §1.4). */
export function onDoctype(call: Call, doctype: string): Answer {
  const { profile } = call.site;
  if (call.verb === 'GET' || call.verb === 'HEAD') return data(runList(call, readListQuery(call, doctype)));
  if (call.verb !== 'POST') {
    if (profile.hasStrictRoutes) throw methodNotAllowed();
    return ok({});
  }
  const doc = insertDocument(call, doctype, documentIn(call.args));
  return data(present(call, metaOf(call, doctype), doc, { hasNulls: !profile.omitsNullsOnPost, isWrite: true }));
}

/** `/api/resource/{DocType}/{name}`. */
export function onDocument(call: Call, doctype: string, name: string): Answer {
  switch (call.verb) {
    case 'GET':
    case 'HEAD':
      return textArg(call, 'run_method') === undefined
        ? readOne(call, doctype, name)
        : runMethod(call, doctype, name, 'read');
    case 'PUT': {
      const doc = updateDocument(call, doctype, name, documentIn(call.args));
      return data(present(call, metaOf(call, doctype), doc, { isWrite: true }));
    }
    case 'DELETE':
      deleteDocument(call, doctype, name);
      return { status: 202, body: call.site.profile.name === 'v14' ? { message: 'ok' } : { data: 'ok' } };
    case 'POST':
      return runMethod(call, doctype, name, 'write');
    default:
      if (call.site.profile.hasStrictRoutes) throw bareMissing();
      return ok({});
  }
}

export function readOne(call: Call, doctype: string, name: string): Answer {
  const meta = metaOf(call, doctype);
  const doc = loadDocument(call, meta, name);
  demand(call, meta, 'read', name, textOf(doc, 'owner'));
  return data(present(call, meta, doc));
}

function runMethod(call: Call, doctype: string, name: string, right: 'read' | 'write'): Answer {
  const method = textArg(call, 'run_method');
  if (method === undefined) throw keyError('run_method');
  return runControllerMethod(call, doctype, name, method, right);
}

export function runControllerMethod(
  call: Call,
  doctype: string,
  name: string,
  method: string,
  right: 'read' | 'write',
): Answer {
  const meta = metaOf(call, doctype);
  const doc = loadDocument(call, meta, name);
  demand(call, meta, right, name, textOf(doc, 'owner'));
  const controller = findControllerMethod(doctype, method);
  const result = controller.run(call, doc);
  return { ...data(result), isCommitted: controller.commitsItself === true };
}
