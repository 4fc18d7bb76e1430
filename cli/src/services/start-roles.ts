import './small-heap.ts';
import { loadSettings, type Settings } from '@biolistener/config';
import type { Role } from '../commands/start.ts';
import { addApi, addListener, addOps, addSandbox, addWorker, type Composition } from './roles/index.ts';
import { openSite } from './site.ts';
import { createStopList, stopRequested } from './stopping.ts';

const redisOf = (settings: Settings): string => settings.redisUrl ?? `redis://127.0.0.1:${settings.redisPort}/0`;

/** Where a process without the API answers health and metrics. */
function opsPort(settings: Settings, roles: readonly Role[]): number | undefined {
  if (roles.includes('api')) return undefined;
  if (roles.includes('listener')) return settings.listenerOpsPort;
  return roles.includes('worker') ? settings.workerOpsPort : undefined;
}

/** Runs some roles until a signal: Redis and nginx are somebody else's. */
export async function startRoles(roles: readonly Role[], options: { readonly json?: boolean }): Promise<void> {
  const requested = stopRequested();
  const site = await openSite(loadSettings());
  const composition: Composition = { site, stops: createStopList(), checks: new Map() };
  composition.stops.add('store', () => site.store.close());
  try {
    await addRoles(composition, roles);
    site.log.info({ roles }, 'up');
    if (options.json === true) console.log(JSON.stringify({ up: true, roles, pid: process.pid }));
    site.log.info({ signal: await requested }, 'stopping');
  } finally {
    await composition.stops.stopAll(site.log);
  }
}

async function addRoles(composition: Composition, roles: readonly Role[]): Promise<void> {
  const { settings } = composition.site;
  const redisUrl = redisOf(settings);
  if (roles.includes('sandbox')) await addSandbox(composition);
  if (roles.includes('worker')) await addWorker(composition, redisUrl);
  if (roles.includes('listener')) await addListener(composition, redisUrl);
  const port = opsPort(settings, roles);
  if (roles.includes('api')) await addApi(composition);
  else if (port !== undefined) await addOps(composition, port);
}
