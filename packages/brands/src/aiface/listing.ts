import { asPin, type JsonObject } from '@biolistener/core';
import { MOST_PAGES, PAGE, SLOT, WITHIN } from './codes.ts';
import { asMessage, newFindings, park, type Findings } from './findings.ts';
import { enrollIdOf, fieldsOf, integerOf, mayHide, missedOf, rowsOf, textOf, type Message } from './message.ts';
import { takeRows } from './records.ts';
import {
  ask,
  countOf,
  done,
  isOkay,
  later,
  refusalOf,
  timedOut,
  type Ask,
  type ContextOf,
  type Ended,
  type Heard,
  type Talk,
} from './talk.ts';
import { takeCredential } from './users.ts';

type Word = keyof typeof PAGE;

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

interface ListedUser {
  readonly slots: number[];
  admin: number | undefined;
}

/** One row per credential, so rows of a person are put together (§6.2). */
export function usersOf(rows: readonly unknown[]): Map<string, ListedUser> {
  const users = new Map<string, ListedUser>();
  for (const row of rows) {
    const fields = fieldsOf(row) ?? {};
    const enrollId = enrollIdOf(fields['enrollid']);
    if (enrollId === undefined || enrollId === '0') continue;
    const user = users.get(enrollId) ?? { slots: [], admin: undefined };
    const slot = integerOf(fields['backupnum']);
    if (slot !== undefined && !user.slots.includes(slot)) user.slots.push(slot);
    user.admin = integerOf(fields['admin']) ?? user.admin;
    users.set(enrollId, user);
  }
  return users;
}

/** Everybody on the terminal; nothing is told of an incomplete list. */
export function* playList(): Talk {
  const listed = yield* list('getuserlist', {}, () => undefined);
  if (listed.kind === 'incomplete') return listed.ended;
  const news = newFindings();
  const users = usersOf(listed.rows);
  for (const [enrollId, { slots, admin }] of users) {
    const privilege = admin === undefined ? {} : { privilege: admin };
    news.events.push({ kind: 'user', user: { pin: asPin(enrollId), ...privilege, extra: { slots } } });
  }
  return done({ users: users.size, rows: listed.rows.length }, news);
}

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
  return done({ rows: listed.rows.length, records: taken }, listed.news);
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

/** Credentials with their content. What is not there says so by coming back without anything (§6.3). */
export function* playRead(
  {
    enrollid,
    slots,
    isUser,
  }: { readonly enrollid: number | string; readonly slots: readonly number[]; readonly isUser?: true },
  contextOf: ContextOf,
): Talk {
  const news = newFindings();
  let found: Record<string, unknown> | undefined;
  for (const backupnum of slots) {
    const heard = yield ask({ cmd: 'getuserinfo', enrollid, backupnum });
    if (heard.kind === 'timeout') return timedOut('getuserinfo');
    if (!isOkay(heard.message)) continue;
    const fields = { ...heard.message.fields, enrollid, backupnum };
    found = { ...found, ...fields };
    takeCredential(fields, contextOf(), news);
  }
  if (isUser === true) yield* readName(enrollid, found !== undefined, contextOf, news);
  const isThere = news.events.length > 0;
  return done({ isThere }, isUser === true ? merged(news) : news);
}

/** Somebody with a face alone has neither card nor password, but a name (§6.5). */
function* readName(
  enrollid: number | string,
  isKnown: boolean,
  contextOf: ContextOf,
  news: Findings,
): Generator<Ask, void, Heard> {
  if (isKnown) return;
  const heard = yield ask({ cmd: 'getusername', enrollid });
  const isThere = heard.kind === 'message' && isOkay(heard.message);
  const name = isThere ? textOf(heard.message.fields['record']) : undefined;
  if (name !== undefined) takeCredential({ enrollid, name }, contextOf(), news);
}

/** One person from several answers: what each of them said. A card or password that is not there is known not to be. */
function merged(news: Findings): Findings {
  const users = news.events.flatMap((event) => (event.kind === 'user' ? [event.user] : []));
  const [first] = users;
  if (!first) return news;
  const user = users.reduce((all, each) => ({ ...all, ...each, extra: { ...all.extra, ...each.extra } }), first);
  const whole = { ...user, card: user.card ?? '', password: user.password ?? '' };
  return { ...news, events: [{ kind: 'user', user: whole }] };
}

/** Takes somebody off: everything, the picture, and then one by one what the list still shows (§4.1, §6.5; C28). */
export function* playRemove(enrollid: number | string, canList: boolean): Talk {
  for (const backupnum of [SLOT.everything, SLOT.photo]) {
    const heard = yield ask({ cmd: 'deleteuser', enrollid, backupnum });
    if (heard.kind === 'timeout') return timedOut('deleteuser');
  }
  if (!canList) return done({ note: 'the terminal has no list to look it up in' });
  const left = yield* slotsLeft(enrollid);
  if (typeof left === 'object' && 'verdict' in left) return left;
  for (const backupnum of left) {
    const heard = yield ask({ cmd: 'deleteuser', enrollid, backupnum });
    if (heard.kind === 'timeout') return timedOut('deleteuser');
  }
  if (left.length === 0) return done();
  const still = yield* slotsLeft(enrollid);
  if ('verdict' in still) return still;
  return still.length === 0 ? done() : later('remains', `slots ${still.join(', ')} of the person are still there`);
}

function* slotsLeft(enrollid: number | string): Generator<Ask, readonly number[] | Ended, Heard> {
  const listed = yield* list('getuserlist', {}, () => undefined);
  if (listed.kind === 'incomplete') return listed.ended;
  return usersOf(listed.rows).get(String(enrollid))?.slots ?? [];
}
