import { allow, field, type Field, type Meta } from '../meta.ts';
import type { Profile } from '../profile.ts';

const desk = { app: 'frappe', module: 'Desk' } as const;
const child = { ...desk, autoname: 'hash', isTable: true, permissions: [] } as const;
const DASHBOARDS = [
  allow('System Manager', 'all'),
  allow('Dashboard Manager', 'all'),
  allow('Desk User', ['read', 'report', 'export', 'share', 'print', 'email']),
] as const;
const json = (name: string, options: Parameters<typeof field>[2] = {}): Field =>
  field(name, 'Code', { options: 'JSON', ...options });

const WORKSPACE_ROWS: readonly Meta[] = [
  {
    ...child,
    name: 'Workspace Shortcut',
    fields: [
      field('type', 'Select', { options: 'DocType\nReport\nPage\nDashboard\nURL', reqd: true }),
      field('link_to', 'Dynamic Link', { options: 'type' }),
      field('url', 'Data'),
      field('doc_view', 'Data'),
      field('label', 'Data', { reqd: true }),
      field('icon', 'Data'),
      field('restrict_to_domain', 'Data'),
      field('stats_filter', 'Code', { options: 'JSON' }),
      field('color', 'Color'),
      field('format', 'Data'),
    ],
  },
  {
    ...child,
    name: 'Workspace Link',
    fields: [
      field('type', 'Select', { options: 'Link\nCard Break', default: 'Link', reqd: true }),
      field('label', 'Data', { reqd: true }),
      field('icon', 'Data'),
      field('description', 'Small Text'),
      field('hidden', 'Check'),
      field('link_type', 'Select', { options: '\nDocType\nPage\nReport' }),
      field('link_to', 'Dynamic Link', { options: 'link_type' }),
      field('report_ref_doctype', 'Link', { options: 'DocType' }),
      field('dependencies', 'Data'),
      field('only_for', 'Data'),
      field('onboard', 'Check'),
      field('is_query_report', 'Check'),
      field('link_count', 'Int'),
    ],
  },
  {
    ...child,
    name: 'Workspace Number Card',
    fields: [field('number_card_name', 'Link', { options: 'Number Card', reqd: true }), field('label', 'Data')],
  },
  {
    ...child,
    name: 'Workspace Chart',
    fields: [field('chart_name', 'Link', { options: 'Dashboard Chart', reqd: true }), field('label', 'Data')],
  },
  {
    ...child,
    name: 'Workspace Quick List',
    fields: [
      field('document_type', 'Link', { options: 'DocType', reqd: true }),
      field('label', 'Data', { reqd: true }),
      json('quick_list_filter'),
    ],
  },
];

const workspace = (profile: Profile): Meta => ({
  ...desk,
  name: 'Workspace',
  autoname: 'field:label',
  fields: [
    field('label', 'Data', { reqd: true, unique: true, label: 'Name' }),
    field('title', 'Data', { reqd: true }),
    field('sequence_id', 'Float'),
    field('for_user', 'Data'),
    field('parent_page', profile.name === 'v16' ? 'Link' : 'Data', { options: 'Workspace' }),
    field('module', 'Link', { options: 'Module Def' }),
    field('icon', 'Icon'),
    field('indicator_color', 'Data'),
    field('restrict_to_domain', 'Data'),
    field('hide_custom', 'Check'),
    field('public', 'Check'),
    field('is_hidden', 'Check'),
    field('content', 'Long Text', { default: '[]' }),
    field('number_cards', 'Table', { options: 'Workspace Number Card' }),
    field('charts', 'Table', { options: 'Workspace Chart' }),
    field('shortcuts', 'Table', { options: 'Workspace Shortcut' }),
    field('links', 'Table', { options: 'Workspace Link' }),
    field('quick_lists', 'Table', { options: 'Workspace Quick List' }),
    field('roles', 'Table', { options: 'Has Role' }),
  ],
  permissions: [allow('Workspace Manager', 'all'), allow('Desk User', 'all'), allow('System Manager', 'all')],
});

/** What people meet in the desk: workspaces, cards, charts (erpnext-contract.md §5.4). */
export const deskDoctypes = (profile: Profile): readonly Meta[] => [
  ...WORKSPACE_ROWS,
  workspace(profile),
  {
    ...desk,
    name: 'Number Card',
    autoname: 'prompt',
    fields: [
      field('label', 'Data', { reqd: true }),
      field('type', 'Select', { options: 'Document Type\nReport\nCustom', default: 'Document Type' }),
      field('document_type', 'Link', { options: 'DocType' }),
      field('parent_document_type', 'Link', { options: 'DocType' }),
      field('function', 'Select', { options: '\nCount\nSum\nAverage\nMinimum\nMaximum' }),
      field('aggregate_function_based_on', 'Data'),
      field('report_name', 'Link', { options: 'Report' }),
      field('report_field', 'Data'),
      field('report_function', 'Select', { options: '\nSum\nAverage\nMinimum\nMaximum' }),
      field('method', 'Data'),
      field('is_public', 'Check'),
      field('is_standard', 'Check'),
      field('module', 'Link', { options: 'Module Def' }),
      json('filters_json'),
      json('dynamic_filters_json'),
      json('filters_config'),
      field('show_percentage_stats', 'Check', { default: '1' }),
      field('stats_time_interval', 'Select', { options: 'Daily\nWeekly\nMonthly\nYearly', default: 'Daily' }),
      field('color', 'Color'),
    ],
    permissions: DASHBOARDS,
  },
  {
    ...desk,
    name: 'Dashboard Chart',
    autoname: 'field:chart_name',
    fields: [
      field('chart_name', 'Data', { reqd: true, unique: true }),
      field('chart_type', 'Select', { options: 'Count\nSum\nAverage\nGroup By\nCustom\nReport', reqd: true }),
      field('document_type', 'Link', { options: 'DocType' }),
      field('parent_document_type', 'Link', { options: 'DocType' }),
      field('report_name', 'Link', { options: 'Report' }),
      field('based_on', 'Data'),
      field('value_based_on', 'Data'),
      field('group_by_type', 'Select', { options: 'Count\nSum\nAverage', default: 'Count' }),
      field('group_by_based_on', 'Data'),
      field('number_of_groups', 'Int'),
      field('is_public', 'Check'),
      field('is_standard', 'Check'),
      field('module', 'Link', { options: 'Module Def' }),
      field('timeseries', 'Check'),
      field('timespan', 'Select', {
        options: 'Last Year\nLast Quarter\nLast Month\nLast Week\nSelect Date Range',
        default: 'Last Year',
      }),
      field('time_interval', 'Select', { options: 'Yearly\nQuarterly\nMonthly\nWeekly\nDaily', default: 'Yearly' }),
      field('from_date', 'Date'),
      field('to_date', 'Date'),
      field('type', 'Select', { options: 'Line\nBar\nPercentage\nPie\nDonut\nHeatmap', default: 'Line' }),
      field('color', 'Color'),
      json('filters_json', { reqd: true }),
      json('dynamic_filters_json'),
      json('custom_options'),
    ],
    permissions: DASHBOARDS,
  },
  {
    ...child,
    name: 'Dashboard Chart Link',
    fields: [
      field('chart', 'Link', { options: 'Dashboard Chart', reqd: true }),
      field('width', 'Select', { options: 'Half\nFull', default: 'Half' }),
    ],
  },
  {
    ...child,
    name: 'Number Card Link',
    fields: [field('card', 'Link', { options: 'Number Card', reqd: true })],
  },
  {
    ...desk,
    name: 'Dashboard',
    autoname: 'field:dashboard_name',
    fields: [
      field('dashboard_name', 'Data', { reqd: true, unique: true }),
      field('is_default', 'Check'),
      field('is_standard', 'Check'),
      field('module', 'Link', { options: 'Module Def' }),
      field('charts', 'Table', { options: 'Dashboard Chart Link', reqd: true }),
      field('cards', 'Table', { options: 'Number Card Link' }),
    ],
    permissions: DASHBOARDS,
  },
];
