import { CODE } from './codes.ts';
import { ask, mustDo, refused, TerminalRefusal, WITHIN, type Dialog } from './dialog.ts';
import type { Frame } from './frame.ts';
import { collectWhole, readTable, type ReadOptions } from './read-table.ts';
import { BULK_SAVE_DATA, numberData, slotData, templateWriteData, userFingerData } from './requests.ts';
import { refresh } from './session.ts';
import { decodeTemplates, encodeBulk, type TemplateRecord } from './template-record.ts';
import type { Charset } from './text.ts';
import { decodeUser, encodeUser, userLayoutOf, type UserLayout, type UserRecord } from './user-record.ts';

export interface UserTable {
  /** Undefined only while the terminal has no user and its layout was never seen. */
  readonly layout: UserLayout | undefined;
  readonly users: readonly UserRecord[];
}

/** `count` is what the terminal says it has; `known` its layout of earlier. Source: protocols/zk-tcp.md §4.3. */
export function* readUsers(
  options: ReadOptions,
  from: {
    readonly count?: number | undefined;
    readonly known?: UserLayout | undefined;
    readonly charset?: Charset | undefined;
  },
): Dialog<UserTable> {
  const records = yield* readTable('users', options);
  if (records.length === 0) return { layout: from.known, users: [] };
  const layout = userLayoutOf(records, from.count);
  if (!layout)
    throw new TerminalRefusal('ZKT_LAYOUT_UNKNOWN', `${records.length} bytes of users for ${from.count ?? '?'} users`);
  const users: UserRecord[] = [];
  for (let at = 0; at + layout <= records.length; at += layout)
    users.push(decodeUser(records.subarray(at, at + layout), layout, from.charset));
  return { layout, users };
}

export function* readTemplates(options: ReadOptions): Dialog<readonly TemplateRecord[]> {
  const { templates, isWhole } = decodeTemplates(yield* readTable('fingerprints', options));
  if (!isWhole) throw new TerminalRefusal('ZKT_READ_INCOMPLETE', 'the list of templates ends in the middle of one');
  return templates;
}

export function* writeUser(user: UserRecord, layout: UserLayout, charset?: Charset): Dialog<void> {
  yield* mustDo(CODE.userWrite, encodeUser(user, layout, charset));
  yield* refresh();
}

/** What says that nothing is there to remove, and on some units as well that it is not removed (§4.5, §8.1). */
const NOTHING_THERE: readonly number[] = [CODE.error, CODE.fingerAbsent];

/** Whether something was removed; where it was not, only another look tells why. Errors: every other answer (§8.1). */
function* isRemoved(command: number, reply: Frame): Dialog<boolean> {
  if (reply.command !== CODE.ok && !NOTHING_THERE.includes(reply.command)) throw refused(command, reply);
  yield* refresh();
  return reply.command === CODE.ok;
}

/** As `isRemoved` says. */
export function* deleteUser(uid: number): Dialog<boolean> {
  return yield* isRemoved(CODE.deleteUser, yield* ask(CODE.deleteUser, slotData(uid)));
}

/** By user id where the terminal takes that, else by slot (§4.5). As `isRemoved` says. */
export function* deleteTemplate(user: Pick<UserRecord, 'uid' | 'userId'>, finger: number): Dialog<boolean> {
  const byId = yield* ask(CODE.deleteTemplateOfUser, userFingerData(user.userId, finger));
  if (byId.command !== CODE.unknown) return yield* isRemoved(CODE.deleteTemplateOfUser, byId);
  const bySlot = yield* ask(CODE.deleteTemplate, slotData(user.uid, finger));
  return yield* isRemoved(CODE.deleteTemplate, bySlot);
}

const PIECE = 1024;

/** One finger; undefined: it is not there. For units that refuse the whole table. Source: protocols/zk-tcp.md §4.5, case C28. */
export function* readTemplate(uid: number, finger: number): Dialog<Uint8Array | undefined> {
  const reply = yield* ask(CODE.templateRead, slotData(uid, finger), WITHIN.prepare);
  if (reply.command === CODE.error || reply.command === CODE.fingerAbsent) return undefined;
  if (reply.command === CODE.data) return reply.data;
  if (reply.command !== CODE.prepareData) throw refused(CODE.templateRead, reply);
  return yield* collectWhole(reply);
}

/** One template with its flag, for a user that is there and a finger that is empty (§4.5, case C29). */
export function* writeTemplate({ uid, finger, flag, data }: TemplateRecord): Dialog<void> {
  yield* upload(data);
  yield* mustDo(CODE.checksumBuffer); // the algorithm of what it answers is not known
  yield* mustDo(CODE.templateWrite, templateWriteData(uid, finger, flag, data.length));
  yield* mustDo(CODE.freeData);
  yield* refresh();
}

function* upload(buffer: Uint8Array): Dialog<void> {
  yield* mustDo(CODE.prepareData, numberData(buffer.length));
  for (let at = 0; at < buffer.length; at += PIECE) yield* mustDo(CODE.data, buffer.subarray(at, at + PIECE));
}

/** Users with their templates in one go; to be read back and compared afterwards. Case C30. */
export function* writeBulk(
  users: readonly UserRecord[],
  templates: readonly TemplateRecord[],
  layout: UserLayout,
  charset?: Charset,
): Dialog<void> {
  const buffer = encodeBulk(users, templates, layout, charset);
  yield* mustDo(CODE.freeData);
  yield* upload(buffer);
  yield* mustDo(CODE.bulkSave, BULK_SAVE_DATA, WITHIN.refresh);
  yield* refresh();
}
