import { findBrand } from '@biolistener/brands';
import type { PartHealth } from '@biolistener/telemetry';
import { rosterSettings, startSuprema, startWorker, type WorkerMetrics, type WorkerStatus } from '@biolistener/worker';
import { addressOf } from '../ask-http.ts';
import { reachableAddress } from '../banner.ts';
import { deliverySettings, followSettings, patienceOf } from '../run-time.ts';
import type { Site } from '../site.ts';
import { supremaHealth, supremaServerOf } from '../suprema.ts';
import { targetOf } from '../target.ts';
import { VERSION } from '../../version.ts';
import type { Composition } from './composition.ts';

export async function addWorker(composition: Composition, redisUrl: string): Promise<void> {
  const { site, stops, checks } = composition;
  const { settings, store, log } = site;
  const followed = await followSettings(store);
  stops.add('run-time settings', () => followed.stop());
  const worker = await startWorker({
    store,
    redis: { url: redisUrl },
    target: targetOf(settings),
    settings: () => deliverySettings(followed.current()),
    rosterSettings: () => rosterSettings(followed.current()),
    pull: { vault: site.vault, patience: patienceOf(followed) },
    desk: { rulesOf: (brand) => findBrand(brand)?.roster, shown: shownInDesk(settings), vault: site.vault },
    log: log.child({ part: 'worker' }),
    metrics: workerMetrics(site),
  });
  stops.add('worker', () => worker.stop());
  checks.set('worker', () => workerHealth(worker.status()));
  addSuprema(composition, () => worker.nudge(), patienceOf(followed));
}

/** The client of a BioStar server, where one is configured. */
function addSuprema({ site, stops, checks, suprema }: Composition, nudge: () => void, patience: () => number): void {
  const { settings, store, vault, log, metrics } = site;
  const server = suprema ?? supremaServerOf(settings);
  const brand = findBrand('suprema');
  if (!server || !brand) return;
  const peer = startSuprema({
    server,
    brand,
    store,
    vault,
    nudge,
    patience,
    log: log.child({ part: 'worker' }),
    onCommitted: ({ newPunches, duplicatePunches }) => {
      if (newPunches > 0) metrics.punches.inc({ brand: brand.name, result: 'new' }, newPunches);
      if (duplicatePunches > 0) metrics.punches.inc({ brand: brand.name, result: 'resent' }, duplicatePunches);
    },
  });
  stops.add('BioStar', () => peer.stop());
  checks.set('BioStar', () => supremaHealth(peer.status()));
}

/** Where this service is, as an ERPNext user is told. */
const shownInDesk = (settings: Site['settings']) => ({
  listenerUrl: `http://${reachableAddress(settings)}:${settings.publicPort}`,
  apiUrl: addressOf(settings.apiHost, settings.apiPort),
  version: VERSION,
});

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
    converged: (commands, seconds) => {
      metrics.rosterCommands.inc(commands);
      metrics.convergeSeconds.observe(seconds);
    },
  };
}
