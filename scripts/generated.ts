import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_ERRORS } from '@biolistener/api';
import { brands } from '@biolistener/brands';
import { CONFIG_ERRORS, exampleFile, RUN_TIME_SETTINGS, settingsTable } from '@biolistener/config';
import { COMMAND_KINDS, type CommandKind, type ErrorCatalog } from '@biolistener/core';
import { ERPNEXT_ERRORS } from '@biolistener/erpnext';
import { LISTENER_ERRORS } from '@biolistener/listener';
import { NGINX_ERRORS, parseSettings, render } from '@biolistener/nginx';
import { QUEUE_ERRORS } from '@biolistener/queue';
import { SECURITY_ERRORS } from '@biolistener/security';
import { ROSTER_ERRORS } from '@biolistener/roster';
import { STORE_ERRORS } from '@biolistener/store';
import { WORKER_ERRORS } from '@biolistener/worker';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export const root = join(import.meta.dirname, '..');

/** Every list of error codes, by the part that raises them. */
export const CATALOGS: Readonly<Record<string, ErrorCatalog>> = {
  'Settings (packages/config)': CONFIG_ERRORS,
  'Store (packages/store)': STORE_ERRORS,
  'Keys (packages/security)': SECURITY_ERRORS,
  'Listener (apps/listener)': LISTENER_ERRORS,
  ...Object.fromEntries(brands.map((brand) => [brand.title, brand.errors])),
  'Queue (packages/queue)': QUEUE_ERRORS,
  'ERPNext (packages/erpnext)': ERPNEXT_ERRORS,
  'Rosters and commands (packages/roster)': ROSTER_ERRORS,
  'Worker (apps/worker)': WORKER_ERRORS,
  'API (apps/api)': API_ERRORS,
  nginx: NGINX_ERRORS,
};

/** Everything that is written from code and committed; `npm run generate` writes it and a test compares. */
export function generatedFiles(): GeneratedFile[] {
  return [
    { path: 'biolistener.env.example', content: exampleFile() },
    {
      path: 'docs/settings.md',
      content: between('docs/settings.md', { settings: settingsTable(), 'run-time': runTimeTable() }),
    },
    { path: 'docs/errors.md', content: between('docs/errors.md', { errors: errorTables() }) },
    {
      path: 'docs/terminals.md',
      content: between('docs/terminals.md', { keypad: keypads(), abilities: abilityTable() }),
    },
    {
      path: 'deploy/nginx.conf',
      content: render(
        parseSettings({ site: 'compose', port: 8998, upstreams: ['biolistener:8990'], healthPath: '/-/biolistener' }),
      ),
    },
  ];
}

/** The file as it stands, with what is between `<!-- name -->` and `<!-- /name -->` written anew. */
function between(path: string, parts: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(root, path), 'utf8');
  return Object.entries(parts).reduce((result, [name, content]) => {
    const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [result.indexOf(from), result.indexOf(to)];
    if (start < 0 || end < 0) throw new Error(`${path} has no place for ${name}`);
    return `${result.slice(0, start + from.length)}\n${content}\n${result.slice(end)}`;
  }, text);
}

function runTimeTable(): string {
  const rows = Object.entries(RUN_TIME_SETTINGS).map(
    ([key, { schema, doc }]) => `| \`${key}\` | \`${JSON.stringify(schema.parse(undefined))}\` | ${doc} |`,
  );
  return ['| Setting | Default | What it does |', '| --- | --- | --- |', ...rows].join('\n');
}

function errorTables(): string {
  return Object.entries(CATALOGS)
    .map(([part, catalog]) => {
      const rows = Object.entries(catalog).map(
        ([code, { kind, when, fix }]) => `| \`${code}\` | ${kind} | ${when} | ${fix} |`,
      );
      return [`## ${part}`, '', '| Code | Kind | When | What to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}

/** What each brand can be asked, with a column for each family that can be asked less. */
function abilityTable(): string {
  const columns = brands.flatMap(({ name, commands, families = [] }) => [
    { title: name, canBe: (kind: CommandKind): boolean => commands.includes(kind) },
    ...families.map((family) => ({
      title: `${name}, ${family.name}`,
      canBe: (kind: CommandKind): boolean => commands.includes(kind) && !family.cannot.includes(kind),
    })),
  ]);
  const rows = COMMAND_KINDS.map(
    (kind) => `| \`${kind}\` | ${columns.map(({ canBe }) => (canBe(kind) ? 'yes' : '–')).join(' | ')} |`,
  );
  const head = `| | ${columns.map(({ title }) => title).join(' | ')} |`;
  return [head, `| --- |${' --- |'.repeat(columns.length)}`, ...rows].join('\n');
}

function keypads(): string {
  const fill = (line: string): string =>
    line.replaceAll('{host}', 'the address of the server').replaceAll('{port}', '8998');
  return brands
    .map((brand) => [`## ${brand.title}`, '', ...brand.keypad.map((line, at) => `${at + 1}. ${fill(line)}`)].join('\n'))
    .join('\n\n');
}
