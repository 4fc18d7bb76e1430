import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { messageOf } from '@biolistener/core';
import { raise } from './errors.ts';

/** Where nginx lies when it is not on PATH: an ordinary user's PATH often lacks the sbin directories. */
const USUAL_PLACES = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/sbin/nginx',
  '/usr/bin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
  '/usr/local/nginx/sbin/nginx',
  '/usr/local/openresty/nginx/sbin/nginx',
];

/** Path of the nginx program: NGINX_BINARY, else PATH, else the usual places. Throws NGINX_NOT_FOUND. */
export async function findNginx(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['NGINX_BINARY'];
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  const places = named === undefined ? [...onPath.map((dir) => join(dir, 'nginx')), ...USUAL_PLACES] : [named];
  for (const place of places) if (await isProgram(place)) return place;
  throw raise('NGINX_NOT_FOUND', named === undefined ? 'nginx is not installed' : `no program at ${named}`);
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false, // the question was whether it is there
  );

export interface Ran {
  /** Exit code; -1 when the program could not run or was killed by the limit. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, at most 30 seconds. Never throws: a failure is code -1 with its reason in `stderr`. */
export function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 30_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else resolve({ code: -1, stdout, stderr: stderr === '' ? messageOf(error) : stderr });
    });
  });
}

/** What this nginx was built with. */
export interface Build {
  readonly version: readonly [number, number, number];
  readonly conf: string | undefined;
  readonly prefix: string | undefined;
  readonly pid: string | undefined;
}

/** Reads `nginx -V`, which goes to stderr. */
export async function buildOf(binary: string): Promise<Build> {
  return parseBuild((await run(binary, ['-V'])).stderr);
}

export function parseBuild(text: string): Build {
  const [, major = '0', minor = '0', patch = '0'] = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  const option = (name: string): string | undefined => new RegExp(`--${name}=(\\S+)`).exec(text)?.[1];
  return {
    version: [Number(major), Number(minor), Number(patch)],
    conf: option('conf-path'),
    prefix: option('prefix'),
    pid: option('pid-path'),
  };
}
