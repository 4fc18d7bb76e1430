import { startListener } from '@biolistener/listener';
import { openNudger } from '@biolistener/queue';
import { followSettings, patienceOf } from '../run-time.ts';
import type { Composition } from './composition.ts';

export async function addListener({ site, stops, checks }: Composition, redisUrl: string | undefined): Promise<void> {
  const { settings, store, vault, metrics, log } = site;
  const nudger = openNudger(redisUrl);
  stops.add('nudger', () => nudger.close());
  const followed = await followSettings(store);
  stops.add('run-time settings of the listener', () => followed.stop());
  const listener = await startListener({
    patience: patienceOf(followed),
    settings,
    store,
    vault,
    metrics,
    log: log.child({ part: 'listener' }),
    nudge: () => nudger.nudge(),
    sockets: {
      ...(settings.socketPathToken === undefined ? {} : { pathToken: settings.socketPathToken }),
      ...(settings.socketBearer === undefined ? {} : { bearer: settings.socketBearer }),
    },
  });
  stops.add('listener', () => listener.stop());
  checks.set('listener', () => listener.health());
}
