import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { directives } from './config-text.ts';
import { raise } from './errors.ts';
import type { Layout } from './layouts.ts';
import { run } from './program.ts';

/** What we ask of an nginx. Tests replace single answers. */
export interface Control {
  /** `nginx -t`. `isValid` is undefined when this user may not read what nginx reads. */
  test(): Promise<{ readonly isValid: boolean | undefined; readonly message: string }>;
  /** `nginx -T`: the whole configuration; undefined while it is invalid. */
  dump(): Promise<string | undefined>;
  /** Process id of the running master. */
  master(): Promise<number | undefined>;
  /** Throws NGINX_RELOAD_FAILED. It only hands the signal over: whether nginx took the configuration is seen at the port. */
  reload(): Promise<void>;
  /** Throws NGINX_START_FAILED. */
  start(): Promise<void>;
}

export function controlOf(layout: Layout): Control {
  return {
    test: () => test(layout),
    dump: async () => {
      const { code, stdout } = await run(layout.binary, [...layout.flags, '-T']);
      return code === 0 ? stdout : undefined;
    },
    master: () => masterOf(layout),
    reload: async () => {
      const { code, stderr } = await run(layout.binary, [...layout.flags, '-s', 'reload']);
      if (code !== 0) throw raise('NGINX_RELOAD_FAILED', `nginx -s reload: ${essence(stderr)}`);
    },
    start: () => (layout.isSystemd ? startUnit() : startProgram(layout)),
  };
}

async function test(layout: Layout): Promise<{ isValid: boolean | undefined; message: string }> {
  const { code, stderr } = await run(layout.binary, [...layout.flags, '-t']);
  if (code === 0) return { isValid: true, message: 'nginx -t: valid' };
  const isForbidden = /\(13: Permission denied\)/.test(stderr) && process.getuid?.() !== 0;
  return { isValid: isForbidden ? undefined : false, message: essence(stderr) };
}

/** nginx's own words without the lines that only repeat the outcome. */
export function essence(stderr: string): string {
  const lines = stderr.split('\n').map((line) =>
    line
      .replace(/^nginx: |^\d{4}\/\d\d\/\d\d \S+ /, '')
      .replace(/^(\[\w+\]) \d+#\d+: /, '$1 ') // numbers of a process that is gone
      .trim(),
  );
  const said = lines.filter((line) => line !== '' && !/^configuration file .* test (failed|is successful)$/.test(line));
  return [...new Set(said)].join('; ').slice(0, 2000);
}

/** A pid file may be stale and its number given to another program, so the process is asked for its name. */
async function masterOf(layout: Layout): Promise<number | undefined> {
  const path = await pidFileOf(layout);
  const pid = path === undefined ? NaN : Number((await textOf(path))?.trim() ?? NaN);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return (await isNginx(pid)) ? pid : undefined;
}

async function pidFileOf(layout: Layout): Promise<string | undefined> {
  const named = directives((await textOf(layout.conf)) ?? '', 'pid')[0]?.[0];
  if (named === undefined || isAbsolute(named)) return named ?? layout.pidDefault;
  const prefix = layout.flags[layout.flags.indexOf('-p') + 1];
  return layout.flags.includes('-p') && prefix !== undefined ? join(prefix, named) : layout.pidDefault;
}

export async function isNginx(pid: number): Promise<boolean> {
  const name = await textOf(`/proc/${pid}/comm`);
  if (name !== undefined) return name.trim() === 'nginx' && !(await isZombie(pid));
  return process.platform !== 'linux' && isAlive(pid);
}

async function isZombie(pid: number): Promise<boolean> {
  return /^State:\s+[ZX]/m.test((await textOf(`/proc/${pid}/status`)) ?? '');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // kill throws nothing else than errno errors
  }
}

async function startUnit(): Promise<void> {
  const { code, stderr } = await run('systemctl', ['start', 'nginx']);
  if (code !== 0) throw raise('NGINX_START_FAILED', `systemctl start nginx: ${stderr.trim()}`);
}

/** nginx tries to bind a held port for 2.5 s before it gives up; one with `daemon off` never ends by itself. */
const PATIENCE_MS = { background: 20_000, foreground: 500 } as const;

/** Starts nginx apart from this process, and tells in its own words why it ended. One that goes into the background ends with 0. */
async function startProgram(layout: Layout): Promise<void> {
  const [daemon] = directives((await textOf(layout.conf)) ?? '', 'daemon');
  const patienceMs = PATIENCE_MS[daemon?.[0] === 'off' ? 'foreground' : 'background'];
  return new Promise((resolve, reject) => {
    const child = spawn(layout.binary, layout.flags, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said = (said + part).slice(-8192)));
    const patience = setTimeout(() => done(undefined), patienceMs);
    const done = (problem: string | undefined): void => {
      clearTimeout(patience);
      child.removeAllListeners();
      child.stderr.destroy();
      child.unref();
      if (problem === undefined) resolve();
      else reject(raise('NGINX_START_FAILED', `${problem}: ${essence(said) || 'it said nothing'}`));
    };
    child.once('error', (error) => done(error.message));
    // the master that stays may keep the pipe, so success is the exit; for a failure the last words are waited for
    child.once('exit', (code) => {
      if (code === 0) done(undefined);
    });
    child.once('close', (code, signal) => done(`nginx ended with ${code ?? signal ?? '?'}`));
  });
}

/** A file's text; undefined when it is not there or may not be read. */
export const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined); // absent and unreadable mean the same to every caller: not known
