import type { SimulatedUser } from '../terminal.ts';
import type { WallMs } from '../wall-clock.ts';
import type { EbknLibrary } from './profiles.ts';

/** What a log record holds, in the numbers of the wire. */
export interface LogFields {
  readonly id: string;
  readonly wall: WallMs;
  readonly ioMode: number;
  readonly verifyMode: number;
  readonly workCode?: number;
}

/** Bytes of one log record by library (§5.2); M50 has no known layout. */
export const LOG_SIZES: Readonly<Partial<Record<EbknLibrary, number>>> = {
  FKDataHS101: 12,
  FKDataHS102: 32,
  FKDataHS103: 48,
  FKDataHS105: 20,
};

/** Bytes of one user record by library (§5.1). */
export const USER_SIZES: Readonly<Partial<Record<EbknLibrary, number>>> = {
  FKDataHS101: 8,
  FKDataHS102: 20,
  FKDataHS103: 36,
  FKDataHS105: 8,
};

/** Time word tB: valid, year − 1900, month, day, hour, minute; the second stands elsewhere (§5.2). */
function timeWord(wall: WallMs): number {
  const at = new Date(wall);
  const year = at.getUTCFullYear() - 1900;
  const date = 1 | (year << 2) | ((at.getUTCMonth() + 1) << 12) | (at.getUTCDate() << 16);
  return (date | (at.getUTCHours() << 21) | (at.getUTCMinutes() << 26)) >>> 0;
}

function numberId(id: string): number {
  if (!/^\d{1,10}$/.test(id)) throw new RangeError(`this library holds whole numbers as ids, not ${id}`);
  return Number(id) >>> 0;
}

/** One log record; throws RangeError for a library without a known layout, or an id that it cannot hold. */
export function encodeLogRecord(library: EbknLibrary, log: LogFields): Buffer {
  const size = LOG_SIZES[library];
  if (size === undefined) throw new RangeError(`no known log layout for ${library}`);
  const record = Buffer.alloc(size);
  const second = new Date(log.wall).getUTCSeconds();
  const time = timeWord(log.wall);
  if (library === 'FKDataHS101') {
    record.writeUInt32LE(numberId(log.id), 0);
    record.set([1, log.ioMode & 0xff, log.verifyMode & 0xff, second], 4);
    record.writeUInt32LE(time, 8);
    return record;
  }
  const tail = size - 16;
  if (library === 'FKDataHS105') record.writeUInt32LE(numberId(log.id), 0);
  else record.write(log.id.slice(0, tail), 0, 'ascii');
  record.set([1, 0, library === 'FKDataHS102' ? 0 : (log.workCode ?? 0), second], tail);
  record.writeUInt32LE(time, tail + 4);
  record.writeUInt32LE(log.ioMode >>> 0, tail + 8);
  record.writeUInt32LE(log.verifyMode >>> 0, tail + 12);
  return record;
}

/** Credential flags: password, card, face, number of fingers (§5.1). */
export function credentialFlags(user: SimulatedUser): number {
  const templates = user.templates ?? [];
  const fingers = templates.filter((each) => each.kind === 'fingerprint').length;
  const hasFace = templates.some((each) => each.kind === 'face' || each.kind === 'visible-face');
  return (user.password ? 1 : 0) | (user.card ? 2 : 0) | (hasFace ? 4 : 0) | (Math.min(15, fingers) << 3);
}

/** One record of the user list; errors as `encodeLogRecord`. */
export function encodeUserRecord(library: EbknLibrary, id: string, user: SimulatedUser): Buffer {
  const size = USER_SIZES[library];
  if (size === undefined) throw new RangeError(`no known user layout for ${library}`);
  const record = Buffer.alloc(size);
  if (size === 8) record.writeUInt32LE(numberId(id), 0);
  else record.write(id.slice(0, size - 4), 0, 'ascii');
  record.set([user.privilege ?? 0, 1], size - 4);
  record.writeUInt16LE(credentialFlags(user), size - 2);
  return record;
}
