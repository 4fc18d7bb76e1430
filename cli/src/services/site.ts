import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedSettings, Settings } from '@biolistener/config';
import { createVault, keyringOfText, openKeyFile, type Vault } from '@biolistener/security';
import { openSqliteStore, type Store } from '@biolistener/store';
import { openLog, openMetrics, type Log, type Metrics } from '@biolistener/telemetry';

/** What every process of this installation shares: settings, store, keys, log, metrics. */
export interface Site {
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly store: Store;
  readonly vault: Vault;
  readonly log: Log;
  readonly metrics: Metrics;
}

export const pathIn = (settings: Settings, ...parts: string[]): string => resolve(settings.dataDir, ...parts);

/** Where the keys of this installation are, unless a setting holds the one key. */
export const keyFileOf = (settings: Settings): string => settings.keyFile ?? pathIn(settings, 'keys', 'master.key');

/** Follows the key file while it lives: a change of keys needs no restart. */
export function openVault(settings: Settings): Vault {
  if (settings.masterKey !== undefined) return createVault(keyringOfText(settings.masterKey));
  return createVault(openKeyFile(keyFileOf(settings)));
}

/** Ids of the keys with which what is sealed here can be read; looking makes no key. */
export function keyIdsOf(settings: Settings): readonly string[] {
  if (settings.masterKey !== undefined) return keyringOfText(settings.masterKey).ids();
  const file = keyFileOf(settings);
  return existsSync(file) ? openKeyFile(file).ids() : [];
}

export const openSiteStore = (settings: Settings, log?: Log): Promise<Store> =>
  openSqliteStore({
    path: pathIn(settings, 'store', 'biolistener.db'),
    onWriterError: (error) => log?.error({ error }, 'the writer of the store died and is started again'),
  });

export function openSiteLog(settings: Settings): Log {
  const format = settings.logFormat === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : settings.logFormat;
  return openLog({ level: settings.logLevel, format });
}

export async function openSite(loaded: LoadedSettings): Promise<Site> {
  const { settings } = loaded;
  const log = openSiteLog(settings);
  for (const name of loaded.unknownNames) log.warn({ name }, 'nothing reads this setting: is it misspelt?');
  const vault = openVault(settings);
  const store = await openSiteStore(settings, log);
  return { loaded, settings, store, vault, log, metrics: openMetrics({ withProcess: true }) };
}
