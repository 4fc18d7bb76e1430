import { rowsIn, type SiteDoc, withoutStamps } from './document.ts';
import type { ClientScript, SiteDefinitions } from './definitions.ts';
import type { SitePart } from './part.ts';

/** Attributes of a field whose absence means something: without them a change by a person would not be seen. */
const FIELD_DEFAULTS = {
  options: '',
  reqd: 0,
  unique: 0,
  read_only: 0,
  hidden: 0,
  permlevel: 0,
  set_only_once: 0,
  default: '',
};
const DOCTYPE_TABLES = { fields: ['fieldname'], permissions: ['role', 'permlevel', 'if_owner'] };
const LINK_TABLE = { links: ['link_doctype', 'link_fieldname'] };

/** Everything that the app brings, as documents over REST, in the order in which a site takes them. */
export function definedParts(definitions: SiteDefinitions): SitePart[] {
  return [
    modulePart(definitions.module),
    ...definitions.roles.map(rolePart),
    ...definitions.doctypes.map(doctypePart),
    ...definitions.doctypes.flatMap(connectionsPart),
    ...definitions.customFields.map(customFieldPart),
    ...definitions.clientScripts.map(clientScriptPart),
    ...definitions.numberCards.map(cardPart('Number Card')),
    ...definitions.dashboardCharts.map(cardPart('Dashboard Chart')),
    ...definitions.dashboards.map(dashboardPart),
    ...definitions.workspaces.map(workspacePart),
  ];
}

const nameOf = (doc: SiteDoc): string => String(doc['name']);
const without = (doc: SiteDoc, ...keys: readonly string[]): SiteDoc =>
  Object.fromEntries(Object.entries(doc).filter(([key]) => !keys.includes(key)));

const modulePart = (module: string): SitePart => ({
  object: 'Module Def',
  name: module,
  wanted: { module_name: module, custom: 1 },
  onCreate: { app_name: 'frappe' },
});

const rolePart = (role: SiteDoc): SitePart => ({ object: 'Role', name: nameOf(role), wanted: without(role, 'name') });

/** Connections name DocTypes that may not be there yet, so they come afterwards. */
const doctypePart = (doctype: SiteDoc): SitePart => ({
  object: 'DocType',
  name: nameOf(doctype),
  tables: DOCTYPE_TABLES,
  wanted: {
    ...without(doctype, 'name', 'links', 'actions', 'states'),
    custom: 1,
    fields: rowsIn(doctype, 'fields').map((field) => ({ ...FIELD_DEFAULTS, ...field })),
  },
  onCreate: { name: nameOf(doctype) },
});

const connectionsPart = (doctype: SiteDoc): SitePart[] =>
  rowsIn(doctype, 'links').length === 0
    ? []
    : [
        {
          object: 'DocType',
          name: nameOf(doctype),
          isAddition: true,
          isOurs: true,
          tables: LINK_TABLE,
          wanted: { links: doctype['links'] },
        },
      ];

/** `module` lets the app take the field along when it is uninstalled; over REST the field is removed by name. */
const customFieldPart = (field: SiteDoc): SitePart => ({
  object: 'Custom Field',
  name: nameOf(field),
  wanted: without(field, 'name', 'module', 'translatable', 'insert_after'),
  onCreate: { insert_after: field['insert_after'], translatable: 0 },
});

export const clientScriptName = ({ doctype, view }: ClientScript): string => `Biolistener ${doctype} ${view}`;

const clientScriptPart = (script: ClientScript): SitePart => ({
  object: 'Client Script',
  name: clientScriptName(script),
  wanted: { dt: script.doctype, view: script.view, enabled: 1, script: script.script },
  onCreate: { name: clientScriptName(script) },
});

/** Standard cards and charts belong to apps and may only be made by developers. */
const cardPart =
  (object: 'Number Card' | 'Dashboard Chart') =>
  (card: SiteDoc): SitePart => ({
    object,
    name: nameOf(card),
    wanted: { ...without(card, 'name', 'dynamic_filters_json'), is_standard: 0 },
    onCreate: { name: nameOf(card), dynamic_filters_json: '[]' },
  });

/** Shows the cards where no workspace may be made. */
const dashboardPart = (dashboard: SiteDoc): SitePart => ({
  object: 'Dashboard',
  name: nameOf(dashboard),
  tables: { charts: ['chart'], cards: ['card'] },
  wanted: { ...without(dashboard, 'name', 'is_default'), is_standard: 0 },
});

const workspacePart = (workspace: SiteDoc): SitePart => ({
  object: 'Workspace',
  name: nameOf(workspace),
  tables: { number_cards: ['number_card_name'], shortcuts: ['label'] },
  wanted: without(
    workspace,
    'name',
    'sequence_id',
    'for_user',
    'charts',
    'links',
    'quick_lists',
    'custom_blocks',
    'roles',
  ),
  onCreate: { name: nameOf(workspace), for_user: '', sequence_id: workspace['sequence_id'] },
  needsRole: {
    role: 'Workspace Manager',
    otherwise:
      'there is no Biolistener page in the side bar. The Dashboard Biolistener shows the same number cards, and the search ' +
      'bar finds it and the lists. Give the role Workspace Manager to the user of the key and run it again',
  },
});

/** The punch id field alone, for sites where only check-ins are delivered. */
export function punchIdDefinition(definitions: SiteDefinitions, name: string): SiteDoc {
  const found = definitions.customFields.find((field) => nameOf(field) === name);
  return found === undefined ? {} : without(withoutStamps(found), 'name', 'module');
}
