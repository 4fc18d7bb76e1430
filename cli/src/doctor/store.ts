import { existsSync } from 'node:fs';
import { BiolistenerError, messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import { openSqliteStore, STORE_ERRORS, type Store } from '@biolistener/store';
import { counted } from '../output.ts';
import { storeFile } from '../services/with-store.ts';
import { at, type Finding } from './finding.ts';

export interface OpenedStore {
  readonly store: Store | undefined;
  readonly findings: Finding[];
}

/** Opens the store, which checks its file and its tables, and tries whether it could take a punch now. */
export async function lookAtStore(settings: Settings): Promise<OpenedStore> {
  const hop = at('store');
  const path = storeFile(settings);
  if (!existsSync(path))
    return {
      store: undefined,
      findings: [hop.bad(`there is none at ${path}`, 'Start `biolistener up`: it makes one.')],
    };
  let store: Store | undefined;
  try {
    store = await openSqliteStore({ path, busyTimeoutMs: 2000 });
    await store.probe();
    const { punches, templates } = await store.counts();
    const holds = `${counted(punches, 'punch', 'punches')}, ${counted(templates, 'template')}`;
    return { store, findings: [hop.ok(`${path} opens, is whole, and takes punches; it holds ${holds}`)] };
  } catch (error) {
    await store?.close();
    return { store: undefined, findings: [hop.bad(`${path}: ${messageOf(error)}`, fixOf(error))] };
  }
}

function fixOf(error: unknown): string {
  const catalog: Readonly<Record<string, { readonly fix: string }>> = STORE_ERRORS;
  const code = error instanceof BiolistenerError ? error.code : '';
  return catalog[code]?.fix ?? 'Look at the log of the service.';
}
