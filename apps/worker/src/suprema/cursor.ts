import { fieldsOf, integerOf, parseJson, textOf } from '@biolistener/brands/suprema';
import { digestOf } from '@biolistener/core';
import type { Store } from '@biolistener/store';

/** Device → the time (ms, UTC) of the first of its events that is not kept here. */
export type Owed = Readonly<Record<string, number>>;

/** How far a server was read. Moved only after everything up to it is stored. */
export interface Cursor {
  /** The greatest `server_datetime` that was stored, as its digits. */
  readonly highServer: string | undefined;
  readonly owed: Owed;
  /** When the last days were last read as a whole. */
  readonly rereadAt: number;
  /** When the last two days were read, where the server cannot search its own time. */
  readonly wideAt: number;
}

const NOTHING: Cursor = { highServer: undefined, owed: {}, rereadAt: 0, wideAt: 0 };

/** One cursor for each server; ids of rows and times of two servers have nothing to do with each other. */
export const serverIdOf = (url: string): string => digestOf(new URL(url).origin).slice(0, 12);

const nameOf = (url: string): string => `suprema:${serverIdOf(url)}`;

export async function loadCursor(store: Store, url: string): Promise<Cursor> {
  const held = parseJson((await store.getCursor(nameOf(url))) ?? '');
  const { highServer, owed, rereadAt, wideAt } = fieldsOf(held);
  const devices = Object.entries(fieldsOf(owed)).map(([id, since]) => [id, integerOf(since) ?? 0] as const);
  return {
    ...NOTHING,
    highServer: textOf(highServer),
    owed: Object.fromEntries(devices),
    rereadAt: integerOf(rereadAt) ?? 0,
    wideAt: integerOf(wideAt) ?? 0,
  };
}

export const saveCursor = (store: Store, url: string, cursor: Cursor): Promise<void> =>
  store.setCursor(nameOf(url), JSON.stringify(cursor));
