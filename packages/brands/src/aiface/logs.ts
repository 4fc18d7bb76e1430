import { WITHIN } from './codes.ts';
import { newFindings, type Findings } from './findings.ts';
import { fieldsOf, textOf } from './message.ts';
import { list, type Word } from './pages.ts';
import { takeRows } from './records.ts';
import { ask, done, isOkay, refusalOf, timedOut, type ContextOf, type Talk } from './talk.ts';

const DAY_MS = 86_400_000;
const dayAfter = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);

/** Records by day, each page stored before the next is asked for; one day more is asked, and what is beyond is left (§6.6). */
export function* playLogs(
  { word, from, to }: { readonly word: Word; readonly from?: string; readonly to?: string },
  contextOf: ContextOf,
): Talk {
  let taken = 0;
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to: dayAfter(to, 1) }) };
  const listed = yield* list(word, bounds, (rows) => {
    const wanted = rows.filter((row) => isWithin(row, from, to));
    const news = newFindings();
    takeRows(wanted, { ...contextOf(), operation: word }, news);
    taken += wanted.length;
    return news;
  });
  if (listed.kind === 'incomplete') return listed.ended;
  return done({ rows: listed.rows, records: taken }, listed.news);
}

/** What cannot be told to be outside is inside: a record with a broken date is kept and shown. */
function isWithin(row: unknown, from: string | undefined, to: string | undefined): boolean {
  const day = (textOf(fieldsOf(row)?.['time']) ?? '').slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return true;
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

/** Forgets the logs, after every new one is stored (§6.6). */
export function* playClear(drains: boolean, contextOf: ContextOf): Talk {
  let news: Findings | undefined;
  if (drains) {
    const read = yield* playLogs({ word: 'getnewlog' }, contextOf);
    if (read.verdict !== 'done') return read;
    news = read.news;
  }
  const message = { cmd: 'cleanlog' };
  const heard = yield ask(message, WITHIN.slow, news);
  if (heard.kind === 'timeout') return { ...timedOut('cleanlog'), verdict: 'failed-for-good' }; // it may have been done
  return isOkay(heard.message) ? done() : refusalOf({ message }, heard.message);
}
