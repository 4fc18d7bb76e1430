import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '@biolistener/core';
import { erpnextError } from '../errors.ts';
import { isRecord } from '../server-text.ts';
import { rowsIn, type SiteDoc, withoutStamps } from './document.ts';

export interface ClientScript {
  readonly doctype: string;
  readonly view: 'Form' | 'List';
  readonly script: string;
}

/** What both ways in put on a site, read from the Frappe app: the app is the only place where it is written down. */
export interface SiteDefinitions {
  readonly version: string;
  readonly module: string;
  readonly roles: readonly SiteDoc[];
  readonly customFields: readonly SiteDoc[];
  readonly doctypes: readonly SiteDoc[];
  readonly clientScripts: readonly ClientScript[];
  readonly numberCards: readonly SiteDoc[];
  readonly dashboardCharts: readonly SiteDoc[];
  readonly dashboards: readonly SiteDoc[];
  readonly workspaces: readonly SiteDoc[];
}

/** The app beside the packages, as the repository and the published package hold it. */
export const APP_FOLDER = resolve(import.meta.dirname, '../../../../apps/frappe');

/** Errors: ERPNEXT_DEFINITIONS when the folder is not the app. */
export function loadDefinitions(appFolder: string = APP_FOLDER): SiteDefinitions {
  try {
    const app = join(appFolder, 'biolistener');
    const module = join(app, 'biolistener');
    const doctypes = documentsIn(join(module, 'doctype'));
    return {
      version: /__version__ = "([^"]+)"/.exec(readFileSync(join(app, '__init__.py'), 'utf8'))?.[1] ?? '?',
      module: readFileSync(join(app, 'modules.txt'), 'utf8').trim(),
      roles: fixture(app, 'role'),
      customFields: fixture(app, 'custom_field'),
      doctypes: inOrderOfNeed(doctypes),
      clientScripts: doctypes.flatMap((doctype) => scriptsOf(join(module, 'doctype'), String(doctype['name']))),
      numberCards: documentsIn(join(module, 'number_card')),
      dashboardCharts: documentsIn(join(module, 'dashboard_chart')),
      // Frappe names this one folder for the module
      dashboards: documentsIn(join(module, 'biolistener_dashboard')),
      workspaces: documentsIn(join(module, 'workspace')),
    };
  } catch (error) {
    throw erpnextError('ERPNEXT_DEFINITIONS', `${appFolder} cannot be read: ${messageOf(error)}`, error);
  }
}

/** `Biometric Device` lives in the folder `biometric_device`. */
export const scrub = (name: string): string => name.toLowerCase().replace(/[ -]/g, '_');

const fixture = (app: string, name: string): readonly SiteDoc[] =>
  (JSON.parse(readFileSync(join(app, 'fixtures', `${name}.json`), 'utf8')) as unknown[]).filter(isRecord).map(plain);

const documentsIn = (folder: string): readonly SiteDoc[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name, `${entry.name}.json`))
    .filter((path) => existsSync(path))
    .map((path) => plain(JSON.parse(readFileSync(path, 'utf8'))));

/** A document of ours, without what an export of Frappe adds and a site fills in by itself. */
function plain(document: unknown): SiteDoc {
  if (!isRecord(document)) throw new Error('a definition is not a JSON object');
  const { field_order: _order, engine: _engine, ...rest } = withoutStamps(document);
  return rest;
}

function scriptsOf(folder: string, doctype: string): ClientScript[] {
  const stem = join(folder, scrub(doctype), scrub(doctype));
  const views = [
    ['Form', `${stem}.js`],
    ['List', `${stem}_list.js`],
  ] as const;
  return views
    .filter(([, path]) => existsSync(path))
    .map(([view, path]) => ({ doctype, view, script: readFileSync(path, 'utf8') }));
}

/** Those that a Link or Table field names come before the one that names them; a site refuses anything else. */
export function inOrderOfNeed(doctypes: readonly SiteDoc[]): readonly SiteDoc[] {
  const ours = new Map(doctypes.map((doctype) => [String(doctype['name']), doctype]));
  const ordered = new Set<SiteDoc>();
  const visit = (doctype: SiteDoc): void => {
    if (ordered.has(doctype)) return;
    for (const field of rowsIn(doctype, 'fields')) {
      const needed = ['Link', 'Table'].includes(String(field['fieldtype']))
        ? ours.get(String(field['options']))
        : undefined;
      if (needed !== undefined && needed !== doctype) visit(needed);
    }
    ordered.add(doctype);
  };
  // the one without links to the others holds the record of the installation, so it comes first
  for (const doctype of doctypes.toSorted((a, b) => Number(b['issingle'] ?? 0) - Number(a['issingle'] ?? 0)))
    visit(doctype);
  return [...ordered];
}
