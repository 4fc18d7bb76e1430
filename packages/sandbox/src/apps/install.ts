import type { Call } from '../call.ts';
import { checkReferences } from '../customizing/doctype-rules.ts';
import { type Doc, textOf } from '../document.ts';
import { dropDoctype } from '../document-remover.ts';
import { insertDocument } from '../document-writer.ts';
import { BROKEN } from '../doctypes/compile.ts';
import { STANDARD_ROLES } from '../doctypes/standard-documents.ts';
import type { Site } from '../site.ts';
import { wallAt } from '../site-time.ts';
import { APP, Transaction } from '../transaction.ts';
import { type AppDocument, type AppFolder, readAppFolder } from './app-folder.ts';

/** What an app brought. */
export interface InstalledApp {
  readonly name: string;
  readonly version: string;
  readonly modules: readonly string[];
  readonly doctypes: readonly string[];
}

/** A call of the bench: Administrator, past all rights. */
function benchCall(site: Site): Call {
  const tx = new Transaction(site.store, site.store.snapshot);
  const now = wallAt(site.instant().getTime(), site.timeZone);
  const roles = new Set(STANDARD_ROLES);
  return { site, tx, user: 'Administrator', roles, verb: 'POST', args: {}, siteUrl: '', now, isInstalling: true };
}

/**
 * Puts a document of the app in place of what has its name. The app wins over what people changed; rows of a DocType
 * stay, since columns are found by name. Links may lead to what comes later.
 */
function importDocument(call: Call, document: AppDocument): Doc | undefined {
  const [doctype, name] = [String(document['doctype']), String(document['name'])];
  if (call.site.meta(doctype, call.tx) === undefined) return undefined; // of a kind that the sandbox does not imitate
  if (doctype === 'DocType' && call.site.isStandard(name)) throw new Error(`DocType ${name} belongs to another app`);
  call.tx.remove(doctype, name);
  return insertDocument(call, doctype, document, { isTrusted: true, ignoresLinks: true, name });
}

function checkModules(call: Call, app: AppFolder): void {
  for (const document of [...app.doctypes.map((one) => one.document), ...app.documents, ...app.dashboards]) {
    const { module } = document;
    if (typeof module !== 'string' || module === '') continue;
    if (call.tx.find('Module Def', module) === undefined) throw new Error(`Module ${module} not found`);
  }
}

function importDoctypes(call: Call, app: AppFolder): void {
  for (const { document, controller } of app.doctypes) {
    const name = String(document['name']);
    if (controller === 'missing') {
      throw new Error(`Module import failed for ${name}: no controller, so No module named …${name}`);
    }
    importDocument(call, { ...document, doctype: 'DocType' });
  }
  for (const { document, controller } of app.doctypes) {
    const name = String(document['name']);
    const stored = call.tx.find('DocType', name);
    if (stored === undefined) continue;
    checkReferences(call, stored);
    // the class has another name: installs, and fails at every use
    if (controller === 'differs') call.tx.put('DocType', name, { ...stored, [BROKEN]: 1 });
  }
}

/** The order of erpnext-contract.md §6: modules, DocTypes and other module JSON, fixtures, customizations, dashboards. */
function importAll(call: Call, app: AppFolder): void {
  for (const module of app.modules) {
    importDocument(call, { doctype: 'Module Def', name: module, module_name: module, app_name: app.name, custom: 0 });
  }
  checkModules(call, app);
  importDoctypes(call, app);
  const later = [...app.documents, ...app.fixtures, ...app.customizations, ...app.dashboards];
  for (const document of later) importDocument(call, document);
}

function scriptsOf(app: AppFolder): Doc[] {
  return app.doctypes.flatMap(({ document, formScript, listScript }) => {
    const dt = String(document['name']);
    const scripts = [
      { dt, view: 'Form', script: formScript },
      { dt, view: 'List', script: listScript },
    ];
    return scripts.filter(({ script }) => script !== '');
  });
}

/** Installs an app's folder, all or nothing; a second time is what `bench migrate` does. Throws Error with the reason. */
export async function installApp(site: Site, folder: string): Promise<InstalledApp> {
  const app = readAppFolder(folder);
  const call = benchCall(site);
  importAll(call, app);
  const { name, version, modules } = app;
  const doctypes = app.doctypes.map(({ document }) => String(document['name']));
  const lists = { modules: JSON.stringify(modules), doctypes: JSON.stringify(doctypes) };
  call.tx.put(APP, name, { name, version, ...lists, scripts: scriptsOf(app) });
  call.tx.commit();
  await site.store.settled();
  return { name, version, modules, doctypes };
}

/** Everything that names a module of the app. */
function removeOfModule(call: Call, module: string): void {
  for (const doc of [...call.tx.by('DocType', 'module', module)]) dropDoctype(call, doc);
  for (const meta of [...call.site.metas(call.tx)]) {
    for (const field of meta.fields) {
      if (field.fieldtype !== 'Link' || field.options !== 'Module Def') continue;
      for (const doc of [...call.tx.by(meta.name, field.fieldname, module)]) {
        call.tx.remove(meta.name, textOf(doc, 'name'));
      }
    }
  }
  call.tx.remove('Module Def', module);
}

/** Removes an app with its DocTypes and their rows. Fixtures without a module, such as roles, stay as they do on a site. */
export async function uninstallApp(site: Site, name: string): Promise<void> {
  const call = benchCall(site);
  const app = call.tx.find(APP, name);
  if (app === undefined) throw new Error(`App ${name} is not installed`);
  // written by installApp, as JSON text of a list of titles
  for (const module of JSON.parse(textOf(app, 'modules')) as string[]) removeOfModule(call, module);
  call.tx.remove(APP, name);
  call.tx.commit();
  await site.store.settled();
}
