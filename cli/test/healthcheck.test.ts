import { afterEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePorts } from '../../test/support/ports.ts';

const SCRIPT = join(import.meta.dirname, '../bin/healthcheck.mjs');
const NAMES = {
  api: 'BIOLISTENER_API_PORT',
  listener: 'BIOLISTENER_LISTENER_OPS_PORT',
  worker: 'BIOLISTENER_WORKER_OPS_PORT',
  sandbox: 'BIOLISTENER_SANDBOX_PORT',
} as const;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Runs the check in a container with these parts: the status that each answers. */
async function check(parts: Partial<Record<keyof typeof NAMES, number>>): Promise<{ code: number; said: string }> {
  const ports = await freePorts(4);
  const environment: Record<string, string> = {};
  for (const [at, part] of (Object.keys(NAMES) as (keyof typeof NAMES)[]).entries()) {
    environment[NAMES[part]] = String(ports[at]);
    const status = parts[part];
    if (status === undefined) continue;
    const path = part === 'sandbox' ? '/api/method/ping' : '/ready';
    const server = createServer((request, response) => response.writeHead(request.url === path ? status : 404).end());
    servers.push(server.listen(ports[at], '127.0.0.1'));
    await once(server, 'listening');
  }
  const child = spawn(process.execPath, [SCRIPT], { env: { ...environment, BIOLISTENER_API_HOST: '0.0.0.0' } });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

test.each([
  ['all roles', { api: 200 }],
  ['a listener', { listener: 200 }],
  ['a worker', { worker: 200 }],
  ['a sandbox', { sandbox: 200 }],
])('a container with %s is ready when that says so', async (_what, parts) => {
  expect(await check(parts)).toMatchObject({ code: 0, said: expect.stringContaining('ready (http://127.0.0.1:') });
});

test('one that says it is not ready is not, whoever else answers', async () => {
  expect(await check({ api: 503, sandbox: 200 })).toMatchObject({
    code: 1,
    said: expect.stringContaining('/ready answered 503'),
  });
});

test('one where nothing answers is not ready', async () => {
  expect(await check({})).toEqual({ code: 1, said: 'not ready: nothing answers\n' });
});
