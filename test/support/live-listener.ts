import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, type Settings } from '@biolistener/config';
import { asSerialNumber, type TerminalSettings, type TerminalStatus } from '@biolistener/core';
import { startListener, type RunningListener } from '@biolistener/listener';
import { startPrivateNginx, type PrivateNginx } from '@biolistener/nginx';
import { createVault, keyringOfText } from '@biolistener/security';
import { openSqliteStore, type Store } from '@biolistener/store';
import { openMetrics, silentLog, type Metrics } from '@biolistener/telemetry';
import { freePorts } from './ports.ts';

export const vault = createVault(keyringOfText('5c'.repeat(32)));

export interface LiveOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** Stands in front of the store, for faults. */
  readonly wrapStore?: (store: Store) => Store;
  readonly maxPages?: number;
  /** Fills the store before the listener reads it. */
  readonly seed?: (store: Store) => Promise<void>;
  /** Ports that are already chosen, so that an nginx can stay while listeners come and go. */
  readonly port?: number;
}

export interface LiveListener {
  readonly port: number;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly settings: Settings;
  approve(serialNumber: string, brand: string, settings?: TerminalSettings, status?: TerminalStatus): Promise<void>;
  /** Resolves once the listener knows what was changed in the store. */
  followed(): Promise<void>;
  /** Resolves once nothing of a terminal is in quarantine any more; fails after a minute. */
  tookIn(serialNumber: string): Promise<void>;
  stop(): Promise<void>;
}

/** The listener asks for the revision four times a second; two askings later it has read what it announced. */
const followed = (): Promise<void> => new Promise((done) => setTimeout(done, 700));

/** A listener with a real store in a folder of its own, in this process. */
export async function liveListener(options: LiveOptions = {}): Promise<LiveListener> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-live-'));
  const [port = 0] = options.port === undefined ? await freePorts(1) : [options.port];
  const { settings } = loadSettings({
    BIOLISTENER_CONFIG: '',
    BIOLISTENER_DATA_DIR: dir,
    BIOLISTENER_LISTENER_PORT: String(port),
    ...options.settings,
  });
  const opened = await openSqliteStore({
    path: join(dir, 'store.db'),
    ...(options.maxPages === undefined ? {} : { maxPages: options.maxPages }),
  });
  await options.seed?.(opened);
  const store = options.wrapStore?.(opened) ?? opened;
  const metrics = openMetrics({ withProcess: false });
  const running: RunningListener = await startListener({
    settings,
    store,
    vault,
    metrics,
    log: silentLog,
    nudge: () => undefined,
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  return {
    port: running.port,
    store: opened,
    metrics,
    settings,
    approve: async (serialNumber, brand, terminal = { zone: 'Asia/Kolkata' }, status = 'approved') => {
      await opened.changeTerminal(asSerialNumber(serialNumber), { status, settings: terminal }, 'test', brand);
      await followed();
    },
    followed,
    async tookIn(serialNumber) {
      const until = Date.now() + 60_000;
      while ((await opened.findTerminal(asSerialNumber(serialNumber)))?.quarantined !== 0) {
        if (Date.now() > until) throw new Error(`requests of ${serialNumber} stay in quarantine`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    async stop() {
      await running.stop();
      await opened.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function liveNginx(
  upstreamPort: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ port: number; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-nginx-'));
  const [port = 0] = await freePorts(1);
  const nginx: PrivateNginx = await startPrivateNginx({
    dir,
    port,
    upstreams: [`127.0.0.1:${upstreamPort}`],
    healthPath: '/-/biolistener',
    ...more,
  });
  return {
    port,
    async stop() {
      await nginx.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
