import { halves, PAGE, type Fields, type SearchWindow } from '@biolistener/brands/suprema';
import type { BioStarApi } from './api.ts';
import { searchEvents } from './calls.ts';
import { eventKeyOf } from '@biolistener/brands/suprema';

/**
 * Every event of a window, in portions, proven complete: an answer counts as all there is only when the server has nothing
 * behind it, whatever it takes for a page. Otherwise the window is cut in two, so that neither the order of rows nor
 * rows that are written meanwhile can hide one. A single second that does not fit is paged until a pass brings nothing new.
 * Portions may overlap; the same event has the same key. Source: protocols/suprema.md §6.3; cases S22, S25.
 */
export async function* completeSearch(api: BioStarApi, window: SearchWindow): AsyncGenerator<Fields[]> {
  const waiting = [window];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const rows = await searchEvents(api, next, 0);
    const isAll = rows.length === 0 || (await isEnd(api, next, rows.length));
    const parts = isAll ? undefined : halves(next);
    if (parts) waiting.push(parts[1], parts[0]);
    else if (isAll) yield rows;
    else yield* wholeSecond(api, next);
  }
}

const isEnd = async (api: BioStarApi, window: SearchWindow, offset: number): Promise<boolean> =>
  (await searchEvents(api, window, offset, 1)).length === 0;

/** Rows may change places between two pages, so passes go on until one finds no event that was not there before. */
async function* wholeSecond(api: BioStarApi, window: SearchWindow): AsyncGenerator<Fields[]> {
  const seen = new Set<string>();
  for (let isNew = true; isNew;) {
    isNew = false;
    for (let offset = 0, rows = await page(api, window, 0); rows.length > 0; rows = await page(api, window, offset)) {
      offset += rows.length;
      const fresh = rows.filter((row) => !seen.has(keyOf(row)));
      for (const row of fresh) seen.add(keyOf(row));
      if (fresh.length === 0) continue;
      isNew = true;
      yield fresh;
    }
  }
}

const page = (api: BioStarApi, window: SearchWindow, offset: number): Promise<Fields[]> =>
  searchEvents(api, window, offset, PAGE);

const keyOf = (row: Fields): string => eventKeyOf(row) || JSON.stringify(row);
