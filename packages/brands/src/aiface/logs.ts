import { WITHIN } from './codes.ts';
import { newFindings, type Findings } from './findings.ts';
import { fieldsOf, textOf } from './message.ts';
import { list, type Manner, type Word } from './pages.ts';
import { takeRows } from './records.ts';
import { ask, done, isOkay, refusalOf, timedOut, type ContextOf, type Ended, type Talk } from './talk.ts';

/** In the profile of a terminal: records that it handed over may not be here. */
export const OWES_LOGS = 'owesLogs';

const DAY_MS = 86_400_000;
const dayAfter = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);

interface Period {
  readonly word: Word;
  readonly from?: string;
  readonly to?: string;
}

/** Records by day, each page stored before the next is asked for; one day more is asked, and what is beyond is left (§6.6). */
export function* playLogs({ word, from, to }: Period, contextOf: ContextOf, manner: Manner = {}): Talk {
  let taken = 0;
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to: dayAfter(to, 1) }) };
  const take = (rows: readonly unknown[]): Findings => {
    const wanted = rows.filter((row) => isWithin(row, from, to));
    const news = newFindings();
    takeRows(wanted, { ...contextOf(), operation: word }, news);
    taken += wanted.length;
    return news;
  };
  const listed = yield* list(word, bounds, take, manner);
  if (listed.kind === 'incomplete') return listed.ended;
  return done({ rows: listed.rows, records: taken }, listed.news);
}

/**
 * New records for somebody who asked. A page of them counts as read on the terminal once it is sent, whether or not it is stored
 * here: until all are, it is noted that some may be missing, and the last days are read again (session.ts).
 */
export function* playNewLogs(contextOf: ContextOf, { news = newFindings(), ...manner }: Manner = {}): Talk {
  const isOwed = news.profile[OWES_LOGS] === undefined && contextOf().terminal.profile[OWES_LOGS] === true;
  news.profile[OWES_LOGS] = true;
  const ended = yield* playLogs({ word: 'getnewlog' }, contextOf, { ...manner, news });
  return ended.verdict === 'done' && !isOwed ? settled(ended) : ended;
}

/** Nothing that was handed over is missing, once this is stored. */
export function settled(ended: Ended): Ended {
  const news = ended.news ?? newFindings();
  news.profile[OWES_LOGS] = null;
  return { ...ended, news };
}

/** What cannot be told to be outside is inside: a record with a broken date is kept and shown. */
function isWithin(row: unknown, from: string | undefined, to: string | undefined): boolean {
  const day = (textOf(fieldsOf(row)?.['time']) ?? '').slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return true;
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

/**
 * Forgets the logs (§6.6). All of them are read before, as what was handed over once and not stored is in no list of new ones,
 * and then what is new since; the last page is stored before the terminal is told to forget.
 */
export function* playClear(drains: boolean, contextOf: ContextOf): Talk {
  const all = yield* playLogs({ word: 'getalllog' }, contextOf, { isProven: true });
  if (all.verdict !== 'done') return all;
  const stored = settled(all);
  const read = drains ? yield* playNewLogs(contextOf, { isProven: true, news: stored.news }) : stored;
  if (read.verdict !== 'done') return read;
  const message = { cmd: 'cleanlog' };
  const heard = yield ask(message, WITHIN.slow, read.news);
  if (heard.kind === 'timeout') return { ...timedOut('cleanlog'), verdict: 'failed-for-good' }; // it may have been done
  return isOkay(heard.message) ? done() : refusalOf({ message }, heard.message);
}
