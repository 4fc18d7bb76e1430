import { expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const TIMEOUT_MS = 8 * 60_000;
jest.setTimeout(TIMEOUT_MS + 30_000);

const ROOT = resolve(import.meta.dirname, '../..');

const KEYS = [
  'poll_direct_ratio',
  'poll_nginx_ratio',
  'punch_ratio',
  'access_punch_ratio',
  'ebkn_punch_ratio',
  'aiface_punch_ratio',
  'upload_10k_ratio',
  'poll_with_backlog_ratio',
  'fanout_ratio',
  'pull_ratio',
  'pull_stored_ratio',
  'rss_mib',
  'rss_growth_mib',
  'socket_rss_kib',
  'socket_heap_kib',
  'sockets_alive',
  'cli_help_ms',
  'node_start_ms',
] as const;

/** Differences of memory: with few terminals they are noise. */
const MAY_SHRINK: ReadonlySet<string> = new Set(['rss_growth_mib', 'socket_rss_kib', 'socket_heap_kib']);

function bench(): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((done) => {
    const words = [resolve(ROOT, 'test/bench/main.ts'), '--json', '--quick'];
    execFile(process.execPath, words, { timeout: TIMEOUT_MS }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Numbers anywhere in a value, by the path to them. */
function numbersIn(value: unknown, path = ''): [string, unknown][] {
  if (typeof value === 'string') return [];
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
}

// How fast it is on this machine is not judged here: the bench is tried, not its outcome.
test('the bench prints one JSON object with every documented field, and nothing but numbers in them', async () => {
  const { code, stdout, stderr } = await bench();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  const result = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  for (const key of KEYS) expect(typeof result[key]).toBe('number');
  for (const key of KEYS.filter((each) => !MAY_SHRINK.has(each))) expect(result[key]).toBeGreaterThan(0);
  expect(result['sockets_alive']).toBe(200);
  for (const [path, value] of numbersIn(result)) expect([path, Number.isFinite(value)]).toEqual([path, true]);
  expect(result['node']).toBe(process.version);
});

test('docs/benchmarks.md explains every field', () => {
  const page = readFileSync(resolve(ROOT, 'docs/benchmarks.md'), 'utf8');
  for (const key of KEYS) expect(page).toContain(`\`${key}\``);
});
