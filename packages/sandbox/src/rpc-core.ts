import { randomBytes } from 'node:crypto';
import { type Call, metaOf, textArg } from './call.ts';
import { findControllerMethod } from './controllers.ts';
import { type Doc, textOf } from './document.ts';
import { loadDocument } from './document-writer.ts';
import { documentMissing } from './failures.ts';
import { storeSecret } from './passwords.ts';
import { demand, demandRole } from './permissions.ts';
import { present } from './present.ts';
import type { Rpc } from './rpc.ts';
import { APP, type Transaction } from './transaction.ts';

function versions(call: Call): unknown {
  const { frappe, erpnext, hrms } = call.site.profile;
  const entry = (title: string, version: string) => ({ title, description: title, branch: '', version });
  return {
    frappe: entry('Frappe Framework', frappe),
    erpnext: entry('ERPNext', erpnext),
    ...(call.site.hasHrms ? { hrms: entry('Frappe HR', hrms) } : {}),
    ...Object.fromEntries(
      [...call.tx.all(APP)].map((app) => [textOf(app, 'name'), entry(textOf(app, 'name'), textOf(app, 'version'))]),
    ),
  };
}

/** Gives a user a key, and a new secret: the old one stops working at once (erpnext-contract.md §1.1). */
export function rotateSecret(
  tx: Transaction,
  user: string,
  secret = randomBytes(8).toString('hex').slice(0, 15),
): string {
  const doc = tx.find('User', user);
  if (doc === undefined) throw documentMissing('User', user);
  const name = textOf(doc, 'name');
  const key = textOf(doc, 'api_key') || randomBytes(8).toString('hex').slice(0, 15);
  storeSecret(tx, 'User', name, 'api_secret', secret);
  tx.put('User', name, { ...doc, api_key: key, api_secret: '*'.repeat(secret.length) });
  return secret;
}

function generateKeys(call: Call): unknown {
  demandRole(call, 'System Manager');
  return { api_secret: rotateSecret(call.tx, textArg(call, 'user') ?? '') };
}

/** What the dispatcher turns into more than `message`: see `api-v1.ts`. */
export class DocsAnswer {
  readonly docs: readonly Doc[];
  readonly message: unknown;

  constructor(docs: readonly Doc[], message: unknown) {
    this.docs = docs;
    this.message = message;
  }
}

function runDocMethod(call: Call): DocsAnswer {
  const [doctype, name] = [textArg(call, 'dt') ?? '', textArg(call, 'dn') ?? ''];
  const meta = metaOf(call, doctype);
  const doc = loadDocument(call, meta, name);
  demand(call, meta, 'write', name, textOf(doc, 'owner'));
  const message = findControllerMethod(doctype, textArg(call, 'method') ?? '').run(call, doc);
  return new DocsAnswer([present(call, meta, doc, { hasNulls: true })], message);
}

export const CORE_METHODS: Readonly<Record<string, Rpc>> = {
  ping: { isOpenToGuests: true, run: () => 'pong' },
  'frappe.ping': { isOpenToGuests: true, run: () => 'pong' },
  'frappe.auth.get_logged_user': { run: (call) => call.user },
  'frappe.utils.change_log.get_versions': { run: versions },
  'frappe.core.doctype.user.user.generate_keys': { required: ['user'], verbs: ['POST'], run: generateKeys },
  run_doc_method: { required: ['method'], verbs: ['POST'], run: runDocMethod },
};
