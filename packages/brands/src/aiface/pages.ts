import type { JsonObject } from '@biolistener/core';
import { MOST_PAGES, PAGE, WITHIN } from './codes.ts';
import { asMessage, newFindings, park, type Findings } from './findings.ts';
import { integerOf, mayHide, missedOf, rowsOf, textOf, type Message } from './message.ts';
import { Progress } from './progress.ts';
import { ask, countOf, isOkay, later, refusalOf, timedOut, type Ask, type Ended, type Heard } from './talk.ts';

export type Word = keyof typeof PAGE;

export type Listed =
  /** `news`: what the last page brought; it belongs to the end of the conversation. */
  | { readonly kind: 'whole'; readonly rows: number; readonly news?: Findings }
  /** Some of it came, and nobody may conclude anything from what did not. */
  | { readonly kind: 'incomplete'; readonly ended: Ended };

export interface Manner {
  /** Stored before the first question. */
  readonly news?: Findings | undefined;
  /** It ends where the terminal says so, and not where it falls silent or a page is short: something is to be erased. */
  readonly isProven?: boolean;
}

/** Nothing there is said in three ways, none of them a failure (protocols/aiface-websocket.md §6.6; C30). */
const isEmpty = (message: Message): boolean =>
  rowsOf(message.fields).length === 0 &&
  (isOkay(message) || /no data/i.test(textOf(message.fields['msg']) ?? '') || integerOf(message.fields['count']) === 0);

/**
 * Reads a listing page by page with the stop rule of §6.2, which never computes with `to`. `take` makes of each page what is
 * stored before the next one is asked for; no page is kept here. C18: as many requests as pages, and one probe.
 */
export function* list(
  word: Word,
  bounds: JsonObject,
  take: (rows: readonly unknown[]) => Findings | undefined,
  { news: before, isProven = false }: Manner = {},
): Generator<Ask, Listed, Heard> {
  const progress = new Progress(word);
  let news = before;
  for (let page = 0; page < MOST_PAGES[word]; page += 1) {
    const isFirst = page === 0;
    const question = isFirst ? { cmd: word, stn: true, ...bounds } : { cmd: word, stn: false };
    const heard = yield ask(question, WITHIN.page, news);
    news = undefined;
    if (heard.kind === 'timeout') return isFirst ? incomplete(timedOut(word)) : unanswered(word, progress, isProven);
    const { message } = heard;
    const fresh = rowsOf(message.fields);
    if (fresh.length === 0 && mayHide(message.fields)) return incomplete(unknownForm(word, message));
    if (fresh.length === 0 && isFirst && !isEmpty(message))
      return incomplete(refusalOf({ message: { cmd: word } }, message));
    const isNew = progress.take(message);
    if (fresh.length === 0 || !isNew) return ended(word, progress);
    news = take(fresh);
    if (progress.isTooMuch) return incomplete(tooMuch(word, news));
    const isSaid = isTotal(countOf(message), fresh.length, progress);
    if (isSaid || (!isProven && isShort(fresh.length, progress, page, word))) return ended(word, progress, news);
  }
  return incomplete(later('incomplete', `${word} does not come to an end`, news));
}

/** A probe behind a page that was not full may stay unanswered; a full page before it says that more is there. */
const unanswered = (word: Word, progress: Progress, isProven: boolean): Listed =>
  progress.received < PAGE[word] && !isProven ? ended(word, progress) : incomplete(cutShort(word, progress.received));

/** `count` was of all rows and not of this page, and they came. */
const isTotal = (count: number, fresh: number, { received, announced }: Progress): boolean =>
  received >= announced && count > fresh && received >= count;

/** No first page, and not full. */
const isShort = (fresh: number, { received, announced }: Progress, page: number, word: Word): boolean =>
  received >= announced && page > 0 && fresh < PAGE[word];

/** The terminal has no more to say; that is all of it, unless it said that there is more. */
function ended(word: Word, { received, announced }: Progress, news?: Findings): Listed {
  if (announced > received) return incomplete(cutShort(word, received));
  return { kind: 'whole', rows: received, ...(news ? { news } : {}) };
}

const tooMuch = (word: Word, news: Findings | undefined): Ended => ({
  ...later('too-much', `${word} brings more than any terminal holds`, news),
  verdict: 'failed-for-good',
});

/** Records in a form that nobody knows are kept as they came: the terminal may count them as read. */
function unknownForm(word: Word, { fields }: Message): Ended {
  const found = newFindings();
  const raw = asMessage('sendlog', { ...fields, cmd: 'sendlog' });
  if (word !== 'getuserlist') park(found, 'AI_RECORDS_MISSED', missedOf(fields) ?? 'no list', word, raw);
  return later('incomplete', `a page of ${word} has its rows in no known place`, found);
}

const incomplete = (ended: Ended): Listed => ({ kind: 'incomplete', ended });
const cutShort = (word: string, rows: number): Ended =>
  later('incomplete', `the listing is incomplete: ${word} stopped after ${rows} rows`);
