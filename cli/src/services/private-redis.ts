import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import type { Log } from '@biolistener/telemetry';
import { CommandFailure } from '../exit-codes.ts';

export interface PrivateRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const READY_MS = 10_000;
const RESTART_MS = 1_000;

/**
 * A redis-server of our own: append-only file, no eviction, this machine only. It is started again when it dies;
 * the store is the truth, so punches are accepted meanwhile.
 * Errors: refuses when another program holds the port.
 */
export async function startPrivateRedis(options: { dataDir: string; port: number; log: Log }): Promise<PrivateRedis> {
  const { port, log } = options;
  const dir = resolve(options.dataDir, 'redis');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await endLeftover(dir);
  if ((await askPort(port)) !== 'silent') {
    throw new CommandFailure(
      `port ${port} is held by another program`,
      1,
      'Set BIOLISTENER_REDIS_PORT to a free port, or REDIS_URL to use that Redis.',
    );
  }
  let isStopping = false;
  let child = launch(dir, port);
  const watch = (process: ChildProcess): void => {
    process.once('exit', (code) => {
      if (isStopping) return;
      log.warn({ code }, 'the private Redis died and is started again; punches are accepted meanwhile');
      setTimeout(() => {
        if (isStopping) return;
        child = launch(dir, port);
        watch(child);
      }, RESTART_MS);
    });
  };
  watch(child);
  try {
    await ready(port, child);
  } catch (error) {
    isStopping = true; // it is not coming up: nothing may keep starting it
    await end(child);
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}/0`,
    async stop() {
      isStopping = true;
      await end(child);
    },
  };
}

function launch(dir: string, port: number): ChildProcess {
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--appendonly',
    'yes',
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
    '--pidfile',
    join(dir, 'redis.pid'),
    '--daemonize',
    'no',
    '--loglevel',
    'notice',
  ];
  // detached: Ctrl-C reaches the whole terminal group, and Redis must be the last to go, not the first
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = createWriteStream(join(dir, 'redis.log'), { flags: 'a', mode: 0o600 });
  child.stdout.pipe(output);
  child.stderr.pipe(output);
  child.on('error', () => undefined); // a missing program shows as never ready, which is reported with advice
  return child;
}

/** A Redis that outlived a killed `up` still holds our files: it is ours, and ends. */
async function endLeftover(dir: string): Promise<void> {
  const file = join(dir, 'redis.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const isOurs = (): boolean => {
    try {
      // a pid may have gone to another program since, even to another Redis: ours works in our folder
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('redis-server') &&
        readlinkSync(`/proc/${pid}/cwd`) === dir
      );
    } catch {
      return false; // it is gone, or somebody else's
    }
  };
  if (!isOurs()) return;
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 100 && isOurs(); tries += 1) await new Promise((next) => setTimeout(next, 50));
}

/** What a program at the port says to PING: `pong` is a Redis that has read its file, `silent` is none at all. */
function askPort(port: number): Promise<'pong' | 'other' | 'silent'> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (said: 'pong' | 'other' | 'silent'): void => {
      socket.destroy();
      done(said);
    };
    let isThere = false;
    socket.once('connect', () => {
      isThere = true;
      socket.write('PING\r\n');
    });
    socket.once('data', (bytes: Buffer) => end(bytes.toString('latin1').startsWith('+PONG') ? 'pong' : 'other'));
    // whoever takes the call and hangs up is somebody, too
    socket.once('error', () => end(isThere ? 'other' : 'silent'));
    socket.once('close', () => end(isThere ? 'other' : 'silent'));
    socket.setTimeout(1_000, () => end('other'));
  });
}

async function ready(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && child.exitCode === null && child.pid !== undefined) {
    if ((await askPort(port)) === 'pong') return;
    await new Promise((next) => setTimeout(next, 30));
  }
  throw new CommandFailure(
    'the private Redis did not start',
    1,
    'Its log is redis/redis.log in the data folder. Is redis-server installed?',
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}
