import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startSandbox } from '../src/index.ts';
import { clientOf, resource } from './client.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');
let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  children = [];
  await rm(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const file = join(folder, 'site.sqlite');
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--file', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, url: /http:\S+/.exec(line)![0] };
}

const punch = (employee: number, second: number) => ({
  employee: `HR-EMP-${String(employee).padStart(5, '0')}`,
  time: `2026-03-09 09:00:${String(second).padStart(2, '0')}`,
});

test('what was acknowledged survives SIGKILL, and the site goes on where it was', async () => {
  const first = await run('--time-zone', 'Asia/Dubai');
  const ask = clientOf(first.url);
  const acknowledged: string[] = [];
  const exited = once(first.child, 'exit');
  const work = Array.from({ length: 8 }, async (_unused, worker) => {
    for (let second = 0; second < 60; second += 1) {
      const told = await ask(resource('Employee Checkin'), { body: punch(worker + 1, second) });
      acknowledged.push(told.at('data.name') as string);
      if (acknowledged.length === 100) first.child.kill('SIGKILL');
    }
  });
  await Promise.allSettled(work);
  await exited;
  expect(acknowledged.length).toBeGreaterThanOrEqual(100);
  const second = await run();
  const askAgain = clientOf(second.url);
  const told = await askAgain(resource('Employee Checkin', undefined, { limit_page_length: 0 }));
  const stored = new Set((told.json['data'] as { name: string }[]).map(({ name }) => name));
  expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  const next = await askAgain(resource('Employee Checkin'), { body: punch(20, 1) });
  expect(next.status).toBe(200);
  expect(stored.has(next.at('data.name') as string)).toBe(false);
  expect((await askAgain('/__sandbox/state')).json['timeZone']).toBe('Asia/Dubai');
  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
});

test('stopping and starting with the same file keeps everything', async () => {
  const file = join(folder, 'kept.sqlite');
  const first = await startSandbox({ port: 0, file, employees: 2 });
  await clientOf(first.url)(resource('Employee Checkin'), { body: punch(1, 0) });
  await clientOf(first.url)(resource('Employee', 'HR-EMP-00002'), { method: 'DELETE' });
  await first.stop();
  const again = await startSandbox({ port: 0, file, employees: 2 });
  expect(again.checkins()).toEqual(first.checkins());
  expect(again.employees()).toHaveLength(1);
  await again.stop();
});

test('a wrong setting is told, and nothing starts', async () => {
  const child = spawn(process.execPath, [MAIN, '--profile', 'v13'], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
  expect(line).toBe('sandbox: --profile must be v14, v15 or v16');
});

test('a taken port is an error, not a crash', async () => {
  const first = await startSandbox({ port: 0, employees: 0 });
  await expect(startSandbox({ port: first.port, employees: 0 })).rejects.toThrow('EADDRINUSE');
  await first.stop();
});
