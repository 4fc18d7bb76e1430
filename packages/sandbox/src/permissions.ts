import type { Call } from './call.ts';
import { permissionOf } from './doctypes/compile.ts';
import { noDocumentPermission, onlyFor } from './failures.ts';
import type { Meta, PermissionFlag, PermissionRow } from './meta.ts';

/** Roles that nobody needs to be given. */
export const EVERYBODY = ['All', 'Guest'] as const;

/** The rules in force: Custom DocPerm rows replace the standard ones as soon as one exists (erpnext-contract.md §3.4). */
export function rulesOf(call: Call, meta: Meta): readonly PermissionRow[] {
  const custom = [...call.tx.by('Custom DocPerm', 'parent', meta.name)];
  if (custom.length === 0) return meta.permissions;
  return custom.map(permissionOf);
}

/**
 * Whether the caller has a right. A rule for owners holds for the document of that `owner`; asked about the DocType as a
 * whole, without an owner, it holds too, and lists are narrowed later.
 */
export function may(call: Call, meta: Meta, flag: PermissionFlag, permlevel = 0, owner?: string): boolean {
  if (call.user === 'Administrator') return true;
  return rulesOf(call, meta).some(
    (rule) =>
      rule.permlevel === permlevel &&
      rule.flags.includes(flag) &&
      call.roles.has(rule.role) &&
      (rule.ifOwner !== true || owner === undefined || owner === call.user),
  );
}

/** Which documents a list shows, by their owner: all, or the caller's own. */
export function listable(call: Call, meta: Meta): (owner: string) => boolean {
  if (call.user === 'Administrator') return () => true;
  const rules = rulesOf(call, meta).filter(
    (rule) =>
      rule.permlevel === 0 &&
      call.roles.has(rule.role) &&
      (rule.flags.includes('read') || rule.flags.includes('select')),
  );
  const isOpen = rules.some((rule) => rule.ifOwner !== true);
  return (owner) => isOpen || owner === call.user;
}

/** Field levels that the caller may read or write; 0 comes with the right to the document itself. */
export function levelsOf(call: Call, meta: Meta, flag: 'read' | 'write'): (permlevel: number) => boolean {
  const rules = rulesOf(call, meta).filter((rule) => rule.flags.includes(flag) && call.roles.has(rule.role));
  return (permlevel) =>
    permlevel === 0 || call.user === 'Administrator' || rules.some((rule) => rule.permlevel === permlevel);
}

/** Refuses in the words of erpnext-contract.md §2.4. */
export function demand(call: Call, meta: Meta, flag: PermissionFlag, name: string, owner?: string): void {
  if (may(call, meta, flag, 0, owner)) return;
  throw noDocumentPermission(call.user, meta.name, flag, name, call.site.profile.name === 'v14');
}

export function demandRole(call: Call, role: string): void {
  if (call.user !== 'Administrator' && !call.roles.has(role)) throw onlyFor(role);
}
