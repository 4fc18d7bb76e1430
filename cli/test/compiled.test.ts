import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BIN = resolve(import.meta.dirname, '../bin/biolistener.mjs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'biolistener-compiled-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const help = (cache: string): string =>
  execFileSync(process.execPath, [BIN, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });

test('what was compiled is kept for the next start, which says the same', () => {
  const first = help(join(folder, 'kept'));
  expect(readdirSync(join(folder, 'kept'), { recursive: true }).length).toBeGreaterThan(5);
  expect(help(join(folder, 'kept'))).toBe(first);
});

test('where nothing may be kept it runs all the same', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(help(join(folder, 'file', 'below'))).toContain('biolistener');
});
