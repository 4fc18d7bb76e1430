import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Place } from '../src/conformance/index.ts';
import { openSqliteStore } from '../src/index.ts';

const pagesOf = (path: string): number => {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
  } finally {
    db.close();
  }
};

/** A fresh folder with the path of a store that is not made yet. */
export async function newPlace(): Promise<Place & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'biolistener-store-'));
  const path = join(folder, 'data', 'store.db');
  return {
    path,
    open: () => openSqliteStore({ path }),
    openSmall: (bytes) => openSqliteStore({ path, maxPages: pagesOf(path) + Math.ceil(bytes / 4096) }),
    handle: path,
    opener: new URL('./sqlite-opener.ts', import.meta.url).href,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
