import { startApi, webhookSecrets, type ApiOptions } from '@biolistener/api';
import { rosterSettings } from '@biolistener/worker';
import { followSettings } from '../run-time.ts';
import { keyIdsOf, type Site } from '../site.ts';
import type { StopList } from '../stopping.ts';
import { brandWork } from '../work.ts';
import type { Composition } from './composition.ts';
import { opsOptionsOf } from './ops.ts';

export async function addApi(composition: Composition): Promise<void> {
  const { site, stops } = composition;
  const { settings, store, vault } = site;
  const options = opsOptionsOf(composition, 'api', { host: settings.apiHost, port: settings.apiPort });
  const secrets = webhookSecrets({ configured: settings.erpnextWebhookSecret, store, vault, log: options.log });
  const api = await startApi({ ...options, store, webhookSecrets: secrets, v1: await apiWork(site, stops) });
  stops.add('API', () => api.stop());
}

/** What the REST API works with; it follows the run-time settings. */
async function apiWork({ store, settings }: Site, stops: StopList): Promise<NonNullable<ApiOptions['v1']>> {
  const followed = await followSettings(store);
  stops.add('run-time settings of the API', () => followed.stop());
  return { ...brandWork, rosterSettings: () => rosterSettings(followed.current()), keyIds: () => keyIdsOf(settings) };
}
