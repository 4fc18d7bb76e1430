import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { asSerialNumber } from '@biolistener/core';
import { startPrivateNginx, type PrivateNginx } from '@biolistener/nginx';
import { openSqliteStore } from '@biolistener/store';
import { answersOk, Child } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';

const bin = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
const bareServer = resolve(import.meta.dirname, 'bare-server.ts');

/** The listener and the bare server, each a process of its own, each behind an nginx of its own as well. */
export interface BenchStage {
  readonly dir: string;
  readonly ports: {
    readonly listener: number;
    readonly bare: number;
    readonly nginxListener: number;
    readonly nginxBare: number;
  };
  listenerPid(): number;
  stop(): Promise<void>;
}

export const serialOf = (at: number): string => `BENCH${String(at).padStart(6, '0')}`;

/** Terminals of the other brands that call, one for each connection of a measurement. */
export const ebknSerialOf = (at: number): string => `BENCHEB${String(at).padStart(6, '0')}`;
export const faceSerialOf = (at: number): string => `BENCHAI${String(at).padStart(6, '0')}`;
const MOST_CONNECTIONS = 64;

export async function setBenchStage(terminals: number): Promise<BenchStage> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-bench-'));
  const [listener = 0, bare = 0, nginxListener = 0, nginxBare = 0, ops = 0, redis = 0, api = 0] = await freePorts(7);
  await seed(dir, terminals);
  const env = {
    ...process.env,
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: dir,
    BIOLISTENER_PORT: String(nginxListener),
    BIOLISTENER_LISTENER_PORT: String(listener),
    BIOLISTENER_LISTENER_OPS_PORT: String(ops),
    BIOLISTENER_REDIS_PORT: String(redis),
    BIOLISTENER_API_PORT: String(api),
    BIOLISTENER_REQUESTS_PER_SECOND: '100000',
    BIOLISTENER_ADDRESS_REQUESTS_PER_SECOND: '1000000',
    BIOLISTENER_LOG_LEVEL: 'error',
    BIOLISTENER_LOG_FORMAT: 'json',
  };
  const children = {
    listener: new Child({
      name: 'listener',
      command: process.execPath,
      words: [bin, 'start', 'listener'],
      env,
      isUp: () => answersOk(`http://127.0.0.1:${listener}/-/biolistener`),
    }),
    bare: new Child({
      name: 'bare',
      command: process.execPath,
      words: [bareServer, String(bare)],
      env,
      isUp: () => answersOk(`http://127.0.0.1:${bare}/`),
    }),
  };
  const nginxes: PrivateNginx[] = [];
  const stop = async (): Promise<void> => {
    for (const nginx of nginxes) await nginx.stop();
    await children.listener.end('SIGTERM');
    await children.bare.end('SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (const child of Object.values(children)) child.start();
    for (const child of Object.values(children)) await child.untilUp();
    const common = { healthPath: '/-/biolistener' };
    nginxes.push(
      await startPrivateNginx({
        ...common,
        dir: join(dir, 'nginx-a'),
        port: nginxListener,
        upstreams: [`127.0.0.1:${listener}`],
      }),
    );
    nginxes.push(
      await startPrivateNginx({
        ...common,
        dir: join(dir, 'nginx-b'),
        port: nginxBare,
        upstreams: [`127.0.0.1:${bare}`],
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { dir, ports: { listener, bare, nginxListener, nginxBare }, listenerPid: () => children.listener.pid, stop };
}

async function seed(dir: string, terminals: number): Promise<void> {
  const store = await openSqliteStore({ path: join(dir, 'store', 'biolistener.db') });
  const change = { status: 'approved', settings: { zone: 'Asia/Kolkata' } } as const;
  const add = (serialNumber: string, brand: string): Promise<unknown> =>
    store.changeTerminal(asSerialNumber(serialNumber), change, 'bench', brand);
  await Promise.all(Array.from({ length: terminals }, (_, at) => add(serialOf(at), 'zkteco')));
  for (let at = 0; at < MOST_CONNECTIONS; at += 1) {
    await add(ebknSerialOf(at), 'ebkn');
    await add(faceSerialOf(at), 'aiface');
  }
  await store.close();
}
