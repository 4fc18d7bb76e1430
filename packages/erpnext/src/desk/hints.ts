import { randomUUID } from 'node:crypto';
import type { PeopleStore } from '@biolistener/store';
import { isRecord } from '../server-text.ts';
import { ANNOUNCED, type AnnouncedDoctype } from './names.ts';

/** What a webhook tells: that it may be worth looking. Nothing in it is believed. */
export interface DeskHint {
  readonly doctype: AnnouncedDoctype;
  readonly name: string;
  readonly modified: string;
  readonly event: string;
}

type Cursors = Pick<PeopleStore, 'getCursor' | 'setCursor'>;

/** Moves with every hint: one cheap look tells whether there is any news. */
const ANY = 'desk-hint';
const cursorOf = (doctype: AnnouncedDoctype, isTrash: boolean): string => `${ANY}.${doctype}${isTrash ? '.trash' : ''}`;

const text = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' && value.length <= longest ? value : undefined;

/** A hint out of a body of JSON; undefined when it is none, or of a DocType that we do not follow. */
export function readHint(body: unknown): DeskHint | undefined {
  if (!isRecord(body)) return undefined;
  const doctype = ANNOUNCED.find((known) => known === body['doctype']);
  const name = text(body['name'], 140);
  if (doctype === undefined || name === undefined || name === '') return undefined;
  return { doctype, name, modified: text(body['modified'], 40) ?? '', event: text(body['event'], 40) ?? '' };
}

export const isTrashHint = (hint: DeskHint): boolean => hint.event === 'on_trash';

/**
 * Keeps that a DocType has news, so that it outlives this process. Which document it was is not kept: the reader asks the
 * site for all that changed since its last look, so a flood of hints is no more than one.
 */
export async function writeHint(store: Cursors, hint: DeskHint): Promise<void> {
  const stamp = randomUUID();
  await store.setCursor(cursorOf(hint.doctype, isTrashHint(hint)), stamp);
  await store.setCursor(ANY, stamp);
}

export interface DeskNews {
  readonly changed: ReadonlySet<AnnouncedDoctype>;
  /** Something was deleted: only a full listing shows what. */
  readonly trashed: ReadonlySet<AnnouncedDoctype>;
}

export const NO_NEWS: DeskNews = { changed: new Set(), trashed: new Set() };

/** Tells what was hinted at since its last answer; at first, everything that ever was. */
export class HintReader {
  readonly #store: Cursors;
  readonly #known = new Map<string, string | undefined>();

  constructor(store: Cursors) {
    this.#store = store;
  }

  async read(): Promise<DeskNews> {
    if (!(await this.#moved(ANY))) return NO_NEWS;
    const changed = new Set<AnnouncedDoctype>();
    const trashed = new Set<AnnouncedDoctype>();
    for (const doctype of ANNOUNCED) {
      if (await this.#moved(cursorOf(doctype, false))) changed.add(doctype);
      if (await this.#moved(cursorOf(doctype, true))) trashed.add(doctype);
    }
    return { changed, trashed };
  }

  async #moved(cursor: string): Promise<boolean> {
    const stamp = await this.#store.getCursor(cursor);
    if (stamp === this.#known.get(cursor)) return false;
    this.#known.set(cursor, stamp);
    return true;
  }
}
