import { asPin } from '@biolistener/core';
import { SLOT } from './codes.ts';
import { newFindings, type Findings } from './findings.ts';
import { enrollIdOf, fieldsOf, integerOf, textOf } from './message.ts';
import { list } from './pages.ts';
import {
  ask,
  done,
  isOkay,
  later,
  timedOut,
  type Ask,
  type ContextOf,
  type Ended,
  type Heard,
  type Talk,
} from './talk.ts';
import { takeCredential } from './users.ts';

interface ListedUser {
  readonly slots: Set<number>;
  admin: number | undefined;
}

/** One row per credential, so rows of a person are put together (§6.2). */
function noteUsers(rows: readonly unknown[], users: Map<string, ListedUser>): undefined {
  for (const row of rows) {
    const fields = fieldsOf(row) ?? {};
    const enrollId = enrollIdOf(fields['enrollid']);
    if (enrollId === undefined || enrollId === '0') continue;
    const user = users.get(enrollId) ?? { slots: new Set(), admin: undefined };
    const slot = integerOf(fields['backupnum']);
    if (slot !== undefined) user.slots.add(slot);
    user.admin = integerOf(fields['admin']) ?? user.admin;
    users.set(enrollId, user);
  }
}

/** Everybody on the terminal; nothing is told of an incomplete list. */
export function* playList(): Talk {
  const users = new Map<string, ListedUser>();
  const listed = yield* list('getuserlist', {}, (rows) => noteUsers(rows, users));
  if (listed.kind === 'incomplete') return listed.ended;
  const news = newFindings();
  for (const [enrollId, { slots, admin }] of users) {
    const privilege = admin === undefined ? {} : { privilege: admin };
    news.events.push({ kind: 'user', user: { pin: asPin(enrollId), ...privilege, extra: { slots: [...slots] } } });
  }
  return done({ users: users.size, rows: listed.rows }, news);
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
  const users = new Map<string, ListedUser>();
  const listed = yield* list('getuserlist', {}, (rows) => noteUsers(rows, users));
  if (listed.kind === 'incomplete') return listed.ended;
  return [...(users.get(String(enrollid))?.slots ?? [])];
}
