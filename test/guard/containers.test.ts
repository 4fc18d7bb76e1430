import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SETTINGS } from '@biolistener/config';
import { ROLES } from '../../cli/src/commands/start.ts';

// No container engine runs where this is tested, so what the container files name is compared with what is there.

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((found) => found[1] ?? '');

const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');
const workspaces = (JSON.parse(read('package.json')) as { workspaces: string[] }).workspaces;
const copied = all(dockerfile, /^COPY (?!--from)(.+) \S+$/gm).flatMap((words) => words.split(' '));
const fixed = Object.entries(SETTINGS).flatMap(([, spec]) => spec.names as readonly string[]);

test('what the image copies is there, and kept by .dockerignore', () => {
  const ignored = read('.dockerignore').split('\n');
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((path) => !existsSync(join(root, path)) || ignored.includes(path))).toEqual([]);
});

test('the image copies every workspace', () => {
  const folders = workspaces.map((path) => path.split('/')[0] ?? '');
  expect(folders.filter((folder) => !copied.includes(folder))).toEqual([]);
});

test('secrets and data of a checkout stay out of the image', () => {
  expect(read('.dockerignore').split('\n')).toEqual(
    expect.arrayContaining(['data', '.env', 'biolistener.env', '.git', '**/node_modules']),
  );
});

test.each([...new Set(all(dockerfile + compose, /\b(BIOLISTENER_[A-Z_]+)[=:]/g))])('%s is a setting', (name) => {
  expect(fixed).toContain(name);
});

test('programs that the image starts are in it', () => {
  const started = all(dockerfile, /"((?:[\w-]+\/)+[\w-]+\.mjs)"/g);
  expect(started.length).toBe(2); // the command, and the check of its health
  expect(started.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the roles that containers run are roles', () => {
  const roles = all(`${dockerfile}\n${compose}`, /\[["']start["'], ([^\]]+)\]/g).flatMap((list) => all(list, /(\w+)/g));
  expect(new Set(roles)).toEqual(new Set(ROLES));
});

test('nginx finds the listener by the name of its service, and is trusted by its fixed address', () => {
  const [upstream = ''] = all(read('deploy/nginx.conf'), /^ {4}server (\S+) /gm);
  const [service = '', port = ''] = upstream.split(':');
  expect(compose).toMatch(new RegExp(`^ {2}${service}:$`, 'm'));
  expect(all(dockerfile, /^EXPOSE (.+)$/gm)[0]?.split(' ')).toContain(port);
  const [trusted = ''] = all(compose, /BIOLISTENER_TRUSTED_PROXIES: (\S+)/g);
  const nginx = compose.slice(compose.indexOf('\n  nginx:'));
  expect(nginx).toContain(`ipv4_address: ${trusted} `);
  expect(all(compose, /ipv4_address: (\S+)/g)).toHaveLength(2);
  for (const address of all(compose, /ipv4_address: (\S+)/g)) expect(address).toMatch(/^172\.30\.89\.\d+$/);
});

test('volumes and networks that services use are declared', () => {
  const declared = compose.slice(compose.search(/^networks:/m));
  const used = [...all(compose, /volumes: \['([a-z]+):/g), ...all(compose, /^ {6}(devices):/gm)];
  expect(used.length).toBeGreaterThan(3);
  for (const name of used) expect(declared).toMatch(new RegExp(`^ {2}${name}:`, 'm'));
});
