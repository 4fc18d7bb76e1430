import { isZone, toLocal, type Command, type CommandResult, type Instant, type JsonObject } from '@biolistener/core';
import type { TerminalView, WireEvent } from '@biolistener/wire';
import { CODE } from './codes.ts';
import { ask, TerminalRefusal, type Dialog } from './dialog.ts';
import { charsetOf, FINGERS, textIn, userLayoutFor } from './fitness.ts';
import {
  deleteTemplate,
  deleteUser,
  readTemplate,
  readTemplates,
  readUsers,
  writeBulk,
  writeTemplate,
  writeUser,
  type UserTable,
} from './people.ts';
import { templateEvents, userEvent, type ToldTemplate } from './people-events.ts';
import { profileOf } from './profile.ts';
import type { ReadOptions } from './read-table.ts';
import { identify, readSizes, setClock, unlock } from './session.ts';
import { slotFor, slotNews } from './slots.ts';
import type { UserLayout, UserRecord } from './user-record.ts';

export interface ConverseContext {
  readonly now: Instant;
  readonly terminal: TerminalView;
  readonly read: ReadOptions;
}

/** What a conversation brought: the result, and what the terminal told meanwhile. */
export interface Conversed {
  readonly result: CommandResult;
  readonly events: readonly WireEvent[];
  readonly profile?: JsonObject;
}

type Told = Pick<Conversed, 'events' | 'profile'>;
type Way = (parameters: JsonObject, ctx: ConverseContext) => Dialog<Told>;

const NOTHING: Told = { events: [] };
const DOOR_SECONDS = 5;
const VALID = 1;
const DURESS = 3;

function* peopleOf({ terminal, read }: ConverseContext): Dialog<UserTable> {
  const [known, charset] = [userLayoutFor(terminal), charsetOf(terminal)];
  return yield* readUsers(read, { count: (yield* readSizes()).users, known, charset });
}

const layoutOf = (table: UserTable): UserLayout => {
  if (table.layout !== undefined) return table.layout;
  throw new TerminalRefusal('ZKT_PROFILE_UNKNOWN', 'the terminal has no user, so the form of its records is not known');
};

function blank(userId: string, uid: number): UserRecord {
  return { uid, userId, isEnabled: true, privilege: 0, password: '', name: '', card: 0, group: 1 };
}

/** Only what is given is changed; everything else goes back as it was read (§4.4). */
function changed(user: UserRecord, parameters: JsonObject): UserRecord {
  const [name, card, password] = ['name', 'card', 'password'].map((key) => textIn(parameters, key));
  const { privilege } = parameters;
  return {
    ...user,
    ...(name === undefined ? {} : { name }),
    ...(card === undefined ? {} : { card: Number(card) }),
    ...(password === undefined ? {} : { password }),
    ...(typeof privilege === 'number' ? { privilege: (privilege >> 1) & 7 } : {}),
  };
}

function* updateUser(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  const table = yield* peopleOf(ctx);
  const pin = textIn(parameters, 'pin') ?? '';
  const before = table.users.find((user) => user.userId === pin) ?? blank(pin, slotFor(pin, table.users, ctx.terminal));
  yield* writeUser(changed(before, parameters), layoutOf(table), charsetOf(ctx.terminal));
  return slotsTold(ctx, [...table.users, before]);
}

const slotsTold = ({ terminal }: ConverseContext, users: readonly UserRecord[]): Told => ({
  events: [],
  profile: slotNews(
    terminal,
    users.map(({ uid }) => uid),
  ),
});

function* removeUser(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  const user = yield* findUser(parameters, ctx);
  if (!user) return NOTHING; // nobody there is done as well
  const isGone = (yield* deleteUser(user.uid)) || (yield* findUser(parameters, ctx)) === undefined;
  if (!isGone) throw stillThere('user');
  return slotsTold(ctx, [user]);
}

/** It said that there is nothing to remove, and there is. */
const stillThere = (what: string): TerminalRefusal =>
  new TerminalRefusal('ZKT_REFUSED', `the ${what} is still there: the terminal does not remove it`, CODE.error);

function* findUser(parameters: JsonObject, ctx: ConverseContext): Dialog<UserRecord | undefined> {
  const { users } = yield* peopleOf(ctx);
  return users.find((user) => user.userId === textIn(parameters, 'pin'));
}

/** The roster puts the user again, and the template behind it. */
class UserMissing extends TerminalRefusal {}

/**
 * The slot is emptied first, then user and template are written as one. That way carries no flag: a finger of duress goes
 * alone, and so does any finger to a unit that does not know the other way (§4.5).
 */
function* updateTemplate(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  const table = yield* peopleOf(ctx);
  const user = table.users.find((one) => one.userId === textIn(parameters, 'pin'));
  if (!user) throw new UserMissing('ZKT_REFUSED', 'the user of the template is not on the terminal', CODE.error);
  const finger = Number(parameters['no'] ?? 0);
  const data = Buffer.from(textIn(parameters, 'data') ?? '', 'base64');
  const isDuress = parameters['isDuress'] === true;
  const template = { uid: user.uid, finger, flag: isDuress ? DURESS : VALID, data };
  yield* deleteTemplate(user, finger); // as a rule there is nothing to remove
  const isWritten =
    !isDuress && (yield* isDone(writeBulk([user], [template], layoutOf(table), charsetOf(ctx.terminal))));
  if (!isWritten) yield* writeTemplate(template);
  return NOTHING;
}

/** False where the terminal does not know the command. Errors: every other refusal. */
function* isDone(dialog: Dialog<void>): Dialog<boolean> {
  try {
    yield* dialog;
    return true;
  } catch (error) {
    if (error instanceof TerminalRefusal && error.replyCode === CODE.unknown) return false;
    throw error;
  }
}

/** All templates; of one person finger by finger where the terminal refuses to tell all (§8.4). */
function* templatesOf(ctx: ConverseContext, users: readonly UserRecord[]): Dialog<readonly ToldTemplate[]> {
  try {
    return yield* readTemplates(ctx.read);
  } catch (error) {
    const [user, ...others] = users;
    const isRefused = error instanceof TerminalRefusal && error.code === 'ZKT_REFUSED';
    if (!isRefused || !user || others.length > 0) throw error;
    const templates: ToldTemplate[] = [];
    for (let finger = 0; finger < FINGERS; finger += 1) {
      const data = yield* readTemplate(user.uid, finger);
      if (data) templates.push({ uid: user.uid, finger, flag: undefined, data });
    }
    return templates;
  }
}

function* removeTemplate(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  const user = yield* findUser(parameters, ctx);
  if (!user) return NOTHING;
  const no = Number(parameters['no'] ?? 0);
  if (yield* deleteTemplate(user, no)) return NOTHING;
  const left = yield* templatesOf(ctx, [user]);
  if (left.some(({ uid, finger }) => uid === user.uid && finger === no)) throw stillThere('template');
  return NOTHING;
}

/** Of one PIN, or of everybody. */
export function* tellPeople(
  ctx: ConverseContext,
  pin: string | undefined,
  what: { readonly users: boolean; readonly templates: boolean },
): Dialog<Told> {
  const { users, layout } = yield* peopleOf(ctx);
  const told = pin === undefined ? users : users.filter((user) => user.userId === pin);
  const version = textIn(ctx.terminal.profile, 'fingerprintVersion') ?? '';
  const templates = what.templates ? templateEvents(yield* templatesOf(ctx, told), told, version) : [];
  const events = [...(what.users ? told.map(userEvent) : []), ...templates];
  const { profile } = slotsTold(ctx, users);
  return { events, profile: { ...profile, ...(layout === undefined ? {} : { userLayout: layout }) } };
}

function* queryUser(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  const templates = parameters['hasTemplates'] === true;
  return yield* tellPeople(ctx, textIn(parameters, 'pin'), { users: true, templates });
}

function* queryTemplate(parameters: JsonObject, ctx: ConverseContext): Dialog<Told> {
  return yield* tellPeople(ctx, textIn(parameters, 'pin'), { users: false, templates: true });
}

/** The time is taken when it is written: a command may have waited (§3.4). */
function* setTime(_: JsonObject, { now, terminal }: ConverseContext): Dialog<Told> {
  const { zone } = terminal;
  if (zone === undefined || !isZone(zone))
    throw new TerminalRefusal('ZKT_COMMAND_PARAMETERS', 'the terminal has no time zone');
  yield* setClock(toLocal(now, zone));
  return NOTHING;
}

/** Some answer, some just go: both are success (§7). */
function* restart(): Dialog<Told> {
  const reply = yield* ask(CODE.restart);
  if (reply.command !== CODE.ok) throw new TerminalRefusal('ZKT_REFUSED', 'it does not restart', reply.command);
  return NOTHING;
}

function* openDoor(parameters: JsonObject, { terminal }: ConverseContext): Dialog<Told> {
  const seconds = Number(parameters['seconds'] ?? DOOR_SECONDS);
  const unit = terminal.options?.['unlockUnit'] === 'second' ? 'second' : 'decisecond';
  yield* unlock(Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : DOOR_SECONDS, unit);
  return NOTHING;
}

function* tellInfo(): Dialog<Told> {
  return { events: [], profile: profileOf(yield* identify()) };
}

/** `logs.query` and `logs.clear` are the reader's: they need what is stored as well. */
const WAYS: Readonly<Record<string, Way>> = {
  'user.update': updateUser,
  'user.delete': removeUser,
  'template.update': updateTemplate,
  'template.delete': removeTemplate,
  'user.query': queryUser,
  'template.query': queryTemplate,
  'clock.set': setTime,
  restart,
  'door.open': openDoor,
  info: tellInfo,
  check: tellInfo,
};

/**
 * A command as a conversation, its secrets already in the parameters. What the terminal refuses is a result; what breaks the
 * connection is thrown, and of a write nobody knows then whether it was done. Source: §4, §7, §8.1.
 */
export function* converse({ id, kind, parameters }: Command, ctx: ConverseContext): Dialog<Conversed> {
  const way = WAYS[kind];
  if (!way)
    return failed(id, String(CODE.unknown), 'failed-for-good', { detail: `there is no conversation for ${kind}` });
  try {
    const told = yield* way(parameters, ctx);
    return { ...told, result: { id, code: 'OK', verdict: 'done', info: {} } };
  } catch (error) {
    if (!(error instanceof TerminalRefusal) || error.replyCode === undefined) throw error;
    const isUnknown = error.replyCode === CODE.unknown;
    const verdict = isUnknown ? 'failed-for-good' : 'failed-for-now';
    const missing = error instanceof UserMissing ? { isUserMissing: true } : {};
    return failed(id, String(error.replyCode), verdict, { detail: error.message, ...missing });
  }
}

const failed = (id: string, code: string, verdict: CommandResult['verdict'], info: JsonObject): Conversed => ({
  events: [],
  result: { id, code, verdict, info },
});
