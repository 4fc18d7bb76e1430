import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMAND_KINDS } from '@biolistener/core';
import { DESK_BRANDS } from '../desk/device.ts';
import { CUSTOM_FIELD, EMPLOYEE_CHECKIN, PUNCH_ID_FIELD, PUNCH_ID_LABEL } from '../doctypes.ts';
import { APP_FOLDER, inOrderOfNeed, loadDefinitions, scrub } from './definitions.ts';
import { rowsIn, type SiteDoc } from './document.ts';
import { SERVICE_ROLE } from './grants.ts';

// What a bench would find out only while it installs, looked for here: see the list of mistakes in docs/install-erpnext.md.
const APP = join(APP_FOLDER, 'biolistener');
const MODULE = join(APP, 'biolistener');
const definitions = loadDefinitions();

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const raw = (path: string): SiteDoc => JSON.parse(readFileSync(path, 'utf8')) as SiteDoc;
const text = (doc: SiteDoc, key: string): string => (typeof doc[key] === 'string' ? doc[key] : '');
const doctypeFiles = files(join(MODULE, 'doctype')).filter((path) => path.endsWith('.json'));
const doctypes = doctypeFiles.map((path) => [text(raw(path), 'name'), raw(path), dirname(path)] as const);
const ours = new Map(doctypes.map(([name, doctype]) => [name, doctype]));

/** Those of the site that we link to; a typing mistake would be a DocType that nobody has. */
const OF_THE_SITE = ['Branch', 'Employee', EMPLOYEE_CHECKIN];
const LAYOUT = ['Section Break', 'Column Break'];
/** Time fields are filled with now when left out, Duration and Read Only surprise (contract §2.3, §5.2). */
const VALUES = [
  'Check',
  'Data',
  'Date',
  'Datetime',
  'Float',
  'Int',
  'JSON',
  'Link',
  'Long Text',
  'Password',
  'Select',
  'Small Text',
  'Table',
];
/** Words that a document has of itself, and what its methods are called. */
const TAKEN =
  /^(name|owner|creation|modified|modified_by|parent|parenttype|parentfield|idx|docstatus|doctype|flags|file_list|meta|get|set|update|append|extend|remove|insert|save|submit|cancel|delete|discard|validate|reload|rename|lock|unlock|user)$/;
/** Silently missing from lists on v14 and v15 (contract §0.3). */
const DROPPED = /_seen|_comments|_assign|_liked_by|_user_tags/;
const CORE_ROLES = ['System Manager'];

test('every JSON file is a document of our module, named like its folder and file', () => {
  const parsed = files(APP).filter((path) => path.endsWith('.json') && !path.includes('fixtures'));
  expect(parsed.length).toBeGreaterThan(10);
  for (const path of parsed) {
    const document = raw(path);
    expect([path, document['module']]).toEqual([path, definitions.module]);
    expect([path, basename(path, '.json'), basename(dirname(path))]).toEqual([
      path,
      scrub(text(document, 'name')),
      scrub(text(document, 'name')),
    ]);
    const kind = scrub(text(document, 'doctype'));
    const folder = kind === 'dashboard' ? `${scrub(definitions.module)}_dashboard` : kind; // as a site looks for them
    expect(basename(dirname(dirname(path)))).toBe(folder);
    expect(text(document, 'modified')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  }
});

test('modules.txt names the one module, whose folder and package are there', () => {
  expect(readFileSync(join(APP, 'modules.txt'), 'utf8')).toBe(`${definitions.module}\n`);
  for (const folder of [APP, MODULE, join(MODULE, 'doctype')])
    expect(existsSync(join(folder, '__init__.py'))).toBe(true);
});

test('patches.txt has its two sections and no patch that is not there', () => {
  const lines = readFileSync(join(APP, 'patches.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[pre_model_sync]', '[post_model_sync]']);
  for (const line of lines.filter((one) => !one.startsWith('[')))
    expect(existsSync(join(APP_FOLDER, `${line.trim().replaceAll('.', '/')}.py`))).toBe(true);
});

test('the package is named like its folder, says its version, and puts no end to Python versions', () => {
  const project = readFileSync(join(APP_FOLDER, 'pyproject.toml'), 'utf8');
  expect(project).toContain('name = "biolistener"');
  expect(project).toMatch(/requires-python = ">=3\.10"\n/);
  expect(project).toContain('build-backend = "flit_core.buildapi"');
  expect(definitions.version).toMatch(/^\d+\.\d+\.\d+$/);
  for (const file of ['README.md', 'LICENSE', 'biolistener/public/.gitkeep'])
    expect(existsSync(join(APP_FOLDER, file))).toBe(true);
});

describe.each(doctypes)('%s', (name, doctype, folder) => {
  const fields = rowsIn(doctype, 'fields');
  const names = fields.map((field) => text(field, 'fieldname'));

  test('has a controller of the right class, and nothing in it', () => {
    const controller = readFileSync(join(folder, `${scrub(name)}.py`), 'utf8');
    expect(controller).toBe(
      `from frappe.model.document import Document\n\n\nclass ${name.replaceAll(' ', '')}(Document):\n    pass\n`,
    );
    expect(existsSync(join(folder, '__init__.py'))).toBe(true);
  });

  test('has a name and fields that every version takes', () => {
    expect(name).toMatch(/^[A-Za-z][A-Za-z0-9 _-]{0,60}$/);
    expect(doctype['field_order']).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
    for (const field of fields) {
      const fieldname = text(field, 'fieldname');
      expect(fieldname).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(fieldname).not.toMatch(TAKEN);
      expect(fieldname).not.toMatch(DROPPED);
      expect([...LAYOUT, ...VALUES]).toContain(field['fieldtype']);
      expect(Boolean(field['label']) || field['fieldtype'] === 'Column Break').toBe(true);
      expect(Boolean(field['hidden']) && Boolean(field['reqd'])).toBe(false);
    }
  });

  test('links only to what there is, and a Select has its default among its options', () => {
    for (const field of fields) {
      const options = text(field, 'options');
      if (field['fieldtype'] === 'Link') expect([...ours.keys(), ...OF_THE_SITE]).toContain(options);
      if (field['fieldtype'] === 'Table') expect(ours.get(options)?.['istable']).toBe(1);
      if (field['fieldtype'] === 'Select') expect(options.split('\n')).toContain(text(field, 'default'));
      const [from, of] = text(field, 'fetch_from').split('.');
      if (of !== undefined) expect(fields.find((one) => one['fieldname'] === from)?.['fieldtype']).toBe('Link');
    }
  });

  test('is named, titled and searched by fields that it has', () => {
    const [kind, by] = text(doctype, 'autoname').split(':');
    if (kind === 'field')
      expect(fields.find((field) => field['fieldname'] === by)).toMatchObject({ reqd: 1, unique: 1 });
    const named = [text(doctype, 'title_field'), ...text(doctype, 'search_fields').split(',')].filter(
      (one) => one !== '',
    );
    for (const one of named) expect(names).toContain(one);
    for (const link of rowsIn(doctype, 'links')) {
      const target = rowsIn(ours.get(text(link, 'link_doctype')) ?? {}, 'fields');
      expect(target.find((field) => field['fieldname'] === link['link_fieldname'])).toMatchObject({ options: name });
    }
  });

  test('grants every right in so many words, to roles that there are, level 0 first', () => {
    const roles = [...definitions.roles.map((role) => role['name']), ...CORE_ROLES];
    const rows = rowsIn(doctype, 'permissions');
    const flags = 'select read write create delete submit cancel amend report export import share print email'.split(
      ' ',
    );
    for (const row of rows) {
      expect(roles).toContain(row['role']);
      for (const flag of flags) expect([0, 1]).toContain(row[flag]);
      expect(rows.some((other) => other['role'] === row['role'] && other['permlevel'] === 0)).toBe(true);
    }
    expect(rows.map((row) => row['permlevel'])).toEqual(
      rows.map((row) => Number(row['permlevel'])).toSorted((a, b) => a - b),
    );
    const keys = rows.map((row) => `${text(row, 'role')} ${String(row['permlevel'] as number)}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('keeps every field of the service from people', () => {
    const writers = rowsIn(doctype, 'permissions').filter((row) => row['permlevel'] === 1 && row['write'] === 1);
    expect(writers.map((row) => row['role'])).toEqual(doctype['istable'] === 1 ? [] : [SERVICE_ROLE]);
    for (const field of fields.filter((one) => one['permlevel'] === 1)) expect(field['read_only']).toBe(1);
  });
});

test('a site takes the DocTypes in this order, the record of the installation first', () => {
  const ordered = inOrderOfNeed(definitions.doctypes).map((doctype) => doctype['name']);
  expect(ordered[0]).toBe('Biometric Integration Settings');
  const at = (name: string): number => ordered.indexOf(name);
  expect(at('Biometric Device')).toBeLessThan(at('Biometric Device User Detail'));
  expect(at('Biometric Device User Detail')).toBeLessThan(at('Biometric Device User'));
  expect(at('Biometric Device User')).toBeLessThan(at('Biometric Device Command'));
});

test('fixtures are the roles and the punch id field that the delivery knows', () => {
  expect(definitions.roles.map((role) => role['name'])).toContain(SERVICE_ROLE);
  expect(definitions.customFields).toMatchObject([
    {
      name: `${EMPLOYEE_CHECKIN}-${PUNCH_ID_FIELD}`,
      dt: EMPLOYEE_CHECKIN,
      fieldname: PUNCH_ID_FIELD,
      label: PUNCH_ID_LABEL,
      unique: 1,
      no_copy: 1,
      read_only: 1,
    },
  ]);
  expect(raw(join(APP, 'fixtures/custom_field.json'))).toMatchObject([{ doctype: CUSTOM_FIELD }]);
});

test('Desk knows the brands that the service knows', () => {
  const brand = rowsIn(ours.get('Biometric Device') ?? {}, 'fields').find((field) => field['fieldname'] === 'brand');
  expect(text(brand ?? {}, 'options').split('\n')).toEqual(['', ...DESK_BRANDS]);
});

test('the dashboard shows the cards and charts that there are, and charts count documents of ours', () => {
  const rows = (table: string, key: string) =>
    definitions.dashboards.flatMap((one) => rowsIn(one, table)).map((row) => row[key]);
  expect(rows('cards', 'card').toSorted()).toEqual(
    definitions.numberCards.map((card) => text(card, 'name')).toSorted(),
  );
  expect(rows('charts', 'chart')).toEqual(definitions.dashboardCharts.map((chart) => chart['name']));
  for (const chart of definitions.dashboardCharts) expect([...ours.keys()]).toContain(text(chart, 'document_type'));
});

test('number cards and workspace show fields and documents that there are', () => {
  for (const card of definitions.numberCards) {
    const doctype = text(card, 'document_type');
    const names = rowsIn(ours.get(doctype) ?? {}, 'fields').map((field) => field['fieldname']);
    for (const filter of JSON.parse(text(card, 'filters_json')) as string[][]) {
      expect(filter[0]).toBe(doctype);
      expect(names).toContain(filter[1]);
    }
  }
  const [workspace] = definitions.workspaces;
  const blocks = JSON.parse(text(workspace ?? {}, 'content')) as { type: string; data: Record<string, string> }[];
  const shown = (type: string, key: string) =>
    blocks.filter((block) => block.type === type).map((block) => block.data[key]);
  expect(shown('number_card', 'number_card_name').toSorted()).toEqual(
    definitions.numberCards.map((card) => text(card, 'name')).toSorted(),
  );
  expect(shown('shortcut', 'shortcut_name')).toEqual(rowsIn(workspace ?? {}, 'shortcuts').map((row) => row['label']));
  for (const row of rowsIn(workspace ?? {}, 'shortcuts'))
    expect([...ours.keys(), ...OF_THE_SITE]).toContain(row['link_to']);
});

test('the abilities that buttons ask for are kinds of command', () => {
  const needs = definitions.clientScripts.flatMap(({ script }) =>
    [...script.matchAll(/needs: '([^']+)'|ifAble\(device, '([^']+)'/g)].map((found) => found[1] ?? found[2] ?? ''),
  );
  expect(needs.length).toBeGreaterThan(10);
  for (const kind of needs) expect(COMMAND_KINDS).toContain(kind);
});
