import { allow, field, type Field, type Meta, PERMISSION_FLAGS } from '../meta.ts';
import type { Profile } from '../profile.ts';
import { FIELD_COLUMNS } from './docfield-columns.ts';

const core = { app: 'frappe', module: 'Core' } as const;
const child = { ...core, autoname: 'hash', isTable: true, permissions: [] } as const;

/** What a row of permissions grants unless it says 0 (erpnext-contract.md §0.3 no. 11). */
const GRANTED_UNASKED: readonly string[] = [
  'read',
  'write',
  'create',
  'delete',
  'report',
  'export',
  'share',
  'print',
  'email',
];
/** A row that the permission manager or a person adds beside a DocType's own starts with less. */
const GRANTED_TO_CUSTOM: readonly string[] = ['read', 'report', 'export', 'share', 'print', 'email'];

const flags = (granted: readonly string[]): Field[] =>
  PERMISSION_FLAGS.map((flag) => field(flag, 'Check', granted.includes(flag) ? { default: '1' } : {}));

const ruleColumns = (granted: readonly string[]): Field[] => [
  field('role', 'Link', { options: 'Role', reqd: true }),
  field('if_owner', 'Check', { label: 'If user is the owner' }),
  field('permlevel', 'Int', { label: 'Level' }),
  ...flags(granted),
];

const docType = (profile: Profile): Meta => ({
  ...core,
  name: 'DocType',
  autoname: 'prompt',
  allowsRename: false,
  fields: [
    field('module', 'Link', { options: 'Module Def', reqd: true }),
    ...['custom', 'istable', 'issingle', 'is_tree', 'is_virtual', 'is_submittable', 'beta'].map((name) =>
      field(name, 'Check'),
    ),
    field('editable_grid', 'Check', { default: '1' }),
    field('quick_entry', 'Check'),
    field('autoname', 'Data', { label: 'Auto Name' }),
    field('naming_rule', 'Select', {
      options:
        '\nSet by user\nAutoincrement\nBy fieldname\nBy "Naming Series" field\nExpression\nExpression (old style)\nRandom\nBy script',
    }),
    field('allow_rename', 'Check', { default: '1' }),
    ...['title_field', 'search_fields', 'image_field', 'timeline_field', 'nsm_parent_field'].map((name) =>
      field(name, 'Data'),
    ),
    field('sort_field', 'Data', { default: profile.name === 'v16' ? 'creation' : 'modified' }),
    field('sort_order', 'Select', { options: 'ASC\nDESC', default: 'DESC' }),
    field('document_type', 'Select', { options: '\nDocument\nSetup\nSystem\nOther' }),
    field('description', 'Small Text'),
    field('documentation', 'Data'),
    field('icon', 'Data'),
    field('color', 'Data'),
    field('engine', 'Data', { default: 'InnoDB' }),
    field('default_view', 'Data'),
    field('default_print_format', 'Data'),
    field('max_attachments', 'Int'),
    ...[
      'track_changes',
      'track_seen',
      'track_views',
      'in_create',
      'read_only',
      'hide_toolbar',
      'allow_copy',
      'allow_import',
      'allow_auto_repeat',
      'allow_events_in_timeline',
      'allow_guest_to_view',
      'has_web_view',
      'is_calendar_and_gantt',
      'show_name_in_global_search',
      'show_title_field_in_link',
      'translated_doctype',
      'make_attachments_public',
      'queue_in_background',
      'email_append_to',
      'force_re_route_to_default_view',
      'protect_attached_files',
    ].map((name) => field(name, 'Check')),
    field('index_web_pages_for_search', 'Check', { default: '1' }),
    field('fields', 'Table', { options: 'DocField' }),
    field('permissions', 'Table', { options: 'DocPerm' }),
    field('links', 'Table', { options: 'DocType Link', label: 'Document Links' }),
    field('actions', 'Table', { options: 'DocType Action' }),
    field('states', 'Table', { options: 'DocType State' }),
  ],
  permissions: [allow('System Manager', 'all')],
  indexed: ['module'],
});

const CHILDREN: readonly Meta[] = [
  { ...child, name: 'DocField', fields: FIELD_COLUMNS },
  { ...child, name: 'DocPerm', fields: ruleColumns(GRANTED_UNASKED) },
  {
    ...child,
    name: 'DocType Link',
    fields: [
      field('link_doctype', 'Link', { options: 'DocType', reqd: true }),
      field('link_fieldname', 'Data', { reqd: true }),
      field('parent_doctype', 'Link', { options: 'DocType' }),
      field('table_fieldname', 'Data'),
      field('group', 'Data'),
      field('hidden', 'Check'),
      field('is_child_table', 'Check'),
      field('custom', 'Check'),
    ],
  },
  {
    ...child,
    name: 'DocType Action',
    fields: [
      field('label', 'Data', { reqd: true }),
      field('action_type', 'Select', { options: 'Server Action\nRoute', reqd: true }),
      field('action', 'Small Text', { reqd: true }),
      field('group', 'Data'),
      field('hidden', 'Check'),
      field('custom', 'Check'),
    ],
  },
  {
    ...child,
    name: 'DocType State',
    fields: [
      field('title', 'Data', { reqd: true }),
      field('color', 'Select', {
        options: 'Blue\nCyan\nGray\nGreen\nLight Blue\nOrange\nPink\nPurple\nRed\nYellow',
        default: 'Blue',
        reqd: true,
      }),
      field('custom', 'Check'),
    ],
  },
];

const CUSTOM_DOCPERM: Meta = {
  ...core,
  name: 'Custom DocPerm',
  autoname: 'hash',
  fields: [
    field('parent', 'Data', { label: 'Reference Document Type', reqd: true }),
    field('parenttype', 'Data'),
    field('parentfield', 'Data'),
    ...ruleColumns(GRANTED_TO_CUSTOM),
  ],
  permissions: [allow('System Manager', 'all')],
  indexed: ['parent'],
};

/** DocTypes that describe DocTypes and who may use them. */
export const doctypeDoctypes = (profile: Profile): readonly Meta[] => [docType(profile), ...CHILDREN, CUSTOM_DOCPERM];
