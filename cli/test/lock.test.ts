import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdFolder } from '../src/services/lock.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'biolistener-lock-'));
  path = join(dir, 'data', 'up.lock');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a folder is held once, by name, and free again after its release', () => {
  const release = holdFolder(path);
  expect(() => holdFolder(path)).toThrow(`process ${process.pid}`);
  release();
  expect(readdirSync(join(dir, 'data'))).toEqual([]);
  holdFolder(path)();
});

test('what a killed process left is taken over, also when its number lives again as another', () => {
  holdFolder(path)();
  for (const left of ['999999999 77\n', `${process.pid} 77\n`, '']) {
    writeFileSync(path, left);
    const release = holdFolder(path);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid} \\d{3,}\\n$`));
    release();
  }
});

test('of several that start at the same moment one holds it', async () => {
  const file = join(import.meta.dirname, '../src/services/lock.ts');
  const script = `const { holdFolder } = await import(${JSON.stringify(file)});
process.stdin.once('data', () => {
  try { holdFolder(${JSON.stringify(path)}); console.log('held'); } catch (error) { console.log(error.message); }
});
process.stdin.once('end', () => process.exit());
console.log('ready');`;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const exits = children.map((child) => once(child, 'exit'));
  const next = (): Promise<string[]> =>
    Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0])));
  await next();
  const answers = next();
  for (const child of children) child.stdin.write('go');
  expect((await answers).filter((said) => said === 'held\n')).toHaveLength(1);
  for (const child of children) child.stdin.end();
  await Promise.all(exits);
  expect(existsSync(path)).toBe(true); // it ended without a release, as after a kill
});
