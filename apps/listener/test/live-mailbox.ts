import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSettings } from '@biolistener/config';
import { asSerialNumber, type JsonObject, type SerialNumber } from '@biolistener/core';
import { openSqliteStore, type CommandState, type NewCommand, type Store } from '@biolistener/store';
import { openMetrics, type Metrics } from '@biolistener/telemetry';
import { startListener } from '../src/index.ts';
import type { SocketOptions } from '../src/socket/options.ts';
import { memoryLog, vault } from './kit.ts';

/** A listener on a real port over a real store, as far as mailboxes need it. */
export interface LiveMailbox {
  readonly port: number;
  /** Of the store's file. */
  readonly path: string;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly log: ReturnType<typeof memoryLog>;
  approve(serialNumber: SerialNumber, brand: string, profile?: JsonObject, options?: JsonObject): Promise<void>;
  queue(command: Partial<NewCommand> & Pick<NewCommand, 'serialNumber' | 'kind'>): Promise<string>;
  /** Resolves once the command is in the state; fails with where it got to. */
  reaches(id: string, state: CommandState): Promise<void>;
  stop(): Promise<void>;
}

export interface LiveMailboxOptions {
  readonly now?: () => number;
  readonly wrapStore?: (store: Store) => Store;
  readonly sockets?: SocketOptions;
  readonly env?: Readonly<Record<string, string>>;
}

export async function liveMailbox({
  now = Date.now,
  wrapStore,
  sockets,
  env: more = {},
}: LiveMailboxOptions = {}): Promise<LiveMailbox> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-mailbox-'));
  const env = { BIOLISTENER_CONFIG: '', BIOLISTENER_DATA_DIR: dir, ...more };
  const settings = { ...loadSettings(env).settings, listenerPort: 0 };
  const path = join(dir, 'store.db');
  const store = await openSqliteStore({ path });
  const metrics = openMetrics({ withProcess: false });
  const log = memoryLog();
  const parts = { settings, vault, metrics, log, nudge: () => undefined, now, ...(sockets ? { sockets } : {}) };
  const running = await startListener({ ...parts, store: wrapStore?.(store) ?? store });
  return {
    port: running.port,
    path,
    store,
    metrics,
    log,
    async approve(serialNumber, brand, profile = {}, options = {}) {
      const change = { status: 'approved', settings: { zone: 'Asia/Kolkata', options } } as const;
      await store.changeTerminal(serialNumber, change, 'test', brand);
      await store.noteContacts([{ serialNumber, at: now(), address: '', profile }]);
    },
    async queue(command) {
      const [queued] = await store.queueCommands([newCommand(command, now())], now());
      return queued?.id ?? '';
    },
    async reaches(id, state) {
      const found = await until(async () => {
        const command = await store.findCommand(id);
        return command?.state === state || command?.closedAt !== undefined ? command : undefined;
      }, `command ${id} to be ${state}`);
      if (found.state !== state) throw new Error(`command ${id} is ${found.state}: ${found.reason} ${found.detail}`);
    },
    async stop() {
      await running.stop();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const newCommand = (
  command: Partial<NewCommand> & Pick<NewCommand, 'serialNumber' | 'kind'>,
  now: number,
): NewCommand => ({
  parameters: {},
  origin: 'desk',
  askedBy: 'desk:test',
  priority: 5,
  deadline: now + 3_600_000,
  maxAttempts: 3,
  bytes: 200,
  ...command,
});

/** Asks until there is an answer; nothing that the store does can be awaited from outside. */
export async function until<T>(look: () => Promise<T | undefined>, what: string, withinMs = 60_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(15);
  }
}

/** One request of an attendance terminal, and the body of the reply. */
export function zkAsk(port: number, path: string, body?: string): Promise<string> {
  const method = body === undefined ? 'GET' : 'POST';
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} /iclock/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${length}\r\n`;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(head + (body ?? '')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () =>
      resolve(Buffer.concat(chunks).toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n')),
    );
  });
}

/** Polls until commands come. */
export const pollFor = (port: number, serialNumber: SerialNumber): Promise<string> =>
  until(async () => {
    const body = await zkAsk(port, `getrequest?SN=${serialNumber}`);
    return body.startsWith('C:') ? body : undefined;
  }, `commands for ${serialNumber}`);

export const serial = asSerialNumber;
