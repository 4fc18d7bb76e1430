import type { Doc } from '../document.ts';
import type { Change } from '../journal.ts';
import { type Field, type Meta, PERMISSION_FLAGS } from '../meta.ts';

/** When the apps of a site were made, as far as anybody asks. */
const LONG_AGO = '2024-01-01 00:00:00';
const BORN = { owner: 'Administrator', creation: LONG_AGO, modified: LONG_AGO, modified_by: 'Administrator' } as const;

/** Roles that come with the apps. */
export const STANDARD_ROLES: readonly string[] = [
  'Administrator',
  'All',
  'Guest',
  'Desk User',
  'System Manager',
  'HR Manager',
  'HR User',
  'Employee',
  'Workspace Manager',
  'Script Manager',
  'Dashboard Manager',
];

const flag = (isSet: boolean | undefined): number => (isSet === true ? 1 : 0);

function childRow(parent: string, table: string, index: number): Doc {
  const name = `${parent}-${table}-${index + 1}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return { ...BORN, name, idx: index + 1, docstatus: 0, parent, parentfield: table, parenttype: 'DocType' };
}

const fieldRow = (field: Field): Doc => ({
  fieldname: field.fieldname,
  label: field.label,
  fieldtype: field.fieldtype,
  options: field.options ?? null,
  default: field.default ?? null,
  fetch_from: field.fetchFrom ?? null,
  reqd: flag(field.reqd),
  unique: flag(field.unique),
  permlevel: field.permlevel ?? 0,
  read_only: flag(field.readOnly),
  hidden: flag(field.hidden),
  set_only_once: flag(field.setOnlyOnce),
});

/** The DocType document of a DocType that an app brought. */
function documentOf(meta: Meta): Doc {
  const { name } = meta;
  const fields = meta.fields.map((field, index) => ({ ...childRow(name, 'fields', index), ...fieldRow(field) }));
  const permissions = meta.permissions.map((rule, index) => ({
    ...childRow(name, 'permissions', index),
    role: rule.role,
    permlevel: rule.permlevel,
    if_owner: flag(rule.ifOwner),
    ...Object.fromEntries(PERMISSION_FLAGS.map((right) => [right, flag(rule.flags.includes(right))])),
  }));
  return {
    ...BORN,
    name,
    docstatus: 0,
    idx: 0,
    module: meta.module,
    custom: 0,
    autoname: meta.autoname,
    istable: flag(meta.isTable),
    issingle: flag(meta.isSingle),
    is_submittable: flag(meta.isSubmittable),
    allow_rename: flag(meta.allowsRename !== false),
    sort_field: 'modified',
    sort_order: 'DESC',
    fields,
    permissions,
  };
}

/** Documents of DocTypes, roles and modules that a site has because its apps are installed. */
export function standardDocuments(metas: Iterable<Meta>): Change[] {
  const all = [...metas];
  const changes = all.map((meta) => ({ doctype: 'DocType', name: meta.name, doc: documentOf(meta) }));
  const apps = new Map(all.map((meta) => [meta.module, meta.app]));
  const modules = [...apps].map(([module, app]) => ({
    doctype: 'Module Def',
    name: module,
    doc: { ...BORN, name: module, docstatus: 0, idx: 0, module_name: module, app_name: app, custom: 0 },
  }));
  const roles = STANDARD_ROLES.map((role) => ({
    doctype: 'Role',
    name: role,
    doc: { ...BORN, name: role, docstatus: 0, idx: 0, role_name: role, desk_access: 1, is_custom: 0, disabled: 0 },
  }));
  return [...changes, ...modules, ...roles];
}
