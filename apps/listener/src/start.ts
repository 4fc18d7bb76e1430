import type { Server } from 'node:http';
import type { Instant } from '@biolistener/core';
import { brands } from '@biolistener/brands';
import type { Settings } from '@biolistener/config';
import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log, Metrics, PartHealth } from '@biolistener/telemetry';
import type { Limits, ListenerDeps } from './deps.ts';
import { createDeviceServer } from './device-server.ts';
import { listenerError } from './errors.ts';
import { follow, startHousekeeping, type Housekeeping } from './housekeeping.ts';
import { createGate, createRateLimiter } from './limits.ts';
import { createRegistry } from './registry.ts';

export interface ListenerOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly vault: Vault;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly nudge: () => void;
  readonly now?: () => Instant;
}

export interface RunningListener {
  readonly port: number;
  health(): Promise<PartHealth>;
  /** Takes no new connections, finishes what is in progress, writes what was learnt. */
  stop(): Promise<void>;
}

const MiB = 1024 * 1024;
const BURST_SECONDS = 20;
const STOP_GRACE_MS = 5_000;

function limitsOf(settings: Settings): Limits {
  return {
    addressRate: createRateLimiter(
      settings.addressRequestsPerSecond,
      settings.addressRequestsPerSecond * BURST_SECONDS,
    ),
    terminalRate: createRateLimiter(settings.requestsPerSecond, settings.requestsPerSecond * BURST_SECONDS),
    terminalSlots: createGate(settings.concurrentPerTerminal, Number.POSITIVE_INFINITY),
    bodyBytes: createGate(settings.inFlightMiB * MiB, settings.inFlightMiB * MiB),
    maxBodyBytes: settings.maxBodyMiB * MiB,
    bodyTimeoutMs: settings.bodyTimeoutSeconds * 1000,
  };
}

/** Starts the listener: knows its terminals first, then opens its port. */
export async function startListener(options: ListenerOptions): Promise<RunningListener> {
  const { settings, store } = options;
  const deps: ListenerDeps = {
    ...options,
    brands,
    registry: createRegistry(store),
    limits: limitsOf(settings),
    now: options.now ?? Date.now,
    trustedProxies: new Set(settings.trustedProxies.flatMap((address) => [address, `::ffff:${address}`])),
    keepUnknownRequests: settings.keepUnknownRequests,
  };
  await follow(deps);
  const server = createDeviceServer(deps);
  await listen(server, settings.listenerPort, settings.listenerHost);
  const housekeeping = startHousekeeping(deps);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.listenerPort;
  options.log.info({ host: settings.listenerHost, port }, 'listener is up');
  return { port, health: () => healthOf(store, port), stop: () => stop(server, housekeeping) };
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

async function stop(server: Server, housekeeping: Housekeeping): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await closed;
  clearTimeout(timer);
  await housekeeping.stop();
}
