import { binaryAt } from './binaries.ts';
import { ADMIN_ALERTS, ADMIN_KINDS } from './codes.ts';
import { dataLibOf, type DataLib } from './data-lib.ts';
import { integerOf, isFields, jsonTextOf, textOf, type Fields } from './fields.ts';
import { learnPadding, libNameOf, park, pinOf, userIdOf, type Message } from './findings.ts';
import { encodeIoTime } from './io-time.ts';
import { takeGlog } from './punch.ts';
import { takeGlogJson } from './realtime-glog.ts';
import {
  ADMIN_RECORD_SIZE,
  ADMIN_RECORD_SIZE_HS102,
  logLayout,
  readAdminRecord,
  userLayout,
  type LogRecord,
  type UserRecord,
} from './records.ts';

/** Fixed-size records of a list, as views: only those that are announced and complete. */
interface Cut {
  readonly records: readonly Uint8Array[];
  readonly size: number;
}

/** Cuts a list; the announced count and size are only believed as far as the bytes go. */
function cutList(
  json: Fields,
  names: { count: string; size: string; list: string },
  message: Message,
): Cut | undefined {
  // Vendor servers use the first binary whatever the metadata says, so a missing reference means that one (§2.5).
  const bytes = binaryAt(json[names.list], message.frame) ?? message.frame.binaries[0];
  const size = integerOf(json[names.size]) ?? 0;
  const announced = integerOf(json[names.count]);
  if (announced === 0 && (bytes === undefined || bytes.length === 0)) return { records: [], size };
  if (bytes === undefined || size < 1 || size > 4096) {
    park(message, 'EB_LAYOUT_UNKNOWN', `no records of a usable size (${names.size} ${size})`);
    return undefined;
  }
  const complete = Math.floor(bytes.length / size);
  const count = announced === undefined || announced < 0 ? complete : Math.min(announced, complete);
  if (announced !== undefined && announced > complete) {
    park(message, 'EB_LIST_SHORT', `${announced} records announced, ${complete} came`);
  }
  return { size, records: Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)) };
}

const LOG = { count: 'log_count', size: 'one_log_size', list: 'log_array' };
const USERS = { count: 'user_id_count', size: 'one_user_id_size', list: 'user_id_array' };

/** Whether a body is a log, whatever request brought it: `send_cmd_result` does not name its command. */
export const isLogList = (json: Fields): boolean =>
  'log_array' in json || 'Glog' in json || ('log_count' in json && 'one_log_size' in json);
export const isUserList = (json: Fields): boolean =>
  'user_id_array' in json || ('user_id_count' in json && 'one_user_id_size' in json);

/** A stored log: binary records by library, or JSON records. Source: protocols/ebkn-fkweb.md §5.2, §5.3; cases R01–R06, R11, R12. */
export function takeLog(json: Fields, message: Message): void {
  const inline: unknown = Array.isArray(json['Glog']) ? json['Glog'] : json['log_array'];
  if (Array.isArray(inline)) {
    takeInlineLog(inline, message);
    return;
  }
  const cut = cutList(json, LOG, message);
  if (!cut || cut.records.length === 0) return;
  const lib = dataLibOf(libNameOf(message));
  const isAdmin = cut.size === ADMIN_RECORD_SIZE || cut.size === ADMIN_RECORD_SIZE_HS102;
  if (isAdmin) takeAdminLog(cut, lib, message);
  else takeAttendanceLog(cut, lib, message);
}

function takeInlineLog(list: readonly unknown[], message: Message): void {
  for (const item of list) {
    const text = Buffer.from(jsonTextOf(item) ?? '');
    if (isFields(item)) takeGlogJson(item, text, message);
    else park(message, 'EB_RECORD_INVALID', 'a record of the list is no object', text);
  }
}

/** Void records are put aside together: an erased log can hold thousands. */
function parkVoid(records: readonly Uint8Array[], message: Message): void {
  if (records.length === 0) return;
  const detail = `${records.length} records are marked void or have no possible date`;
  park(message, 'EB_RECORD_INVALID', detail, Buffer.concat(records), false);
}

function takeAttendanceLog(cut: Cut, lib: DataLib | undefined, message: Message): void {
  const layout = logLayout(lib, cut.size);
  if (!layout) {
    park(
      message,
      'EB_LAYOUT_UNKNOWN',
      `attendance records of ${cut.size} bytes, library ${libNameOf(message) ?? 'not said'}`,
    );
    return;
  }
  const isVoid: Uint8Array[] = [];
  for (const bytes of cut.records) {
    const record = layout.read(bytes);
    if (record.isValid && record.wallTime) takeLogRecord(record, bytes, layout.lib, message);
    else isVoid.push(bytes);
  }
  parkVoid(isVoid, message);
}

function takeLogRecord(record: LogRecord, raw: Uint8Array, lib: DataLib, message: Message): void {
  takeGlog(
    {
      userId: record.userId,
      ioTime: record.wallTime && encodeIoTime(record.wallTime),
      verifyMode: record.verifyMode,
      ioMode: record.ioMode,
      workCode: record.workCode,
      extra: record.backupNumber === undefined ? {} : { backupNumber: record.backupNumber },
      raw,
      lib,
    },
    message,
  );
}

function takeAdminLog(cut: Cut, lib: DataLib | undefined, message: Message): void {
  if (cut.size !== ADMIN_RECORD_SIZE || (lib !== undefined && lib !== 'HS101')) {
    park(
      message,
      'EB_LAYOUT_UNKNOWN',
      `administration records of ${cut.size} bytes, library ${libNameOf(message) ?? 'not said'}`,
    );
    return;
  }
  const isVoid: Uint8Array[] = [];
  for (const bytes of cut.records) {
    const { isValid, wallTime, ...record } = readAdminRecord(bytes);
    if (!isValid || !wallTime) {
      isVoid.push(bytes);
      continue;
    }
    const meaning = ADMIN_KINDS.get(record.kind);
    message.found.events.push({
      kind: 'operation',
      operation: {
        source: 'oplog',
        code: String(record.kind),
        wallTime,
        isAlert: ADMIN_ALERTS.has(record.kind),
        details: { ...record, ...(meaning === undefined ? {} : { meaning }) },
        key: ['oplog', wallTime, ...Object.values(record)],
      },
    });
  }
  parkVoid(isVoid, message);
}

/** The list of users: who is there and with which credentials. Not proof of who is missing (§5.12). Source: §5.1; cases R07–R10, R13. */
export function takeUserList(json: Fields, message: Message): void {
  const inline: unknown = json['user_id_array'];
  if (Array.isArray(inline)) {
    for (const item of inline) addListed(textOf(isFields(item) ? item['user_id'] : item), undefined, message);
    return;
  }
  const cut = cutList(json, USERS, message);
  if (!cut || cut.records.length === 0) return;
  const lib = dataLibOf(libNameOf(message));
  const layouts = cut.records.map((record) => userLayout(lib, cut.size, record));
  const layout = layouts.every((found) => found !== undefined) ? layouts[0] : undefined;
  if (!layout) {
    park(
      message,
      'EB_LAYOUT_UNKNOWN',
      `user records of ${cut.size} bytes, library ${libNameOf(message) ?? 'not said'}`,
    );
    return;
  }
  const byUser = new Map<string, { user: UserRecord; backupNumbers: number[] }>();
  for (const bytes of cut.records) {
    const user = layout.read(bytes);
    const known = byUser.get(user.userId) ?? { user, backupNumbers: [] };
    if (user.backupNumber !== undefined && user.backupNumber !== 255) known.backupNumbers.push(user.backupNumber);
    byUser.set(user.userId, known);
  }
  for (const { user, backupNumbers } of byUser.values()) addListed(user.userId, { user, backupNumbers }, message);
}

function addListed(
  id: string | undefined,
  listed: { user: UserRecord; backupNumbers: number[] } | undefined,
  message: Message,
): void {
  const userId = userIdOf(id);
  if (userId === undefined) {
    park(message, 'EB_RECORD_WITHOUT_USER', 'a listed user has no usable id', Buffer.from(jsonTextOf(id) ?? ''), false);
    return;
  }
  const pin = pinOf(userId, message.ctx);
  if (!listed) {
    learnPadding(userId, message.found);
    message.found.events.push({ kind: 'user', user: { pin, extra: { deviceUserId: userId } } });
    return;
  }
  const { userId: _id, privilege, isEnabled, backupNumber, ...credentials } = listed.user;
  const extra = {
    deviceUserId: userId,
    ...credentials,
    ...(backupNumber === undefined ? {} : { backupNumbers: listed.backupNumbers }),
  };
  message.found.events.push({ kind: 'user', user: { pin, privilege, isEnabled, extra } });
}
