import { eventTime } from './packed-time.ts';

/** One punch in the log. */
export interface LogEntry {
  readonly userId: string;
  readonly uid: number;
  /** As §3.4 packs it; also dates that do not exist. */
  readonly time: number;
  readonly verify: number;
  readonly state: number;
  readonly workCode: number;
}

export interface DeviceUser {
  readonly uid: number;
  readonly userId: string;
  readonly name: string;
  readonly password: string;
  readonly card: number;
  /** The byte as it stands: bit 0 disabled, bits 1–3 the rank. */
  readonly privilege: number;
  readonly group: number;
}

export type LogShape = '8' | '8b' | '16' | '40' | '49' | 'none';
export const STRIDE: Readonly<Record<LogShape, number>> = { '8': 8, '8b': 8, '16': 16, '40': 40, '49': 49, none: 0 };

/** One record of the log at `at` of a buffer of zeros (§5.3). */
export function putEntry(into: Buffer, at: number, entry: LogEntry, shape: LogShape): void {
  if (shape === '8' || shape === '8b') {
    into.writeUInt16LE(entry.uid, at);
    into[at + 2] = entry.verify;
    into.writeUInt32LE(entry.time, at + (shape === '8' ? 3 : 4));
    into[at + (shape === '8' ? 7 : 3)] = entry.state;
  } else if (shape === '16') {
    into.writeUInt32LE(Number(entry.userId), at);
    into.writeUInt32LE(entry.time, at + 4);
    into[at + 8] = entry.verify;
    into[at + 9] = entry.state;
    into.writeUInt32LE(entry.workCode, at + 12);
  } else {
    into.writeUInt16LE(entry.uid, at);
    into.write(entry.userId, at + 2, 24, 'latin1');
    into[at + 26] = entry.verify;
    into.writeUInt32LE(entry.time, at + 27);
    into[at + 31] = entry.state;
    into[at + 36] = 0xff;
    if (shape === '49') into.writeUInt32LE(entry.workCode, at + 40);
  }
}

const text = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

/** A user as 72 or 28 bytes; behind the end of the password stands what was there before (§4.1, §4.2). */
export function userBytes(user: DeviceUser, size: 72 | 28): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(user.uid, 0);
  bytes[2] = user.privilege;
  bytes.write(user.password, 3, size === 72 ? 8 : 5);
  if (size === 72) {
    bytes.write(user.name, 11, 23);
    bytes.writeUInt32LE(user.card, 35);
    bytes[39] = user.group;
    bytes.write(user.userId, 48, 24);
    return bytes;
  }
  bytes.write(user.name, 8, 7);
  bytes.writeUInt32LE(user.card, 16);
  bytes[21] = user.group;
  bytes.writeUInt32LE(Number(user.userId), 24);
  return bytes;
}

export function readUserBytes(bytes: Buffer): DeviceUser | undefined {
  if (bytes.length !== 72 && bytes.length !== 28) return undefined;
  const isLong = bytes.length === 72;
  return {
    uid: bytes.readUInt16LE(0),
    privilege: bytes[2] ?? 0,
    password: text(bytes.subarray(3, isLong ? 11 : 8)),
    name: text(isLong ? bytes.subarray(11, 35) : bytes.subarray(8, 16)),
    card: bytes.readUInt32LE(isLong ? 35 : 16),
    group: bytes[isLong ? 39 : 21] ?? 0,
    userId: isLong ? text(bytes.subarray(48, 72)) : String(bytes.readUInt32LE(24)),
  };
}

export type EventSize = 10 | 12 | 32 | 52;

/** A punch as an event (§6.1). */
export function eventBytes(entry: LogEntry, wallTime: string, size: EventSize): Buffer {
  const bytes = Buffer.alloc(size);
  const head = size === 10 ? 2 : size === 12 ? 4 : 24;
  if (size === 10) bytes.writeUInt16LE(entry.uid, 0);
  else if (size === 12) bytes.writeUInt32LE(Number(entry.userId), 0);
  else bytes.write(entry.userId, 0, 24, 'latin1');
  bytes[head] = entry.verify;
  bytes[head + 1] = size === 10 ? 0x10 | entry.state : entry.state;
  eventTime(wallTime).copy(bytes, head + 2);
  return bytes;
}
