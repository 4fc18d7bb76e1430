// Starts a listener once, in a folder of its own, and ends it when it is up: what it strips and compiles is kept for every later
// start. Without that the first start after an installation has some 30 MiB more for as long as it runs
// (docs/decisions/0006). Only that is lost when it does not work, so nothing depends on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE_MS = 60_000;
const root = join(import.meta.dirname, '..');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

const dir = mkdtempSync(join(tmpdir(), 'biolistener-warm-'));
const child = spawn(process.execPath, [join(root, 'cli/bin/biolistener.mjs'), 'start', 'listener'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  env: {
    PATH: process.env.PATH ?? '',
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: dir,
    BIOLISTENER_LISTENER_PORT: await freePort(),
    BIOLISTENER_LISTENER_OPS_PORT: await freePort(),
    BIOLISTENER_LOG_FORMAT: 'json',
  },
});
const exited = once(child, 'exit');
const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
child.stdout.setEncoding('utf8').on('data', (text) => text.includes('listener is up') && child.kill('SIGTERM'));
await exited;
clearTimeout(patience);
rmSync(dir, { recursive: true, force: true });
