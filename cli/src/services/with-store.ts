import { existsSync } from 'node:fs';
import { loadSettings, type Settings } from '@biolistener/config';
import type { Store, Target } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { openSiteStore, pathIn } from './site.ts';

export interface Here {
  readonly settings: Settings;
  readonly store: Store;
}

/** Where the store of this installation is. */
export const storeFile = (settings: Settings): string => pathIn(settings, 'store', 'biolistener.db');

/**
 * Opens the store that is there, works with it, closes it. It may be in use by running services meanwhile.
 * Errors: not found (3) when there is none: a command that looks must not make an empty one in the wrong folder.
 */
export async function withStore<T>(work: (here: Here) => Promise<T>): Promise<T> {
  const { settings } = loadSettings();
  if (!existsSync(storeFile(settings))) {
    throw new CommandFailure(
      `there is no store at ${storeFile(settings)}`,
      EXIT.notFound,
      'Start `biolistener up` once, or set BIOLISTENER_DATA_DIR to the folder that it uses.',
    );
  }
  const store = await openSiteStore(settings);
  try {
    return await work({ settings, store });
  } finally {
    await store.close();
  }
}

/** The site that check-ins go to now, if a worker has named one yet. */
export async function activeTarget(store: Store): Promise<Target | undefined> {
  return (await store.listTargets()).find((target) => target.isActive);
}

/** Errors: failed (1) while no worker has named a site yet. */
export async function needTarget(store: Store): Promise<Target> {
  const target = await activeTarget(store);
  if (target) return target;
  throw new CommandFailure(
    'no site is known yet that check-ins go to',
    EXIT.failed,
    'The worker names it when it starts: `biolistener up`, or `biolistener start worker`.',
  );
}
