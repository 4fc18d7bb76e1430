import { randomBytes } from 'node:crypto';
import { type Call, metaOf, textArg } from './call.ts';
import { type Doc, isOn, numberOf, textOf } from './document.ts';
import { thrown } from './frappe-error.ts';
import { intArg } from './json-args.ts';
import { PERMISSION_FLAGS } from './meta.ts';
import { demandRole } from './permissions.ts';
import type { Rpc } from './rpc.ts';
import { formatDateTime } from './site-time.ts';

/** The role permission manager: erpnext-contract.md §3.4. First use of it makes Custom DocPerm rows the only ones that count. */

interface Place {
  readonly doctype: string;
  readonly role: string;
  readonly permlevel: number;
  readonly ifOwner: boolean;
}

const placeIn = (call: Call, doctypeArg: string): Place => ({
  doctype: textArg(call, doctypeArg) ?? '',
  role: textArg(call, 'role') ?? '',
  permlevel: intArg(call, 'permlevel', 0),
  ifOwner: intArg(call, 'if_owner', 0) === 1,
});

const rulesAt = (call: Call, { doctype, role, permlevel, ifOwner }: Place): Doc[] =>
  [...call.tx.by('Custom DocPerm', 'parent', doctype)].filter(
    (rule) =>
      textOf(rule, 'role') === role && numberOf(rule, 'permlevel') === permlevel && isOn(rule, 'if_owner') === ifOwner,
  );

function putRule(call: Call, rule: Doc): void {
  const name = textOf(rule, 'name') || randomBytes(5).toString('hex');
  const stamp = formatDateTime(call.site.stamp());
  const born = { owner: call.user, creation: stamp, parenttype: 'DocType', parentfield: 'permissions', docstatus: 0 };
  call.tx.put('Custom DocPerm', name, { idx: 0, ...born, ...rule, modified: stamp, modified_by: call.user, name });
}

/** First use copies the standard rules: from then on only Custom DocPerm counts. */
function copyStandardRules(call: Call, doctype: string): void {
  if ([...call.tx.by('Custom DocPerm', 'parent', doctype)].length > 0) return;
  for (const rule of metaOf(call, doctype).permissions) {
    const flags = Object.fromEntries(PERMISSION_FLAGS.map((flag) => [flag, rule.flags.includes(flag) ? 1 : 0]));
    const { role, permlevel } = rule;
    putRule(call, { ...flags, parent: doctype, role, permlevel, if_owner: rule.ifOwner === true ? 1 : 0 });
  }
}

/** What a new rule grants: reading, as the columns' defaults say. */
const STARTING = { read: 1, export: 1, print: 1, email: 1, report: 1, share: 1 } as const;

function addRule(call: Call): void {
  demandRole(call, 'System Manager');
  const place = placeIn(call, 'parent');
  copyStandardRules(call, place.doctype);
  if (call.tx.find('Role', place.role) === undefined) {
    throw thrown(`Could not find Role: ${place.role}`, { type: 'LinkValidationError' });
  }
  if (rulesAt(call, place).length > 0) return;
  const blank = Object.fromEntries(PERMISSION_FLAGS.map((flag) => [flag, 0]));
  const { doctype: parent, role, permlevel } = place;
  putRule(call, { ...blank, parent, role, permlevel, if_owner: 0, ...STARTING });
}

function updateRule(call: Call): void {
  demandRole(call, 'System Manager');
  const place = placeIn(call, 'doctype');
  copyStandardRules(call, place.doctype);
  for (const rule of rulesAt(call, place)) {
    putRule(call, { ...rule, [textArg(call, 'ptype') ?? '']: intArg(call, 'value', 1) });
  }
}

function removeRule(call: Call): void {
  demandRole(call, 'System Manager');
  const place = placeIn(call, 'doctype');
  copyStandardRules(call, place.doctype);
  for (const rule of rulesAt(call, place)) call.tx.remove('Custom DocPerm', textOf(rule, 'name'));
  if ([...call.tx.by('Custom DocPerm', 'parent', place.doctype)].length > 0) return;
  throw thrown('There must be atleast one permission rule.', { title: 'Cannot Remove' }); // so spelt by the site
}

/** Back to the rules that the DocType brought. */
function resetRules(call: Call): void {
  demandRole(call, 'System Manager');
  const rules = [...call.tx.by('Custom DocPerm', 'parent', textArg(call, 'doctype') ?? '')];
  for (const rule of rules) call.tx.remove('Custom DocPerm', textOf(rule, 'name'));
}

/** The rules in force, as the manager's page lists them. */
function listRules(call: Call): unknown {
  demandRole(call, 'System Manager');
  const [doctype, role] = [textArg(call, 'doctype') ?? '', textArg(call, 'role')];
  const custom = [...call.tx.by('Custom DocPerm', 'parent', doctype)];
  const rules: Doc[] =
    custom.length > 0
      ? custom
      : metaOf(call, doctype).permissions.map((rule) => ({
          parent: doctype,
          role: rule.role,
          permlevel: rule.permlevel,
          if_owner: rule.ifOwner === true ? 1 : 0,
          ...Object.fromEntries(PERMISSION_FLAGS.map((flag) => [flag, rule.flags.includes(flag) ? 1 : 0])),
        }));
  return rules.filter((rule) => role === undefined || textOf(rule, 'role') === role);
}

const MANAGER = 'frappe.core.page.permission_manager.permission_manager';

export const PERMISSION_METHODS: Readonly<Record<string, Rpc>> = {
  [`${MANAGER}.add`]: { required: ['parent', 'role', 'permlevel'], run: addRule },
  [`${MANAGER}.update`]: { required: ['doctype', 'role', 'permlevel', 'ptype'], run: updateRule },
  [`${MANAGER}.remove`]: { required: ['doctype', 'role', 'permlevel'], run: removeRule },
  [`${MANAGER}.reset`]: { required: ['doctype'], run: resetRules },
  [`${MANAGER}.get_permissions`]: { run: listRules },
};
