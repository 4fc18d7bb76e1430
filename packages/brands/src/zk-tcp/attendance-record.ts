import type { LocalTime } from '@biolistener/core';
import { decodeClock } from './clock.ts';
import { decodeText, isPaddedText } from './text.ts';

/** `8b` is the order of one MA300 (§5.3). */
export type AttendanceLayout = '40' | '49' | '16' | '8' | '8b' | `prefix40/${number}`;

export interface AttendanceRecord {
  /** What people type; absent where the record has the slot only. */
  readonly userId: string | undefined;
  /** The slot, where the record has it and not the id. */
  readonly uid: number | undefined;
  /** Undefined: no date that exists. */
  readonly wallTime: LocalTime | undefined;
  readonly verify: number;
  readonly state: number;
  /** Of 16-byte records alone: what other bytes of longer ones mean, nobody knows (§12). */
  readonly workCode: number | undefined;
  readonly raw: Uint8Array;
}

type Reader = (view: Buffer) => Omit<AttendanceRecord, 'raw'>;

const withText: Reader = (view) => ({
  userId: decodeText(view.subarray(2, 26)),
  uid: undefined,
  verify: view[26] ?? 0,
  wallTime: decodeClock(view.readUInt32LE(27)),
  state: view[31] ?? 0,
  workCode: undefined,
});

const READERS: Readonly<Record<'40' | '49' | '16' | '8' | '8b', Reader>> = {
  '40': withText,
  '49': withText,
  '16': (view) => ({
    userId: String(view.readUInt32LE(0)),
    uid: undefined,
    wallTime: decodeClock(view.readUInt32LE(4)),
    verify: view[8] ?? 0,
    state: view[9] ?? 0,
    workCode: view.readUInt32LE(12),
  }),
  '8': (view) => ({
    userId: undefined,
    uid: view.readUInt16LE(0),
    verify: view[2] ?? 0,
    wallTime: decodeClock(view.readUInt32LE(3)),
    state: view[7] ?? 0,
    workCode: undefined,
  }),
  '8b': (view) => ({
    userId: undefined,
    uid: view.readUInt16LE(0),
    verify: view[2] ?? 0,
    state: view[3] ?? 0,
    wallTime: decodeClock(view.readUInt32LE(4)),
    workCode: undefined,
  }),
};

export const strideOf = (layout: AttendanceLayout): number =>
  layout === '8b' ? 8 : Number(layout.startsWith('prefix40/') ? layout.slice('prefix40/'.length) : layout);

/** One record. Source: protocols/zk-tcp.md §5.3; cases C15 to C18. */
export function decodeAttendance(bytes: Uint8Array, layout: AttendanceLayout): AttendanceRecord {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = layout in READERS ? READERS[layout as keyof typeof READERS] : withText; // a longer one begins as the 40-byte one does
  return { ...reader(view), raw: view };
}

const OLDEST = '2000-01-01 00:00:00';

/** A date that exists, and somebody whose record it is. */
function isWellFormed(bytes: Uint8Array, layout: AttendanceLayout): boolean {
  const { wallTime, uid, userId } = decodeAttendance(bytes, layout);
  if (wallTime === undefined || uid === 0 || userId === '0') return false;
  return strideOf(layout) < 40 || isPaddedText(bytes.subarray(2, 26));
}

function isBelieved(bytes: Uint8Array, layout: AttendanceLayout, latest: LocalTime): boolean {
  const { wallTime = '' } = decodeAttendance(bytes, layout);
  return wallTime >= OLDEST && wallTime <= latest && isWellFormed(bytes, layout);
}

/** As many records as this are looked at; the layout of a table is one. */
const LOOK_AT = 2000;

/** The part of the records that are so, 0 to 1. */
function share(records: Uint8Array, layout: AttendanceLayout, isSo: (bytes: Uint8Array) => boolean): number {
  const stride = strideOf(layout);
  const count = Math.min(LOOK_AT, Math.floor(records.length / stride));
  let good = 0;
  for (let at = 0; at < count; at += 1) if (isSo(records.subarray(at * stride, (at + 1) * stride))) good += 1;
  return count === 0 ? 0 : good / count;
}

/** Ids as text and a date: nothing else looks like these by chance. */
const TELLING = ['40', '49'] as const;
/** Numbers alone. */
const SHORT = ['16', '8', '8b'] as const;

/**
 * The layout of an attendance table: by the count that the terminal gave and by content; undefined: not known, and then nothing
 * may be decoded, because a wrong stride makes punches up, or skips some. The count is only a hint: people punch between the count
 * and the read. `latest`: wall times after it are not believed (now + 48 h). `total`: bytes of the whole table, where `records` is only
 * its beginning. Source: protocols/zk-tcp.md §5.3, case C40.
 */
export function attendanceLayoutOf(
  records: Uint8Array,
  count: number | undefined,
  latest: LocalTime,
  total: number = records.length,
): AttendanceLayout | undefined {
  const isPlausible = (layout: AttendanceLayout): boolean =>
    share(records, layout, (bytes) => isBelieved(bytes, layout, latest)) === 1;
  /** Some records may be damaged, or of a clock that was wrong. */
  const isMostly = (layout: AttendanceLayout): boolean =>
    share(records, layout, (bytes) => isWellFormed(bytes, layout)) > 0.5;
  const exact = count !== undefined && count > 0 && total % count === 0 ? total / count : undefined;
  const fits = (layout: AttendanceLayout): boolean => total % strideOf(layout) === 0;
  const [telling, short] = [TELLING.filter(fits), SHORT.filter(fits)];
  const named = [...telling, ...short].filter((layout) => strideOf(layout) === exact);
  return (
    [...named, ...telling].find(isPlausible) ??
    [...named, ...telling].find(isMostly) ??
    [prefixOf(exact)].find((layout) => layout !== undefined && isPlausible(layout)) ??
    short.find(isPlausible) ??
    [prefixOf(count ? Math.floor(total / count) : undefined)].find((layout) => layout && isPlausible(layout))
  );
}

/** A longer record than any that is known begins as the 40-byte one does. */
const prefixOf = (stride: number | undefined): AttendanceLayout | undefined =>
  stride !== undefined && stride > 40 ? `prefix40/${stride}` : undefined;
