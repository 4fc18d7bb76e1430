import { type Doc, rowsOf, textOf, type Value } from '../document.ts';
import { STANDARD_ROLES } from '../doctypes/standard-documents.ts';
import { isNumeric, type Meta } from '../meta.ts';
import type { Site } from '../site.ts';
import { APP, Transaction } from '../transaction.ts';

/** A document with all its attributes, without what no two sites share: stamps, owners, names of rows. */
export type Described = Readonly<Record<string, unknown>>;

/** Everything that was added to a site since it was set up, sorted by name. Plain JSON; secrets are `*` where one is set. */
export interface SiteDescription {
  readonly apps: readonly { readonly name: string; readonly version: string }[];
  readonly moduleDefs: readonly Described[];
  readonly roles: readonly Described[];
  readonly doctypes: readonly Described[];
  readonly customFields: readonly Described[];
  readonly propertySetters: readonly Described[];
  /** Rules of the permission manager, without names. */
  readonly docPerms: readonly Described[];
  readonly clientScripts: readonly Described[];
  /** Scripts that apps bring beside their DocTypes: `dt`, `view`, `script`. */
  readonly formScripts: readonly Described[];
  readonly webhooks: readonly Described[];
  readonly workspaces: readonly Described[];
  readonly numberCards: readonly Described[];
  readonly dashboardCharts: readonly Described[];
  readonly dashboards: readonly Described[];
  readonly reports: readonly Described[];
}

const plain = (site: Site, tx: Transaction, meta: Meta, doc: Doc): Record<string, unknown> =>
  Object.fromEntries<unknown>(
    meta.fields.map((field): [string, unknown] => {
      const value: Value = doc[field.fieldname] ?? null;
      if (field.fieldtype === 'Table') {
        const child = site.meta(field.options ?? '', tx);
        const rows = rowsOf(doc, field.fieldname);
        return [field.fieldname, child === undefined ? [] : rows.map((row) => plain(site, tx, child, row))];
      }
      if (field.fieldtype === 'Password') return [field.fieldname, value === null || value === '' ? null : '*'];
      // blank and absent are one
      return [field.fieldname, isNumeric(field.fieldtype) ? (value ?? 0) : value === '' ? null : value];
    }),
  );

const byText =
  (...keys: string[]) =>
  (a: Described, b: Described): number => {
    const [left, right] = [a, b].map((one) => keys.map((key) => String(one[key])).join('\n'));
    return (left ?? '') < (right ?? '') ? -1 : 1;
  };

/** Tells what was added to a site, so that two can be compared. */
export function describeSite(site: Site): SiteDescription {
  const tx = new Transaction(site.store, site.store.snapshot);
  const all = (doctype: string, isOurs: (name: string) => boolean = () => true): Described[] => {
    const meta = site.meta(doctype, tx);
    if (meta === undefined) return [];
    const docs = [...tx.all(doctype)].filter((doc) => isOurs(textOf(doc, 'name')));
    return docs.map((doc) => ({ name: textOf(doc, 'name'), ...plain(site, tx, meta, doc) })).toSorted(byText('name'));
  };
  const coreModules = new Set(site.standardModules());
  const apps = [...tx.all(APP)];
  const docPerms = all('Custom DocPerm').map(({ name: _name, ...rule }) => rule);
  return {
    apps: apps.map((app) => ({ name: textOf(app, 'name'), version: textOf(app, 'version') })),
    moduleDefs: all('Module Def', (name) => !coreModules.has(name)),
    roles: all('Role', (name) => !STANDARD_ROLES.includes(name)),
    doctypes: all('DocType', (name) => !site.isStandard(name)),
    customFields: all('Custom Field'),
    propertySetters: all('Property Setter'),
    docPerms: docPerms.toSorted(byText('parent', 'role', 'permlevel', 'if_owner')),
    clientScripts: all('Client Script'),
    formScripts: apps.flatMap((app) => rowsOf(app, 'scripts')).toSorted(byText('dt', 'view')),
    webhooks: all('Webhook'),
    workspaces: all('Workspace'),
    numberCards: all('Number Card'),
    dashboardCharts: all('Dashboard Chart'),
    dashboards: all('Dashboard'),
    reports: all('Report'),
  };
}
