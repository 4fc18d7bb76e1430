import { decodeText, encodeText, isPaddedText, type Charset } from './text.ts';

export type UserLayout = 72 | 28;

/** A user as the terminal keeps it. `uid` is its slot, `userId` what people type. */
export interface UserRecord {
  readonly uid: number;
  readonly userId: string;
  readonly isEnabled: boolean;
  /** 0 user, 1 enroller, 3 manager, 7 super administrator. */
  readonly privilege: number;
  /** Secret. */
  readonly password: string;
  readonly name: string;
  /** 0: none. */
  readonly card: number;
  readonly group: number;
  /** All bytes as read: written back with what changed, so that unknown ones survive (§4.4). */
  readonly raw?: Uint8Array;
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

function decode72(view: Buffer, charset: Charset): UserRecord {
  return {
    uid: view.readUInt16LE(0),
    ...privilegeOf(view[2] ?? 0),
    password: decodeText(view.subarray(3, 11)),
    name: decodeText(view.subarray(11, 35), charset),
    card: view.readUInt32LE(35),
    group: view[39] ?? 0,
    userId: decodeText(view.subarray(48, 72)),
    raw: view,
  };
}

function decode28(view: Buffer, charset: Charset): UserRecord {
  return {
    uid: view.readUInt16LE(0),
    ...privilegeOf(view[2] ?? 0),
    password: decodeText(view.subarray(3, 8)),
    name: decodeText(view.subarray(8, 16), charset),
    card: view.readUIntLE(16, 5),
    group: view[21] ?? 0,
    userId: String(view.readUInt32LE(24)),
    raw: view,
  };
}

/** Bit 0 is "disabled"; bits 1 to 3 are the rank. */
const privilegeOf = (byte: number): Pick<UserRecord, 'isEnabled' | 'privilege'> => ({
  isEnabled: (byte & 1) === 0,
  privilege: (byte >> 1) & 7,
});

/** One record. Source: protocols/zk-tcp.md §4.1, §4.2; cases C10, C11. */
export const decodeUser = (bytes: Uint8Array, layout: UserLayout, charset: Charset = 'utf-8'): UserRecord =>
  layout === 72 ? decode72(viewOf(bytes), charset) : decode28(viewOf(bytes), charset);

/** What was not changed keeps the bytes that the terminal had, also where we do not read them. Cases C12, C13. */
export function encodeUser(user: UserRecord, layout: UserLayout, charset: Charset = 'utf-8'): Buffer {
  const isRead = user.raw?.length === layout;
  const bytes = isRead ? Buffer.from(user.raw) : Buffer.alloc(layout);
  const before = isRead ? decodeUser(user.raw, layout, charset) : undefined;
  bytes.writeUInt16LE(user.uid, 0);
  bytes[2] = (user.privilege << 1) | (user.isEnabled ? 0 : 1);
  const [fields, write] = layout === 72 ? [FIELDS_72, write72] : [FIELDS_28, write28];
  // a name that is not of the set that we take it for would come back as other bytes
  if (before?.name !== user.name) bytes.set(encodeText(user.name, fields.name, charset), fields.nameAt);
  if (before?.password !== user.password) bytes.set(passwordField(user.password, fields.password), 3);
  write(bytes, user);
  return bytes;
}

const FIELDS_72 = { password: 8, nameAt: 11, name: 24 } as const;
const FIELDS_28 = { password: 5, nameAt: 8, name: 8 } as const;

/** A password may fill its field: it needs no NUL (§4.1). */
const passwordField = (password: string, size: number): Buffer => encodeText(password, size + 1).subarray(0, size);

function write72(bytes: Buffer, user: UserRecord): void {
  bytes.writeUInt32LE(user.card >>> 0, 35);
  bytes[39] = user.group;
  bytes.set(encodeText(user.userId, 24), 48);
}

function write28(bytes: Buffer, user: UserRecord): void {
  bytes.writeUIntLE(user.card, 16, 5);
  bytes[21] = user.group;
  bytes.writeUInt32LE(Number(user.userId), 24);
}

/** Whether bytes can be users of a layout: slots that differ, ranks that exist, ids that print (§4.3). */
function isPlausible(records: Buffer, layout: UserLayout): boolean {
  const slots = new Set<number>();
  for (let at = 0; at + layout <= records.length; at += layout) {
    const uid = records.readUInt16LE(at);
    const hasId = layout === 28 || isPaddedText(records.subarray(at + 48, at + 72));
    if (uid === 0 || slots.has(uid) || (records[at + 2] ?? 0) >= 16 || !hasId) return false;
    slots.add(uid);
  }
  return true;
}

/**
 * Which layout a table of users has, by its count where that fits and else by its content; undefined: none of the known.
 * Source: protocols/zk-tcp.md §4.3.
 */
export function userLayoutOf(records: Uint8Array, count: number | undefined): UserLayout | undefined {
  const view = viewOf(records);
  const fits = ([72, 28] as const).filter((layout) => view.length % layout === 0);
  const byCount = fits.find((layout) => count !== undefined && count > 0 && view.length === count * layout);
  return byCount ?? fits.find((layout) => isPlausible(view, layout));
}
