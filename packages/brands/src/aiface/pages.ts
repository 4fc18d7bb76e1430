import type { JsonObject } from '@biolistener/core';
import { MOST_PAGES, PAGE, WITHIN } from './codes.ts';
import { asMessage, newFindings, park, type Findings } from './findings.ts';
import { integerOf, mayHide, missedOf, rowsOf, textOf, type Message } from './message.ts';
import { ask, countOf, isOkay, later, refusalOf, timedOut, type Ask, type Ended, type Heard } from './talk.ts';

export type Word = keyof typeof PAGE;

export type Listed =
  /** `news`: what the last page brought; it belongs to the end of the conversation. */
  | { readonly kind: 'whole'; readonly rows: readonly unknown[]; readonly news?: Findings }
  /** Some of it came, and nobody may conclude anything from what did not. */
  | { readonly kind: 'incomplete'; readonly ended: Ended };

/** Nothing there is said in three ways, none of them a failure (protocols/aiface-websocket.md §6.6; C30). */
const isEmpty = (message: Message): boolean =>
  rowsOf(message.fields).length === 0 &&
  (isOkay(message) || /no data/i.test(textOf(message.fields['msg']) ?? '') || integerOf(message.fields['count']) === 0);

/**
 * Reads a listing page by page with the stop rule of §6.2, which never computes with `to`. `take` makes of each page what is
 * stored before the next one is asked for. C18: as many requests as pages, and one probe.
 */
export function* list(
  word: Word,
  bounds: JsonObject,
  take: (rows: readonly unknown[]) => Findings | undefined,
): Generator<Ask, Listed, Heard> {
  const rows: unknown[] = [];
  const seen = new Set<string>();
  let announced = 0;
  let news: Findings | undefined;
  const end = (count = announced): Listed =>
    count > rows.length ? incomplete(cutShort(word, rows.length)) : { kind: 'whole', rows };
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const isFirst = page === 0;
    const question = isFirst ? { cmd: word, stn: true, ...bounds } : { cmd: word, stn: false };
    const heard = yield ask(question, WITHIN.page, news);
    news = undefined;
    if (heard.kind === 'timeout') {
      // a probe behind a page that was not full may stay unanswered; a full page before it says that more is there
      const isProbe = !isFirst && rows.length < PAGE[word];
      return isProbe ? end() : incomplete(isFirst ? timedOut(word) : cutShort(word, rows.length));
    }
    const { message } = heard;
    const fresh = rowsOf(message.fields);
    const texts = fresh.map((row) => JSON.stringify(row));
    if (word !== 'getuserlist') announced = Math.max(announced, countOf(message)); // there it may be anything (§6.2)
    if (fresh.length === 0) {
      if (mayHide(message.fields)) return incomplete(unknownForm(word, message));
      if (isFirst && !isEmpty(message)) return incomplete(refusalOf({ message: { cmd: word } }, message));
      return end();
    }
    // the cursor wrapped, or did not move; two equal records at the end of a page and the start of the next are no such thing
    if (texts.every((text) => seen.has(text))) return end(Math.max(announced, countOf(message)));
    for (const text of texts) seen.add(text);
    rows.push(...fresh);
    news = take(fresh);
    const isAll = announced <= rows.length && isLast(countOf(message), fresh.length, rows.length, page, word);
    if (isAll) return whole(rows, news);
  }
  return incomplete(later('incomplete', `${word} does not come to an end`, news));
}

function isLast(count: number, fresh: number, received: number, page: number, word: Word): boolean {
  if (count > fresh && received >= count) return true; // `count` was a total
  return page > 0 && fresh < PAGE[word];
}

/** Records in a form that nobody knows are kept as they came: the terminal may count them as read. */
function unknownForm(word: Word, { fields }: Message): Ended {
  const found = newFindings();
  const raw = asMessage('sendlog', { ...fields, cmd: 'sendlog' });
  if (word !== 'getuserlist') park(found, 'AI_RECORDS_MISSED', missedOf(fields) ?? 'no list', word, raw);
  return later('incomplete', `a page of ${word} has its rows in no known place`, found);
}

const whole = (rows: readonly unknown[], news: Findings | undefined): Listed => ({
  kind: 'whole',
  rows,
  ...(news ? { news } : {}),
});
const incomplete = (ended: Ended): Listed => ({ kind: 'incomplete', ended });
const cutShort = (word: string, rows: number): Ended =>
  later('incomplete', `the listing is incomplete: ${word} stopped after ${rows} rows`);
