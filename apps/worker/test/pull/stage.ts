import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSerialNumber, type JsonObject } from '@biolistener/core';
import { commKeySetting } from '@biolistener/pull';
import { sealWebhookSecret } from '@biolistener/security';
import { ZkTcpTerminal, type ZkTcpOptions } from '@biolistener/simulator';
import { openSqliteStore, type NewCommand, type Store, type StoredCommand } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import { PullProcess, type KeeperStatus } from '../../src/pull/index.ts';
import { vault } from './vault.ts';

export const SN = asSerialNumber('ZKT0000001');
export { vault };
const ZONE = 'Asia/Kolkata';

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** A log that keeps what it is told. */
export function keepingLog(lines: Line[]): Log {
  const say = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields });
  const log: Log = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => log,
    isLevelEnabled: () => true,
  };
  return log;
}

export interface Stage {
  readonly store: Store;
  readonly terminal: ZkTcpTerminal;
  readonly lines: Line[];
  readonly path: string;
  process(): PullProcess;
  /** As `biolistener device add` leaves it. */
  add(port: number, options?: JsonObject, brand?: string): Promise<void>;
  setKey(key: string): Promise<void>;
  ask(command: Partial<NewCommand> & Pick<NewCommand, 'kind'>): Promise<string>;
  ended(id: string): Promise<StoredCommand>;
  end(): Promise<void>;
}

/** Asks again until it is so; the limit of the test is the limit. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, everyMs = 10): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((next) => setTimeout(next, everyMs));
  }
}

export const statusOf = (pull: PullProcess): KeeperStatus | undefined => pull.status().terminals[0];
export const hasRead = (pull: PullProcess): Promise<KeeperStatus> =>
  until(() => {
    const status = statusOf(pull);
    return status?.state === 'ready' && status.readAt !== undefined ? status : undefined;
  });

export async function openStage(options: Partial<ZkTcpOptions> = {}): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'biolistener-pull-'));
  const path = join(dir, 'store.db');
  const store = await openSqliteStore({ path });
  const wallTime = (): string => new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  const terminal = new ZkTcpTerminal({ serialNumber: SN, wallTime, ...options });
  const lines: Line[] = [];
  const processes: PullProcess[] = [];
  const clock = { now: Date.now, random: () => 0.5 };
  return {
    store,
    terminal,
    lines,
    path,
    process() {
      const pull = new PullProcess({ store, vault, clock, log: keepingLog(lines), nudge: () => undefined });
      processes.push(pull);
      return pull;
    },
    async add(port, more = {}, brand = 'zk-tcp') {
      const settings = { zone: ZONE, options: { address: '127.0.0.1', port, ...more } };
      await store.changeTerminal(SN, { status: 'approved', settings }, 'test', brand);
    },
    setKey: (key) => store.setSetting(commKeySetting(SN), sealWebhookSecret(vault, key), 'test'),
    async ask(command) {
      const now = Date.now();
      const order = {
        serialNumber: SN,
        parameters: {},
        origin: 'cli',
        askedBy: 'test',
        priority: 5,
        bytes: 100,
      } as const;
      const [queued] = await store.queueCommands(
        [{ ...order, deadline: now + 600_000, maxAttempts: 3, ...command }],
        now,
      );
      return queued?.id ?? '';
    },
    ended: (id) =>
      until(async () => {
        const found = await store.findCommand(id);
        return found && ['verified', 'failed', 'expired'].includes(found.state) ? found : undefined;
      }),
    async end() {
      await Promise.all(processes.map((one) => one.stop()));
      await terminal.stop();
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}
