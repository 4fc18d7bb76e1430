import { randomBytes } from 'node:crypto';
import { type Call, metaOf, textArg } from './call.ts';
import { findControllerMethod } from './controllers.ts';
import { type Doc, numberOf, textOf } from './document.ts';
import { loadDocument } from './document-writer.ts';
import { documentMissing } from './failures.ts';
import { intArg } from './json-args.ts';
import { PERMISSION_FLAGS } from './meta.ts';
import { storeSecret } from './passwords.ts';
import { demand, demandRole } from './permissions.ts';
import { present } from './present.ts';
import type { Rpc } from './rpc.ts';
import type { Transaction } from './transaction.ts';

function versions(call: Call): unknown {
  const { frappe, erpnext, hrms } = call.site.profile;
  const entry = (title: string, version: string) => ({ title, description: title, branch: '', version });
  return {
    frappe: entry('Frappe Framework', frappe),
    erpnext: entry('ERPNext', erpnext),
    ...(call.site.hasHrms ? { hrms: entry('Frappe HR', hrms) } : {}),
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

/** First use copies the standard rules: from then on only Custom DocPerm counts (§3.4). */
function copyStandardRules(call: Call, doctype: string): void {
  if ([...call.tx.by('Custom DocPerm', 'parent', doctype)].length > 0) return;
  for (const rule of metaOf(call, doctype).permissions) {
    const flags = Object.fromEntries(PERMISSION_FLAGS.map((flag) => [flag, rule.flags.includes(flag) ? 1 : 0]));
    putRule(call, { ...flags, parent: doctype, role: rule.role, permlevel: rule.permlevel });
  }
}

function putRule(call: Call, rule: Doc): void {
  const name = textOf(rule, 'name') || randomBytes(5).toString('hex');
  call.tx.put('Custom DocPerm', name, { docstatus: 0, ...rule, name });
}

function addRule(call: Call): void {
  demandRole(call, 'System Manager');
  const [parent, role] = [textArg(call, 'parent') ?? '', textArg(call, 'role') ?? ''];
  copyStandardRules(call, parent);
  // a row made here starts with the right to read, as the columns' defaults say
  putRule(call, {
    parent,
    role,
    permlevel: intArg(call, 'permlevel', 0),
    read: 1,
    export: 1,
    print: 1,
    email: 1,
    report: 1,
    share: 1,
  });
}

function updateRule(call: Call): void {
  demandRole(call, 'System Manager');
  const doctype = textArg(call, 'doctype') ?? '';
  copyStandardRules(call, doctype);
  const [role, permlevel] = [textArg(call, 'role') ?? '', intArg(call, 'permlevel', 0)];
  for (const rule of [...call.tx.by('Custom DocPerm', 'parent', doctype)]) {
    if (textOf(rule, 'role') !== role || numberOf(rule, 'permlevel') !== permlevel) continue;
    putRule(call, { ...rule, [textArg(call, 'ptype') ?? '']: intArg(call, 'value', 1) });
  }
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
  demand(call, meta, 'write', name);
  const message = findControllerMethod(doctype, textArg(call, 'method') ?? '').run(call, doc);
  return new DocsAnswer([present(call, meta, doc, { hasNulls: true })], message);
}

const PERMISSION_MANAGER = 'frappe.core.page.permission_manager.permission_manager';

export const CORE_METHODS: Readonly<Record<string, Rpc>> = {
  ping: { isOpenToGuests: true, run: () => 'pong' },
  'frappe.ping': { isOpenToGuests: true, run: () => 'pong' },
  'frappe.auth.get_logged_user': { run: (call) => call.user },
  'frappe.utils.change_log.get_versions': { run: versions },
  'frappe.core.doctype.user.user.generate_keys': { required: ['user'], verbs: ['POST'], run: generateKeys },
  [`${PERMISSION_MANAGER}.add`]: { required: ['parent', 'role', 'permlevel'], run: addRule },
  [`${PERMISSION_MANAGER}.update`]: { required: ['doctype', 'role', 'permlevel', 'ptype'], run: updateRule },
  run_doc_method: { required: ['method'], verbs: ['POST'], run: runDocMethod },
};
