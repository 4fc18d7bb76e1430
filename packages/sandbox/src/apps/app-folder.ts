import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isObject } from '../document.ts';

/** A document of an app's folder, as its JSON file says it. */
export type AppDocument = Readonly<Record<string, unknown>>;

export interface AppDoctype {
  readonly document: AppDocument;
  /** What the bench would find in its controller: nothing, a class of that name, or another one. */
  readonly controller: 'missing' | 'fits' | 'differs';
  readonly formScript: string;
  readonly listScript: string;
}

/** A Frappe app on disk: erpnext-contract.md §6. */
export interface AppFolder {
  readonly name: string;
  readonly version: string;
  readonly modules: readonly string[];
  readonly doctypes: readonly AppDoctype[];
  /** Other JSON of modules, in the order in which a site imports it. */
  readonly documents: readonly AppDocument[];
  readonly fixtures: readonly AppDocument[];
  readonly customizations: readonly AppDocument[];
  readonly dashboards: readonly AppDocument[];
}

export const scrub = (title: string): string => title.toLowerCase().replace(/[ -]/g, '_');

const textAt = (...parts: string[]): string => {
  const file = join(...parts);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => statSync(join(folder, name)).isDirectory() && !name.startsWith('__'))
        .toSorted()
    : [];

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`${basename(file)} is not JSON`, { cause: error });
  }
}

function documentAt(file: string): AppDocument | undefined {
  if (!existsSync(file)) return undefined;
  const body = parse(file);
  if (isObject(body)) return body;
  throw new Error(`${basename(file)} holds no document`);
}

/** `<kind>/<x>/<x>.json` of a module. */
const documentsOf = (module: string, kind: string): AppDocument[] =>
  foldersIn(join(module, kind))
    .map((name) => documentAt(join(module, kind, name, `${name}.json`)))
    .filter((document) => document !== undefined);

/** Kinds besides DocTypes, in the order of a site's import. */
const KINDS = [
  'page',
  'report',
  'print_format',
  'notification',
  'workspace',
  'client_script',
  'server_script',
  'custom_field',
  'property_setter',
];
/** Imported last; the folder of the dashboards themselves is named for the module. */
const dashboardKinds = (module: string): string[] => [
  'dashboard_chart',
  'number_card',
  `${basename(module)}_dashboard`,
];

function controllerOf(folder: string, file: string, doctype: string): AppDoctype['controller'] {
  const source = join(folder, `${file}.py`);
  if (!existsSync(source)) return 'missing';
  const name = doctype.replace(/[ -]/g, '');
  return new RegExp(`^class ${name}\\b`, 'm').test(readFileSync(source, 'utf8')) ? 'fits' : 'differs';
}

function doctypesOf(module: string): AppDoctype[] {
  return foldersIn(join(module, 'doctype')).flatMap((file) => {
    const folder = join(module, 'doctype', file);
    const document = documentAt(join(folder, `${file}.json`));
    if (document === undefined) return [];
    const name = String(document['name']);
    if (scrub(name) !== file) throw new Error(`DocType ${name} lies in ${file}, not in ${scrub(name)}`);
    const controller = controllerOf(folder, file, name);
    return [
      {
        document,
        controller,
        formScript: textAt(folder, `${file}.js`),
        listScript: textAt(folder, `${file}_list.js`),
      },
    ];
  });
}

const jsonFilesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => join(folder, name))
    : [];

const listsIn = (folder: string): AppDocument[] =>
  jsonFilesIn(folder)
    .flatMap((file) => {
      const body = parse(file);
      return Array.isArray(body) ? (body as unknown[]) : [body]; // JSON: an array of anything
    })
    .filter(isObject);

/** `<module>/custom/<doctype>.json`: custom fields and property setters beside each other. */
const customizationsIn = (module: string): AppDocument[] =>
  listsIn(join(module, 'custom')).flatMap((body) =>
    [
      ['custom_fields', 'Custom Field'],
      ['property_setters', 'Property Setter'],
    ].flatMap(([key = '', doctype = '']) => {
      const rows = body[key];
      return Array.isArray(rows) ? rows.filter(isObject).map((row) => ({ ...row, doctype })) : [];
    }),
  );

/** The package inside the repository: the folder whose hooks.py says so. */
function packageIn(root: string): { name: string; folder: string } {
  for (const candidate of foldersIn(root)) {
    const match = /^app_name\s*=\s*["']([^"']+)["']/m.exec(textAt(root, candidate, 'hooks.py'));
    if (match === null) continue;
    const [, name = ''] = match;
    if (name !== candidate) throw new Error(`app_name is ${name}, its folder is ${candidate}: they must match`);
    return { name, folder: join(root, candidate) };
  }
  throw new Error('no folder with a hooks.py that has an app_name: not a Frappe app');
}

function checkProject(root: string, name: string): void {
  const project = /^name\s*=\s*["']([^"']+)["']/m.exec(textAt(root, 'pyproject.toml'))?.[1];
  if (project === undefined) throw new Error('pyproject.toml has no name');
  if (project !== name) throw new Error(`pyproject.toml is named ${project}, the package ${name}: they must match`);
}

/** Reads an app as `bench install-app` would find it. Throws Error with what is wrong with the folder. */
export function readAppFolder(root: string): AppFolder {
  const { name, folder } = packageIn(root);
  checkProject(root, name);
  if (!existsSync(join(folder, 'modules.txt')))
    throw new Error('modules.txt is missing: bench takes it for no Frappe app');
  const modules = textAt(folder, 'modules.txt')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const folders = modules.map((module) => join(folder, scrub(module)));
  return {
    name,
    version: /__version__\s*=\s*["']([^"']+)["']/.exec(textAt(folder, '__init__.py'))?.[1] ?? '',
    modules,
    doctypes: folders.flatMap(doctypesOf),
    documents: folders.flatMap((module) => KINDS.flatMap((kind) => documentsOf(module, kind))),
    fixtures: listsIn(join(folder, 'fixtures')),
    customizations: folders.flatMap(customizationsIn),
    dashboards: folders.flatMap((module) => dashboardKinds(module).flatMap((kind) => documentsOf(module, kind))),
  };
}
