// A worker in a process of its own, to be killed. Arguments: JSON of what it needs.
import { DEFAULT_DELIVERY_SETTINGS } from '@biolistener/erpnext';
import { openSqliteStore } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { startWorker } from '../../src/index.ts';

const given = JSON.parse(process.argv[2] ?? '{}') as { path: string; redis: string; url: string; zone: string };
await startWorker({
  store: await openSqliteStore({ path: given.path }),
  redis: { url: given.redis },
  target: {
    kind: 'sandbox',
    url: given.url,
    apiKey: 'sandbox',
    apiSecret: 'sandbox',
    siteZone: given.zone,
    label: 'x',
  },
  settings: () => ({ ...DEFAULT_DELIVERY_SETTINGS, mirrorEverySeconds: 1 }),
  log: silentLog,
});
