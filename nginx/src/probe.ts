import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@biolistener/core';
import { bareAddress, generationOf } from './render.ts';
import type { Settings } from './settings.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** nginx spoke itself: refused, or the listener is away. */
  readonly isFromNginx: boolean;
  readonly milliseconds: number;
}

/** An address at which this machine reaches the block. */
export function ownAddressOf(settings: Settings): string {
  const [first = '0.0.0.0'] = settings.listen;
  if (first === '0.0.0.0') return '127.0.0.1';
  return bareAddress(first) === '::' ? '::1' : bareAddress(first);
}

/** Asks a path of the block. Rejects when nothing answers within `timeoutMs`. */
export function ask(settings: Settings, path: string, timeoutMs = 5000): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    // The certificate is made for the terminals' name of us, and we ask our own machine: nothing to verify.
    const tls = { rejectUnauthorized: false, minVersion: 'TLSv1' } as const;
    const where = { host: ownAddressOf(settings), port: settings.port, path, agent: false, timeout: timeoutMs };
    const asked = settings.tls === undefined ? requestPlain(where) : requestTls({ ...where, ...tls });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asked.on('error', reject);
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          isFromNginx: response.headers['x-biolistener-answer'] === 'nginx',
          milliseconds: Math.round(performance.now() - started),
        }),
      );
    });
    asked.end();
  });
}

/** What the running nginx says which configuration is in force at the port; undefined when nobody of ours answers. */
export async function generationAt(settings: Settings): Promise<string | undefined> {
  try {
    const { body } = await ask(settings, '/.biolistener/generation', 1000);
    return /^biolistener ([0-9a-f]{16})\n$/.exec(body)?.[1];
  } catch {
    return undefined; // refused, reset, not HTTP: whoever is there is not our block
  }
}

/** Waits until the port shows these settings in force, or (`isWanted` false) no longer does. Answers whether it came so. */
export async function awaitGeneration(settings: Settings, isWanted: boolean, timeoutMs: number): Promise<boolean> {
  const wanted = generationOf(settings);
  const until = performance.now() + timeoutMs;
  while (((await generationAt(settings)) === wanted) !== isWanted) {
    if (performance.now() > until) return false;
    await pause(25);
  }
  return true;
}

export interface Answered {
  readonly ok: boolean;
  readonly ms: number | undefined;
  readonly detail: string;
}

/** Whether the listener answers a request that comes through nginx. Any answer of its own counts. */
export async function askListener(settings: Settings): Promise<Answered> {
  try {
    const { status, isFromNginx, milliseconds } = await ask(settings, '/.biolistener/listener', 8000);
    if (!isFromNginx) return { ok: true, ms: milliseconds, detail: `the listener answered ${status}` };
    const why = status === 503 ? 'no listener answers behind it' : `it refused the request (${status})`;
    return { ok: false, ms: milliseconds, detail: `nginx answered, but ${why}` };
  } catch (error) {
    return { ok: false, ms: undefined, detail: `nothing answers at port ${settings.port}: ${messageOf(error)}` };
  }
}
