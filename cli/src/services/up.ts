import './small-heap.ts';
import { resolve } from 'node:path';
import { loadSettings, type Settings } from '@biolistener/config';
import { banner, placesOf } from './banner.ts';
import { holdFolder } from './lock.ts';
import { ErpNextClient, provisionPunchIdField } from '@biolistener/erpnext';
import { keepPrivateNginx } from './private-nginx.ts';
import { startPrivateRedis } from './private-redis.ts';
import { addApi, addListener, addSandbox, addWorker, type Composition } from './roles/index.ts';
import { openSite, pathIn } from './site.ts';
import { createStopList, stopRequested } from './stopping.ts';
import { targetOf } from './target.ts';

export interface UpOptions {
  readonly demo?: boolean;
  readonly json?: boolean;
}

/** Everything on one machine, until a signal. What was started last stops first, so that nothing accepts what it cannot pass on. */
export async function up(options: UpOptions): Promise<void> {
  const requested = stopRequested();
  const loaded = loadSettings();
  const { settings } = loaded;
  const stops = createStopList();
  const release = holdFolder(pathIn(settings, 'up.lock'));
  stops.add('lock', release);
  try {
    const site = await openSite(loaded);
    stops.add('store', () => site.store.close());
    try {
      const demo = options.demo === true ? await import('./demo/index.ts') : undefined;
      const biostar = await demo?.prepareDemo(site);
      if (biostar) stops.add('demo server', () => biostar.stop());
      const composition: Composition = { site, stops, checks: new Map(), suprema: biostar?.server };
      await addEverything(composition);
      announce(settings, options);
      // what the demo tells is for people: with --json there is one line and no more
      const say = (text: string): void => (options.json === true ? undefined : console.log(text));
      if (demo) stops.add('demo', await demo.startDemo(composition, biostar !== undefined, say));
      await requested;
      console.error('\nstopping …');
    } finally {
      await stops.stopAll(site.log);
    }
  } finally {
    release();
  }
}

async function addEverything(composition: Composition): Promise<void> {
  const { site } = composition;
  const { settings } = site;
  const redisUrl = settings.redisUrl ?? (await addRedis(composition));
  if (targetOf(settings).kind === 'sandbox') {
    await addSandbox(composition);
    // the sandbox is ours: it gets the field that a real site gets from its administrator
    await provisionPunchIdField(new ErpNextClient(targetOf(settings)));
  }
  await addWorker(composition, redisUrl);
  await addListener(composition, redisUrl);
  await addApi(composition);
  await addNginx(composition);
}

async function addNginx({ site, stops, checks }: Composition): Promise<void> {
  const { settings, log } = site;
  const nginx = await keepPrivateNginx(
    {
      dir: pathIn(settings, 'nginx'),
      port: settings.publicPort,
      upstreams: [`${settings.listenerHost}:${settings.listenerPort}`],
      bodySize: `${settings.maxBodyMiB}m`,
      healthPath: '/-/biolistener',
    },
    log.child({ part: 'nginx' }),
  );
  stops.add('nginx', () => nginx.stop());
  checks.set('nginx', () => nginx.health());
}

async function addRedis({ site, stops }: Composition): Promise<string> {
  const { settings, log } = site;
  const redis = await startPrivateRedis({ dataDir: settings.dataDir, port: settings.redisPort, log });
  stops.add('Redis', () => redis.stop());
  return redis.url;
}

function announce(settings: Settings, options: UpOptions): void {
  const target = targetOf(settings);
  const places = placesOf(settings, { kind: target.kind, url: target.url }, resolve(settings.dataDir));
  console.log(
    options.json === true ? JSON.stringify({ up: true, ...places }) : banner(settings, places, settings.timeZone),
  );
}
