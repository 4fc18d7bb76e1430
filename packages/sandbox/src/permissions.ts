import type { Call } from './call.ts';
import { isOn, numberOf, textOf } from './document.ts';
import { noDocumentPermission, onlyFor } from './failures.ts';
import { type Meta, PERMISSION_FLAGS, type PermissionFlag, type PermissionRow } from './meta.ts';

/** Roles that nobody needs to be given. */
export const EVERYBODY = ['All', 'Guest'] as const;

/** The rules in force: Custom DocPerm rows replace the standard ones as soon as one exists (erpnext-contract.md §3.4). */
export function rulesOf(call: Call, meta: Meta): readonly PermissionRow[] {
  const custom = [...call.tx.by('Custom DocPerm', 'parent', meta.name)];
  if (custom.length === 0) return meta.permissions;
  return custom.map((row) => ({
    role: textOf(row, 'role'),
    permlevel: numberOf(row, 'permlevel'),
    flags: PERMISSION_FLAGS.filter((flag) => isOn(row, flag)),
  }));
}

export function may(call: Call, meta: Meta, flag: PermissionFlag, permlevel = 0): boolean {
  if (call.user === 'Administrator') return true;
  return rulesOf(call, meta).some(
    (rule) => rule.permlevel === permlevel && rule.flags.includes(flag) && call.roles.has(rule.role),
  );
}

/** Field levels that the caller may read or write; 0 comes with the right to the document itself. */
export function levelsOf(call: Call, meta: Meta, flag: 'read' | 'write'): (permlevel: number) => boolean {
  const rules = rulesOf(call, meta).filter((rule) => rule.flags.includes(flag) && call.roles.has(rule.role));
  return (permlevel) =>
    permlevel === 0 || call.user === 'Administrator' || rules.some((rule) => rule.permlevel === permlevel);
}

/** Refuses in the words of erpnext-contract.md §2.4. */
export function demand(call: Call, meta: Meta, flag: PermissionFlag, name: string): void {
  if (may(call, meta, flag)) return;
  throw noDocumentPermission(call.user, meta.name, flag, name, call.site.profile.name === 'v14');
}

export function demandRole(call: Call, role: string): void {
  if (call.user !== 'Administrator' && !call.roles.has(role)) throw onlyFor(role);
}
