import type { ErrorCatalog, ErrorDescription } from '@biolistener/core';

/** Which package knows the codes of a prefix. Loaded when asked: most commands end well. */
const CATALOGS: Readonly<Record<string, () => Promise<ErrorCatalog>>> = {
  API: async () => (await import('@biolistener/api')).API_ERRORS,
  CONFIG: async () => (await import('@biolistener/config')).CONFIG_ERRORS,
  ERPNEXT: async () => (await import('@biolistener/erpnext')).ERPNEXT_ERRORS,
  LISTENER: async () => (await import('@biolistener/listener')).LISTENER_ERRORS,
  NGINX: async () => (await import('@biolistener/nginx')).NGINX_ERRORS,
  QUEUE: async () => (await import('@biolistener/queue')).QUEUE_ERRORS,
  ROSTER: async () => (await import('@biolistener/roster')).ROSTER_ERRORS,
  SECURITY: async () => (await import('@biolistener/security')).SECURITY_ERRORS,
  WORKER: async () => (await import('@biolistener/worker')).WORKER_ERRORS,
  STORE: async () => (await import('@biolistener/store')).STORE_ERRORS,
};

/** When a code happens and what a person can do about it; undefined for a code that nobody lists. */
export async function fixOf(code: string): Promise<ErrorDescription | undefined> {
  const prefix = code.split('_')[0] ?? '';
  const load = Object.hasOwn(CATALOGS, prefix) ? CATALOGS[prefix] : undefined;
  try {
    const catalog = await (load ?? brandCatalog)();
    return Object.hasOwn(catalog, code) ? catalog[code] : undefined;
  } catch {
    return undefined; // the advice is an extra: a package that does not load must not hide the failure itself
  }
}

/** The codes of parked pieces are those of the brands. */
async function brandCatalog(): Promise<ErrorCatalog> {
  const { brands } = await import('@biolistener/brands');
  return Object.assign({}, ...brands.map((brand) => brand.errors)) as ErrorCatalog; // a merge of catalogs is one
}
