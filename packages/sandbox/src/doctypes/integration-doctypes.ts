import { allow, field, type Meta } from '../meta.ts';
import type { Profile } from '../profile.ts';

const SYSTEM = [allow('System Manager', 'all')] as const;
const integrations = { app: 'frappe', module: 'Integrations' } as const;
const child = { ...integrations, autoname: 'hash', isTable: true, permissions: [] } as const;

const webhook = (profile: Profile): Meta => ({
  ...integrations,
  name: 'Webhook',
  autoname: profile.name === 'v14' ? 'HOOK-.####' : 'prompt',
  fields: [
    field('webhook_doctype', 'Link', { options: 'DocType', reqd: true, label: 'DocType', setOnlyOnce: true }),
    field('webhook_docevent', 'Select', {
      options: 'after_insert\non_update\non_submit\non_cancel\non_trash\non_update_after_submit\non_change',
      label: 'Doc Event',
      setOnlyOnce: true,
    }),
    field('enabled', 'Check', { default: '1' }),
    field('condition', 'Small Text'),
    field('request_url', 'Data', { reqd: true, label: 'Request URL' }),
    field('request_method', 'Select', { options: 'POST\nPUT\nDELETE', default: 'POST', reqd: true }),
    field('timeout', 'Int', { default: '5', label: 'Request Timeout' }),
    field('request_structure', 'Select', { options: '\nForm URL-Encoded\nJSON' }),
    ...(profile.name === 'v14'
      ? []
      : [field('is_dynamic_url', 'Check', { label: 'Is Dynamic URL?' }), field('background_jobs_queue', 'Data')]),
    field('enable_security', 'Check'),
    field('webhook_secret', 'Password'),
    field('webhook_headers', 'Table', { options: 'Webhook Header', label: 'Headers' }),
    field('webhook_data', 'Table', { options: 'Webhook Data', label: 'Data' }),
    field('webhook_json', 'Code', { options: 'JSON', label: 'JSON Request Body' }),
  ],
  permissions: SYSTEM,
  indexed: ['webhook_doctype'],
});

/** Webhooks, what they leave behind, and files (erpnext-contract.md §2.10, §5.5). */
export const integrationDoctypes = (profile: Profile): readonly Meta[] => [
  webhook(profile),
  {
    ...child,
    name: 'Webhook Data',
    fields: [field('fieldname', 'Data', { reqd: true }), field('key', 'Data', { reqd: true })],
  },
  {
    ...child,
    name: 'Webhook Header',
    fields: [field('key', 'Small Text'), field('value', 'Small Text')],
  },
  {
    ...integrations,
    name: 'Webhook Request Log',
    autoname: 'hash',
    fields: [
      // no Link: deleting a webhook is not refused because it was once called
      field('webhook', 'Data'),
      ...(profile.name === 'v16' ? [field('reference_doctype', 'Data')] : []),
      field('reference_document', 'Data'),
      field('user', 'Data'),
      field('url', 'Small Text', { label: 'URL' }),
      field('headers', 'Code', { options: 'JSON' }),
      field('data', 'Code', { options: 'JSON' }),
      field('response', 'Code', { options: 'JSON' }),
      field('error', 'Long Text'),
    ],
    permissions: SYSTEM,
    indexed: ['webhook', 'reference_document'],
  },
  {
    ...integrations,
    module: 'Core',
    name: 'Error Log',
    autoname: 'hash',
    fields: [
      field('method', 'Data', { label: 'Title' }),
      field('error', 'Code'),
      field('reference_doctype', 'Data'),
      field('reference_name', 'Data'),
      field('seen', 'Check'),
    ],
    permissions: SYSTEM,
  },
  {
    ...integrations,
    module: 'Core',
    name: 'File',
    autoname: 'hash',
    fields: [
      field('file_name', 'Data'),
      field('is_private', 'Check'),
      field('file_type', 'Data'),
      field('file_url', 'Small Text', { label: 'File URL' }),
      field('file_size', 'Int'),
      field('folder', 'Data'),
      field('is_folder', 'Check'),
      field('attached_to_doctype', 'Link', { options: 'DocType' }),
      field('attached_to_name', 'Data'),
      field('attached_to_field', 'Data'),
      field('content_hash', 'Data'),
    ],
    permissions: [
      allow('System Manager', 'all'),
      { ...allow('Desk User', ['read', 'write', 'create', 'delete']), ifOwner: true },
    ],
    indexed: ['file_url', 'attached_to_name', 'content_hash'],
  },
];
