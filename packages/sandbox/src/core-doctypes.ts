import { allow, field, type Meta } from './meta.ts';

const SYSTEM = [allow('System Manager', 'all')] as const;
const frappe = { app: 'frappe', module: 'Core' } as const;

/** DocTypes of Frappe itself that a connected service meets. */
export const CORE_DOCTYPES: readonly Meta[] = [
  {
    ...frappe,
    name: 'User',
    autoname: 'field:email',
    fields: [
      field('email', 'Data', { reqd: true }),
      field('first_name', 'Data', { reqd: true }),
      field('last_name', 'Data'),
      field('full_name', 'Data', { readOnly: true }),
      field('enabled', 'Check', { default: '1' }),
      field('user_type', 'Data', { default: 'System User' }),
      field('username', 'Data'),
      field('send_welcome_email', 'Check', { default: '1' }),
      field('time_zone', 'Data'),
      field('language', 'Data'),
      field('api_key', 'Data', { unique: true, label: 'API Key' }),
      field('api_secret', 'Password', { label: 'API Secret' }),
      field('roles', 'Table', { options: 'Has Role', label: 'Roles Assigned' }),
    ],
    permissions: [allow('System Manager', 'all')],
    indexed: ['api_key'],
  },
  {
    ...frappe,
    name: 'Has Role',
    autoname: 'hash',
    isTable: true,
    fields: [field('role', 'Link', { options: 'Role' })],
    permissions: [],
  },
  {
    ...frappe,
    name: 'Role',
    autoname: 'field:role_name',
    fields: [
      field('role_name', 'Data', { reqd: true, unique: true }),
      field('desk_access', 'Check', { default: '1' }),
      field('is_custom', 'Check'),
      field('disabled', 'Check'),
    ],
    permissions: SYSTEM,
  },
  {
    ...frappe,
    name: 'System Settings',
    autoname: 'prompt',
    isSingle: true,
    fields: [
      field('time_zone', 'Data', { reqd: true }),
      field('language', 'Data'),
      field('country', 'Data'),
      field('allow_error_traceback', 'Check', { default: '1' }),
      field('max_file_size', 'Int'),
    ],
    permissions: [allow('System Manager', ['read', 'write', 'create'])],
  },
  {
    ...frappe,
    name: 'OAuth Bearer Token',
    module: 'Integrations',
    autoname: 'field:access_token',
    fields: [
      field('access_token', 'Data', { reqd: true }),
      field('user', 'Link', { options: 'User', reqd: true }),
      field('status', 'Select', { options: 'Active\nRevoked', default: 'Active' }),
      field('expiration_time', 'Datetime'),
    ],
    permissions: SYSTEM,
  },
  {
    ...frappe,
    name: 'Comment',
    autoname: 'hash',
    fields: [
      field('comment_type', 'Data', { default: 'Comment' }),
      field('reference_doctype', 'Data'),
      field('reference_name', 'Data'),
      field('content', 'Long Text'),
    ],
    permissions: [...SYSTEM, allow('HR Manager', ['read'])],
    indexed: ['reference_name'],
  },
  {
    ...frappe,
    name: 'ToDo',
    module: 'Desk',
    autoname: 'hash',
    fields: [
      field('description', 'Long Text', { reqd: true }),
      field('status', 'Select', { options: 'Open\nClosed\nCancelled', default: 'Open' }),
      field('priority', 'Select', { options: 'High\nMedium\nLow', default: 'Medium' }),
      field('date', 'Date', { label: 'Due Date' }),
      field('role', 'Link', { options: 'Role', label: 'Assigned To Role' }),
      field('allocated_to', 'Link', { options: 'User' }),
    ],
    permissions: [...SYSTEM, allow('HR User', 'all')],
  },
];
