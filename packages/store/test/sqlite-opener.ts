import { openSqliteStore, type Store } from '../src/index.ts';

/** For child processes of the conformance suite: the handle is the path. */
export const open = (handle: string): Promise<Store> => openSqliteStore({ path: handle });
