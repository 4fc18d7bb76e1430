import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { OPS_ROUTES } from '@biolistener/api';
import { brands } from '@biolistener/brands';
import type { PunchFlag } from '@biolistener/core';
import { DESK_BRANDS } from '@biolistener/erpnext';
import { JOBS } from '@biolistener/queue';
import { openMetrics } from '@biolistener/telemetry';
import { HANDLERS } from '../../apps/worker/src/handlers.ts';
import { PARK_REASONS } from '../../cli/src/views/reasons.ts';

// What the documents promise to list is compared with the lists in the code.

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Flags are types alone, so this list stands here; the compiler refuses it when one is missing. */
const FLAGS = {
  'clock-implausible': true,
  'clock-ahead': true,
  'unregistered-card': true,
  'verification-only': true,
  'time-ambiguous': true,
  'time-skipped': true,
} as const satisfies Record<PunchFlag, true>;

const operations = read('docs/operations.md');
const punches = read('docs/punches.md');
const metrics = openMetrics({ withProcess: false }).registry.getMetricsAsArray();

/** Table rows begin with the name, so that a mention somewhere else does not count. */
const hasRow = (page: string, name: string): boolean => page.includes(`\n| \`${name}\` |`);

test.each(metrics.map((metric) => metric.name))('docs/operations.md explains the metric %s', (name) => {
  expect(hasRow(operations, name)).toBe(true);
});

test('docs/operations.md explains no metric that is gone', () => {
  const explained = [...operations.matchAll(/^\| `(biolistener_[a-z_]+)` \|/gm)].map((found) => found[1]);
  expect(explained.toSorted()).toEqual(metrics.map((metric) => metric.name).toSorted());
});

test.each(Object.keys(OPS_ROUTES))('docs/operations.md explains the route %s', (path) => {
  expect(hasRow(operations, path)).toBe(true);
});

test.each(Object.keys(FLAGS))('docs/punches.md explains the flag %s', (flag) => {
  expect(hasRow(sectionOf(punches, 'Flags'), flag)).toBe(true);
});

test.each(Object.keys(PARK_REASONS))('docs/punches.md says what to do about %s', (reason) => {
  expect(hasRow(sectionOf(punches, 'Parked punches'), reason)).toBe(true);
});

test('Desk offers every brand', () => {
  expect(DESK_BRANDS).toEqual(brands.map((brand) => brand.name));
});

test.each(brands.map((brand) => brand.name))('%s has captures and a document', (name) => {
  const captures = readdirSync(join(root, 'test/captures', name)).filter((file) => /\.(http|jsonl|bin)$/.test(file));
  expect(captures.length).toBeGreaterThanOrEqual(4);
  expect(existsSync(join(root, 'docs/protocols', `${name}.md`))).toBe(true);
});

test('every job of the queue has exactly one handler in the worker', () => {
  expect(Object.keys(HANDLERS).toSorted()).toEqual(Object.keys(JOBS).toSorted());
});

const documents = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

test.each(documents)('what %s links to is there', (path) => {
  const broken = linksOf(read(path)).filter((link) => !leadsSomewhere(path, link));
  expect(broken).toEqual([]);
});

test('documents that the code cites are there', () => {
  const cited = ['packages', 'apps', 'cli', 'nginx', 'test', 'scripts']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'))
    .flatMap((file) =>
      [...read(file).matchAll(/\bdocs\/(?:[\w-]+\/)*(?:[\w-]+\.md|\d{4}\b)/g)].map((found) => found[0]),
    );
  expect([...new Set(cited)].filter((path) => !isDocument(path))).toEqual([]);
  expect(cited.length).toBeGreaterThan(10);
});

/** A decision is cited by its number alone. */
function isDocument(path: string): boolean {
  if (path.endsWith('.md')) return existsSync(join(root, path));
  const number = path.split('/').at(-1) ?? '';
  return readdirSync(join(root, dirname(path))).some((file) => file.startsWith(`${number}-`));
}

/** Targets of links that lead to a file or a heading of this repository; examples in code do not count. */
function linksOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map((found) => found[1] ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = path === '' ? join(root, from) : resolve(root, dirname(from), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(readFileSync(file, 'utf8')).includes(heading);
}

/** Headings as GitHub makes anchors of them. */
const headingsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map((found) =>
    (found[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

function sectionOf(page: string, title: string): string {
  const start = page.indexOf(`\n## ${title}\n`);
  const end = page.indexOf('\n## ', start + 1);
  return start < 0 ? '' : page.slice(start, end < 0 ? undefined : end);
}
