import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { startApi, startOps, type OpsOptions } from '@biolistener/api';
import { startListener } from '@biolistener/listener';
import { openNudger } from '@biolistener/queue';
import { startSandbox } from '@biolistener/sandbox';
import type { HealthCheck, PartHealth } from '@biolistener/telemetry';
import { startWorker, type WorkerMetrics, type WorkerStatus } from '@biolistener/worker';
import { deliverySettings, followSettings } from './run-time.ts';
import { pathIn, type Site } from './site.ts';
import type { StopList } from './stopping.ts';
import { targetOf } from './target.ts';

/** What a process is made of while it comes up: the parts add how they are and how they stop. */
export interface Composition {
  readonly site: Site;
  readonly stops: StopList;
  readonly checks: Map<string, HealthCheck>;
}

export async function addListener({ site, stops, checks }: Composition, redisUrl: string | undefined): Promise<void> {
  const { settings, store, vault, metrics, log } = site;
  const nudger = openNudger(redisUrl);
  stops.add('nudger', () => nudger.close());
  const listener = await startListener({
    settings,
    store,
    vault,
    metrics,
    log: log.child({ part: 'listener' }),
    nudge: () => nudger.nudge(),
  });
  stops.add('listener', () => listener.stop());
  checks.set('listener', () => listener.health());
}

export async function addWorker({ site, stops, checks }: Composition, redisUrl: string): Promise<void> {
  const { settings, store, log } = site;
  const followed = await followSettings(store);
  stops.add('run-time settings', () => followed.stop());
  const worker = await startWorker({
    store,
    redis: { url: redisUrl },
    target: targetOf(settings),
    settings: () => deliverySettings(followed.current()),
    log: log.child({ part: 'worker' }),
    metrics: workerMetrics(site),
  });
  stops.add('worker', () => worker.stop());
  checks.set('worker', () => workerHealth(worker.status()));
}

/** Waiting for Redis or the site is no fault of ours; a site that would store wrong times needs a person. */
function workerHealth(status: WorkerStatus): PartHealth {
  const state = status.isDelivering ? 'ok' : status.site.state === 'refused' ? 'failed' : 'waiting';
  return { part: 'worker', state, message: status.message, isVital: false, details: { ...status } };
}

function workerMetrics({ metrics }: Site): WorkerMetrics {
  return {
    attempt: (outcome) => metrics.attempts.inc({ outcome }),
    deliverySeconds: (seconds) => metrics.deliverySeconds.observe(seconds),
    erpnextSeconds: (outcome, seconds) => metrics.erpnextSeconds.observe({ outcome }, seconds),
    circuitOpen: (isOpen) => metrics.circuit.set(isOpen ? 1 : 0),
  };
}

export async function addSandbox({ site, stops, checks }: Composition): Promise<void> {
  const { settings } = site;
  const file = pathIn(settings, 'sandbox', 'sandbox.db');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const timeZone = settings.sandboxTimeZone ?? settings.timeZone;
  const sandbox = await startSandbox({ port: settings.sandboxPort, file, timeZone });
  stops.add('sandbox', () => sandbox.stop());
  checks.set('sandbox', () => ({ part: 'sandbox', state: 'ok', message: `stands in for ERPNext at ${sandbox.url}` }));
}

/** The API, or health and metrics alone where this process has no API. */
export async function addApi(
  { site, stops, checks }: Composition,
  own?: { readonly host: string; readonly port: number },
): Promise<void> {
  const { settings, store, metrics, log } = site;
  const options: OpsOptions = {
    host: own?.host ?? settings.apiHost,
    port: own?.port ?? settings.apiPort,
    checks,
    metrics,
    log: log.child({ part: own === undefined ? 'api' : 'ops' }),
    refresh: () => refreshGauges(site),
  };
  const api = own === undefined ? await startApi({ ...options, store }) : await startOps(options);
  stops.add('API', () => api.stop());
}

async function refreshGauges({ store, metrics }: Site): Promise<void> {
  const active = (await store.listTargets()).find((target) => target.isActive);
  if (!active) return;
  const counts = await store.deliveryCounts(active.id);
  for (const state of ['waiting', 'queued', 'done', 'parked', 'skipped'] as const)
    metrics.deliveries.set({ state }, counts[state]);
}
