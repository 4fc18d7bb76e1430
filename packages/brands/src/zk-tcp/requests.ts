import type { LocalTime } from '@biolistener/core';
import { encodeClock } from './clock.ts';
import { TABLE, type TableName } from './codes.ts';
import { encodeText } from './text.ts';

/** Data of requests, by what they ask. Source: protocols/zk-tcp.md §3 to §7. */
export function prepareBufferData(table: TableName): Buffer {
  const { command, type } = TABLE[table];
  const data = Buffer.alloc(11);
  data[0] = 1;
  data.writeUInt16LE(command, 1);
  data.writeUInt32LE(type, 3);
  return data;
}

export function readBufferData(start: number, size: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeInt32LE(start, 0);
  data.writeInt32LE(size, 4);
  return data;
}

/** Unlock, disable with a time-out, event mask, sizes: one u32. */
export function numberData(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value);
  return data;
}

export const clockData = (time: LocalTime): Buffer => numberData(encodeClock(time));

export function slotData(uid: number, finger?: number): Buffer {
  const data = Buffer.alloc(finger === undefined ? 2 : 3);
  data.writeUInt16LE(uid);
  if (finger !== undefined) data[2] = finger;
  return data;
}

/** The user id in 24 bytes, and a finger. */
export const userFingerData = (userId: string, finger: number): Buffer =>
  Buffer.concat([encodeText(userId, 24), Buffer.from([finger])]);

/** After an upload: which slot the template in the buffer is for. */
export function templateWriteData(uid: number, finger: number, flag: number, size: number): Buffer {
  const data = Buffer.alloc(6);
  data.writeUInt16LE(uid);
  data[2] = finger;
  data[3] = flag;
  data.writeUInt16LE(size, 4);
  return data;
}

/** What BULK_SAVE is given (§4.5). */
export const BULK_SAVE_DATA = Buffer.from('0c00000000000800', 'hex');

/** The size that PREPARE_BUFFER answered: a flag byte, then the size twice. Undefined when it is too short to say. */
export function bufferSizeOf(data: Uint8Array): number | undefined {
  return data.length < 5 ? undefined : Buffer.from(data.buffer, data.byteOffset, data.length).readUInt32LE(1);
}
