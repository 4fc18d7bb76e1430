import { localTimeOf, type LocalTime } from '@biolistener/core';
import type { DataLib } from './data-lib.ts';

/** A view that reads one fixed-size record; the caller has checked the size. All numbers are little-endian. */
class RecordView {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u8 = (at: number): number => this.view.getUint8(at);
  u16 = (at: number): number => this.view.getUint16(at, true);
  u32 = (at: number): number => this.view.getUint32(at, true);
  /** NUL-padded ASCII. */
  text(at: number, length: number): string {
    const text = Buffer.from(this.bytes.subarray(at, at + length)).toString('latin1');
    return (text.split('\0', 1)[0] ?? '').trim();
  }
}

export interface LogRecord {
  readonly userId: string;
  readonly ioMode: number;
  readonly verifyMode: number;
  readonly workCode: number;
  /** Undefined where the bits are no date. */
  readonly wallTime: LocalTime | undefined;
  /** False where the terminal itself marks the record as void. */
  readonly isValid: boolean;
  /** HS200 names the credential. */
  readonly backupNumber?: number;
}

/** The lower half of both time words: month 12–15, day 16–20, hour 21–25, minute 26–31. */
const timeOf = (year: number, word: number, second: number): LocalTime | undefined =>
  localTimeOf(year, (word >>> 12) & 15, (word >>> 16) & 31, (word >>> 21) & 31, word >>> 26, second);

/** tB: bits 2–11 are the year since 1900 (§5.2). */
const timeB = (word: number, second: number): LocalTime | undefined =>
  timeOf(1900 + ((word >>> 2) & 0x3ff), word, second);

/** tA: bits 0–11 are the year; sources disagree on its base, so a value below 1900 counts from 1900 (Q10). */
function timeA(word: number, second: number): LocalTime | undefined {
  const year = word & 0xfff;
  return timeOf(year < 1900 ? year + 1900 : year, word, second);
}

interface Layout {
  readonly size: number;
  readonly read: (bytes: Uint8Array) => LogRecord;
}

function readHs100(bytes: Uint8Array): LogRecord {
  const view = new RecordView(bytes);
  return {
    isValid: view.u8(0) === 1,
    userId: String(view.u32(4)),
    ioMode: view.u8(1) >>> 6,
    verifyMode: view.u8(1) & 63,
    workCode: 0,
    wallTime: timeA(view.u32(8), view.u8(3)),
  };
}

function readHs200(bytes: Uint8Array): LogRecord {
  const view = new RecordView(bytes);
  const word = view.u16(2);
  return {
    isValid: view.u8(0) === 1,
    userId: String(view.u32(4)),
    ioMode: (word >>> 6) & 31,
    verifyMode: word & 63,
    workCode: 0,
    wallTime: timeA(view.u32(8), view.u8(1)),
    backupNumber: word >>> 11,
  };
}

function readHs101(bytes: Uint8Array): LogRecord {
  const view = new RecordView(bytes);
  return {
    isValid: true,
    userId: String(view.u32(0)),
    ioMode: view.u8(5),
    verifyMode: view.u8(6),
    workCode: 0,
    wallTime: timeB(view.u32(8), view.u8(7)),
  };
}

/** HS102, HS103, HS105: an id of `idSize` bytes (4: a number), then version, reserved, work code, second and three words. */
const readWide =
  (idSize: 4 | 16 | 32, hasWorkCode: boolean) =>
  (bytes: Uint8Array): LogRecord => {
    const view = new RecordView(bytes);
    return {
      isValid: true,
      userId: idSize === 4 ? String(view.u32(0)) : view.text(0, idSize),
      workCode: hasWorkCode ? view.u8(idSize + 2) : 0,
      wallTime: timeB(view.u32(idSize + 4), view.u8(idSize + 3)),
      ioMode: view.u32(idSize + 8),
      verifyMode: view.u32(idSize + 12),
    };
  };

const HS102: Layout = { size: 32, read: readWide(16, false) };
const HS103: Layout = { size: 48, read: readWide(32, true) };
const HS105: Layout = { size: 20, read: readWide(4, true) };

const LOG_LAYOUTS: Partial<Record<DataLib, Layout>> = {
  HS100: { size: 12, read: readHs100 },
  HS200: { size: 12, read: readHs200 },
  HS101: { size: 12, read: readHs101 },
  HS102,
  HS103,
  HS105,
};

/** Sizes that only one library has, for terminals that have not said theirs. 12 bytes are four different layouts. */
const LOG_SIZES: ReadonlyMap<number, DataLib> = new Map([
  [32, 'HS102'],
  [48, 'HS103'],
  [20, 'HS105'],
]);

/**
 * How attendance records of a library and size are read; undefined where no document tells (HS104, other sizes).
 * Source: protocols/ebkn-fkweb.md §5.2; cases R01–R06.
 */
export function logLayout(lib: DataLib | undefined, size: number): (Layout & { lib: DataLib }) | undefined {
  const chosen = lib ?? LOG_SIZES.get(size);
  const layout = chosen && LOG_LAYOUTS[chosen];
  return chosen && layout?.size === size ? { ...layout, lib: chosen } : undefined;
}

export interface UserRecord {
  readonly userId: string;
  readonly privilege: number;
  readonly isEnabled: boolean;
  readonly hasPassword?: boolean;
  readonly hasCard?: boolean;
  readonly hasFace?: boolean;
  /** A count: which fingers they are is not said. */
  readonly fingerprints?: number;
  readonly veins?: number;
  readonly palms?: number;
  /** HS100 and HS200 list one record per credential; 255 stands for none. */
  readonly backupNumber?: number;
}

const readUser =
  (idSize: 4 | 16 | 32) =>
  (bytes: Uint8Array): UserRecord => {
    const view = new RecordView(bytes);
    const flags = view.u16(idSize + 2);
    return {
      userId: idSize === 4 ? String(view.u32(0)) : view.text(0, idSize),
      privilege: view.u8(idSize),
      isEnabled: view.u8(idSize + 1) !== 0,
      hasPassword: (flags & 1) !== 0,
      hasCard: (flags & 2) !== 0,
      hasFace: (flags & 4) !== 0,
      fingerprints: (flags >>> 3) & 15,
      veins: (flags >>> 7) & 63,
      ...(idSize === 4 ? { palms: (flags >>> 13) & 3 } : {}),
    };
  };

function readCredential(bytes: Uint8Array): UserRecord {
  const view = new RecordView(bytes);
  const isEnabled = view.u8(0) !== 0;
  return { userId: String(view.u32(4)), privilege: view.u8(1), isEnabled, backupNumber: view.u8(2) };
}

interface UserLayout {
  readonly size: number;
  readonly read: (bytes: Uint8Array) => UserRecord;
}
const USER_LAYOUTS: Partial<Record<DataLib, UserLayout>> = {
  HS101: { size: 8, read: readUser(4) },
  HS105: { size: 8, read: readUser(4) },
  HS102: { size: 20, read: readUser(16) },
  HS103: { size: 36, read: readUser(32) },
  HS100: { size: 8, read: readCredential },
  HS200: { size: 8, read: readCredential },
};
const USER_SIZES: ReadonlyMap<number, DataLib> = new Map([
  [8, 'HS101'],
  [20, 'HS102'],
  [36, 'HS103'],
]);

/** §5.1: without a library, an 8-byte record that could be HS100 (0 or 1 first, a small id last) is a question for a person. */
const SMALL_ID = 65_536;
const mayBeHs100 = (record: Uint8Array): boolean => {
  const view = new RecordView(record);
  return view.u8(0) <= 1 && view.u32(4) < SMALL_ID;
};

/** How user records are read; undefined where that is not known. Source: §5.1; cases R07–R10. */
export function userLayout(
  lib: DataLib | undefined,
  size: number,
  first: Uint8Array | undefined,
): UserLayout | undefined {
  if (lib === undefined && size === 8 && first !== undefined && first.length === 8 && mayBeHs100(first))
    return undefined;
  const chosen = lib ?? USER_SIZES.get(size);
  const layout = chosen && USER_LAYOUTS[chosen];
  return layout?.size === size ? layout : undefined;
}

export interface AdminRecord {
  readonly isValid: boolean;
  readonly kind: number;
  readonly backupNumber: number;
  readonly targetBackupNumber: number;
  readonly operatorId: number;
  readonly targetId: number;
  readonly wallTime: LocalTime | undefined;
}

/** Bytes of one administration record (HS101); other libraries' layouts are not known. */
export const ADMIN_RECORD_SIZE = 16;
/** The size that HS102 announces; its layout was never read. */
export const ADMIN_RECORD_SIZE_HS102 = 40;

/** One administration record; its time has no seconds. Source: §5.3; case R11. */
export function readAdminRecord(bytes: Uint8Array): AdminRecord {
  const view = new RecordView(bytes);
  const word = view.u32(12);
  return {
    isValid: view.u8(0) === 1,
    kind: view.u8(1),
    backupNumber: view.u8(2),
    targetBackupNumber: view.u8(3),
    operatorId: view.u32(4),
    targetId: view.u32(8),
    wallTime: timeOf(1900 + (word & 0xfff), word, 0),
  };
}
