import { apply, type Effect } from './change.ts';
import { controlOf } from './control.ts';
import { layoutFor, type WhereOptions } from './enable.ts';
import { raise } from './errors.ts';
import { remove } from './files.ts';
import { listInstalled, type Installed } from './installed.ts';
import { detectLayouts, type Layout } from './layouts.ts';
import { awaitGeneration } from './probe.ts';

export interface DisableOptions extends WhereOptions {
  readonly site?: string;
  readonly port?: number;
  /** Also removes a file of ours that somebody edited. */
  readonly force?: boolean;
  readonly patienceMs?: number;
}

export interface Disabled {
  /** Paths that were removed; empty when nothing was enabled. */
  readonly removed: readonly string[];
  readonly effect: Effect | 'unchanged';
}

/**
 * Takes back exactly what `enable` wrote: its file and its link. Nothing enabled is no error.
 * Throws NGINX_FILE_EDITED, NGINX_SITE_UNCLEAR, and what a failing test or reload gives; then all stands as before.
 */
export async function disable(options: DisableOptions = {}): Promise<Disabled> {
  const one = await findOne(await layoutsFor(options), options);
  if (one === undefined) return { removed: [], effect: 'unchanged' };
  if (options.port !== undefined && options.port !== one.port) {
    throw raise(
      'NGINX_SITE_UNCLEAR',
      `port ${options.port} is the plain port beside port ${one.port} of ${one.site}; both go together, by the latter`,
    );
  }
  if (one.isEdited && options.force !== true) {
    throw raise('NGINX_FILE_EDITED', `${one.file} was edited since biolistener wrote it`);
  }
  const removed = one.link === undefined ? [one.file] : [one.link, one.file];
  const { settings } = one;
  const effect = await apply({
    control: options.control ?? controlOf(one.layout),
    paths: removed,
    write: async () => {
      for (const path of removed) await remove(path);
    },
    startsNginx: false,
    isInForce: async () => settings === undefined || awaitGeneration(settings, false, options.patienceMs ?? 10_000),
  });
  return { removed, effect };
}

/** All layouts that options leave to choose from. */
export async function layoutsFor(options: WhereOptions): Promise<readonly Layout[]> {
  return options.layout === undefined ? detectLayouts(options.root, options) : [await layoutFor(options)];
}

/** The one block that site and port name, if any; the plain port beside a TLS port names it too. Throws NGINX_SITE_UNCLEAR when several fit. */
export async function findOne(
  layouts: readonly Layout[],
  wanted: { readonly site?: string; readonly port?: number },
): Promise<Installed | undefined> {
  const ofSite = (await listInstalled(layouts)).filter(
    (one) => wanted.site === undefined || one.site === wanted.site.toLowerCase(),
  );
  const byPort = ofSite.filter((one) => wanted.port === undefined || one.port === wanted.port);
  const fitting = byPort.length > 0 ? byPort : ofSite.filter((one) => one.settings?.tls?.plainPort === wanted.port);
  if (fitting.length > 1) {
    const names = fitting.map((one) => `${one.site}:${one.port} (${one.layout.kind})`).join(', ');
    throw raise('NGINX_SITE_UNCLEAR', `several blocks are enabled: ${names}`);
  }
  return fitting[0];
}
