import type { Server } from 'node:http';
import type { Instant } from '@biolistener/core';
import { brands } from '@biolistener/brands';
import type { Settings } from '@biolistener/config';
import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log, Metrics, PartHealth } from '@biolistener/telemetry';
import type { ListenerDeps, MailboxRules } from './deps.ts';
import { createDeviceServer } from './device-server.ts';
import { listenerError } from './errors.ts';
import { follow, startHousekeeping, type Housekeeping } from './housekeeping.ts';
import { createKeyBook } from './key-book.ts';
import { limitsOf } from './limits-of-settings.ts';
import { createRegistry } from './registry.ts';
import { createSentBook } from './sent-book.ts';
import { createSocketHub, type SocketHub } from './socket/hub.ts';
import type { SocketOptions } from './socket/options.ts';
import { trustedProxiesOf } from './trusted-proxies.ts';

export interface ListenerOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly vault: Vault;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly nudge: () => void;
  readonly now?: () => Instant;
  readonly mailbox?: MailboxRules;
  readonly sockets?: SocketOptions;
  /** Times this is how long terminals may take to answer commands; asked each time. */
  readonly patience?: () => number;
}

export interface RunningListener {
  readonly port: number;
  health(): Promise<PartHealth>;
  /** Takes no new connections, finishes what is in progress, writes what was learnt. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;
/** What terminals take in one reply (protocols: 64 KB), and far more time than a reply needs to leave. */
const MAILBOX: MailboxRules = { portionBytes: 64 * 1024, leaseMs: 60_000 };

/** Starts the listener: knows its terminals first, then opens its port. */
export async function startListener(options: ListenerOptions): Promise<RunningListener> {
  const { settings, store, log } = options;
  const now = options.now ?? Date.now;
  const registry = createRegistry(store, now);
  const mailbox = options.mailbox ?? { ...MAILBOX, ...(options.patience && { patience: options.patience }) };
  const deps: ListenerDeps = {
    ...options,
    brands,
    registry,
    keys: createKeyBook({ store, vault: options.vault, registry, log, now }),
    sent: createSentBook({ store, registry, log, now, patience: mailbox.patience }),
    mailbox,
    limits: limitsOf(settings),
    now,
    trustedProxies: trustedProxiesOf(settings.trustedProxies),
    keepUnknownRequests: settings.keepUnknownRequests,
  };
  await follow(deps);
  const sockets = createSocketHub(deps, options.sockets);
  const server = createDeviceServer(deps, sockets);
  await listen(server, settings.listenerPort, settings.listenerHost);
  const housekeeping = startHousekeeping(deps);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.listenerPort;
  options.log.info({ host: settings.listenerHost, port }, 'listener is up');
  return { port, health: () => healthOf(store, port), stop: () => stop(server, housekeeping, sockets) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      reject(
        isTaken
          ? listenerError(
              'LISTENER_PORT_TAKEN',
              `port ${port} of ${host} is held by another program; set BIOLISTENER_LISTENER_PORT`,
              cause,
            )
          : cause,
      );
    });
    server.listen({ port, host, backlog: 4096 }, resolve);
  });
}

async function healthOf(store: Store, port: number): Promise<PartHealth> {
  await store.probe();
  return { part: 'listener', state: 'ok', message: `takes requests on port ${port} and can store` };
}

async function stop(server: Server, housekeeping: Housekeeping, sockets: SocketHub | undefined): Promise<void> {
  await sockets?.stop(); // a server is not closed while one of them is open
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await closed;
  clearTimeout(timer);
  await housekeeping.stop();
}
