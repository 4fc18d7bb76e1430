import type { Settings } from '@biolistener/config';
import type { WorkerTarget } from '@biolistener/worker';

/** Where check-ins go: the configured site, or the sandbox while there is none. */
export function targetOf(settings: Settings): WorkerTarget {
  const { erpnextUrl, erpnextApiKey, erpnextApiSecret } = settings;
  if (erpnextUrl === undefined || erpnextApiKey === undefined || erpnextApiSecret === undefined) {
    const url = `http://127.0.0.1:${settings.sandboxPort}`;
    return { kind: 'sandbox', url, apiKey: 'sandbox', apiSecret: 'sandbox', label: 'sandbox' };
  }
  return {
    kind: 'erpnext',
    url: erpnextUrl,
    apiKey: erpnextApiKey,
    apiSecret: erpnextApiSecret,
    siteZone: settings.erpnextTimeZone,
    siteName: settings.erpnextSite,
    label: new URL(erpnextUrl).host,
  };
}
