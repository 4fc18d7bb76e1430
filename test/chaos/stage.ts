import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPrivateNginx, type PrivateNginx } from '@biolistener/nginx';
import { openSqliteStore, type Store } from '@biolistener/store';
import { Redis } from 'ioredis';
import { answersOk, Child } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';

export const SITE_ZONE = 'Asia/Kolkata';
export const VICTIMS = ['listener', 'worker', 'redis', 'sandbox'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Every part as a process of its own, on free ports and in a folder that is removed at the end. */
export interface Stage {
  readonly terminalPort: number;
  readonly sandboxUrl: string;
  readonly store: Store;
  readonly children: Readonly<Record<Victim, Child>>;
  wipeRedis(): Promise<void>;
  stop(): Promise<void>;
}

const bin = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');

/** `more` goes into the environment of every part: where the BioStar server is. */
export async function setStage(more: Readonly<Record<string, string>>): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-chaos-'));
  const [terminal = 0, listener = 0, redis = 0, sandbox = 0, api = 0, listenerOps = 0, workerOps = 0] =
    await freePorts(7);
  const env = {
    ...process.env,
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: dir,
    BIOLISTENER_PORT: String(terminal),
    BIOLISTENER_LISTENER_PORT: String(listener),
    BIOLISTENER_REDIS_PORT: String(redis),
    BIOLISTENER_SANDBOX_PORT: String(sandbox),
    BIOLISTENER_SANDBOX_TIME_ZONE: SITE_ZONE,
    BIOLISTENER_API_PORT: String(api),
    BIOLISTENER_LISTENER_OPS_PORT: String(listenerOps),
    BIOLISTENER_WORKER_OPS_PORT: String(workerOps),
    BIOLISTENER_LOG_FORMAT: 'json',
    BIOLISTENER_LOG_LEVEL: 'warn',
    ...more,
  };
  const role = (name: Victim, isUp: () => Promise<boolean>): Child =>
    new Child({ name, command: process.execPath, words: [bin, 'start', name], env, isUp });
  const redisDir = join(dir, 'redis');
  mkdirSync(redisDir);
  const words = [
    '--port',
    String(redis),
    '--bind',
    '127.0.0.1',
    '--dir',
    redisDir,
    '--appendonly',
    'yes',
    '--save',
    '',
    '--loglevel',
    'warning',
  ];
  const children = {
    redis: new Child({ name: 'redis', command: 'redis-server', words, env: process.env, isUp: () => pings(redis) }),
    sandbox: role('sandbox', () => answersOk(`http://127.0.0.1:${sandbox}/api/method/ping`)),
    listener: role('listener', () => answersOk(`http://127.0.0.1:${listener}/-/biolistener`)),
    worker: role('worker', () => answersOk(`http://127.0.0.1:${workerOps}/health`)),
  };
  let nginx: PrivateNginx | undefined;
  let store: Store | undefined;
  const stop = async (): Promise<void> => {
    await nginx?.stop();
    for (const name of ['listener', 'worker', 'sandbox', 'redis'] as const) await children[name].endForGood();
    await store?.close();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (const name of ['redis', 'sandbox', 'listener', 'worker'] as const) children[name].start();
    for (const child of Object.values(children)) await child.untilUp();
    nginx = await startPrivateNginx({
      dir: join(dir, 'nginx'),
      port: terminal,
      upstreams: [`127.0.0.1:${listener}`],
      healthPath: '/-/biolistener',
    });
    store = await openSqliteStore({ path: join(dir, 'store', 'biolistener.db') });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    terminalPort: terminal,
    sandboxUrl: `http://127.0.0.1:${sandbox}`,
    store,
    children,
    wipeRedis: () => wipe(redis),
    stop,
  };
}

const connect = (port: number): Redis => {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => undefined); // the caller awaits and sees it
  return redis;
};

async function pings(port: number): Promise<boolean> {
  const redis = connect(port);
  try {
    await redis.connect();
    await redis.ping(); // throws while it loads its file
    return true;
  } finally {
    redis.disconnect();
  }
}

async function wipe(port: number): Promise<void> {
  const redis = connect(port);
  try {
    await redis.connect();
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
