import { allow, field, type Meta } from '../meta.ts';
import type { Profile } from '../profile.ts';
import { FIELD_COLUMNS } from './docfield-columns.ts';

const SYSTEM = [allow('System Manager', 'all')] as const;
const custom = { app: 'frappe', module: 'Custom', permissions: SYSTEM } as const;
const core = { app: 'frappe', module: 'Core', permissions: SYSTEM } as const;
const doctypeLink = { options: 'DocType', reqd: true } as const;

/** What a System Manager changes a site with (erpnext-contract.md §5.1, §5.3, §5.4). */
export const customizingDoctypes = (profile: Profile): readonly Meta[] => [
  {
    ...core,
    name: 'Module Def',
    autoname: 'field:module_name',
    fields: [
      field('module_name', 'Data', { reqd: true, unique: true }),
      field('custom', 'Check'),
      field('app_name', 'Data', { reqd: true, label: 'App Name' }),
      field('package', 'Data'),
      field('restrict_to_domain', 'Data'),
    ],
  },
  {
    ...custom,
    name: 'Custom Field',
    autoname: 'prompt',
    fields: [
      field('dt', 'Link', { options: 'DocType', reqd: true, label: 'DocType' }),
      field('module', 'Link', { options: 'Module Def' }),
      field('insert_after', 'Data'),
      field('is_system_generated', 'Check'),
      ...FIELD_COLUMNS,
    ],
    indexed: ['dt'],
  },
  {
    ...custom,
    name: 'Property Setter',
    autoname: 'prompt',
    fields: [
      field('doctype_or_field', 'Select', {
        options: '\nDocField\nDocType\nDocType Link\nDocType Action\nDocType State',
        reqd: true,
        label: 'Applied On',
      }),
      field('doc_type', 'Link', { ...doctypeLink, label: 'DocType' }),
      field('field_name', 'Data'),
      field('row_name', 'Data'),
      field('module', 'Link', { options: 'Module Def' }),
      field('property', 'Data', { reqd: true }),
      field('property_type', 'Data'),
      field('value', 'Small Text', { label: 'Set Value' }),
      field('is_system_generated', 'Check'),
    ],
    indexed: ['doc_type'],
  },
  {
    ...custom,
    name: 'Client Script',
    autoname: 'prompt',
    fields: [
      field('dt', 'Link', { ...doctypeLink, label: 'DocType' }),
      field('view', 'Select', { options: 'List\nForm', default: 'Form', label: 'Apply To' }),
      field('module', 'Link', { options: 'Module Def' }),
      field('enabled', 'Check'),
      field('script', 'Code', { options: 'JS' }),
    ],
  },
  {
    ...core,
    name: 'Server Script',
    autoname: 'prompt',
    permissions: [allow('Script Manager', 'all')],
    fields: [
      field('script_type', 'Select', {
        options: 'DocType Event\nScheduler Event\nPermission Query\nAPI',
        reqd: true,
      }),
      field('reference_doctype', 'Link', { options: 'DocType' }),
      field('doctype_event', 'Data'),
      field('api_method', 'Data'),
      field('disabled', 'Check'),
      field('script', 'Code', { options: 'Python', reqd: true }),
    ],
  },
  {
    ...core,
    name: 'Report',
    autoname: 'field:report_name',
    fields: [
      field('report_name', 'Data', { reqd: true, unique: true }),
      field('ref_doctype', 'Link', doctypeLink),
      field('reference_report', 'Data'),
      field('is_standard', 'Select', { options: 'No\nYes', default: 'No', reqd: true }),
      field('module', 'Link', { options: 'Module Def' }),
      field('report_type', 'Select', {
        options: 'Report Builder\nQuery Report\nScript Report\nCustom Report',
        reqd: true,
      }),
      field('letter_head', 'Data'),
      field('disabled', 'Check'),
      field('query', 'Code', { options: 'SQL' }),
      field('report_script', 'Code', { options: 'Python' }),
      field('json', 'Code', { options: 'JSON' }),
      field('roles', 'Table', { options: 'Has Role' }),
    ],
  },
  {
    ...core,
    name: 'Print Format',
    module: 'Printing',
    autoname: 'prompt',
    fields: [
      field('doc_type', 'Link', { ...doctypeLink, label: 'DocType' }),
      field('module', 'Link', { options: 'Module Def' }),
      field('standard', 'Select', { options: 'No\nYes', default: 'No', reqd: true }),
      field('custom_format', 'Check'),
      field('disabled', 'Check'),
      field('print_format_type', 'Select', { options: 'Jinja\nJS', default: 'Jinja' }),
      field('html', 'Code', { options: 'Jinja' }),
      field('css', 'Code', { options: 'CSS' }),
      ...(profile.name === 'v14' ? [] : [field('page_number', 'Data')]),
    ],
  },
  {
    ...core,
    name: 'Notification',
    module: 'Email',
    autoname: 'prompt',
    fields: [
      field('enabled', 'Check', { default: '1' }),
      field('document_type', 'Link', doctypeLink),
      field('event', 'Data', { reqd: true }),
      field('channel', 'Data', { default: 'Email' }),
      field('subject', 'Data'),
      field('condition', 'Code'),
      field('message', 'Code'),
    ],
  },
];
