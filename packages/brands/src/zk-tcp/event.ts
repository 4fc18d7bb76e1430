import type { LocalTime } from '@biolistener/core';
import { decodeEventTime } from './clock.ts';
import { decodeText } from './text.ts';

/** A punch that a terminal announces. A hint: the record is what a read brings (§6.3). */
export interface LivePunch {
  readonly userId: string | undefined;
  readonly uid: number | undefined;
  readonly wallTime: LocalTime | undefined;
  readonly verify: number;
  readonly state: number;
}

const short = (view: Buffer): LivePunch => ({
  userId: undefined,
  uid: view.readUInt16LE(0),
  verify: view[2] ?? 0,
  state: (view[3] ?? 0) & 0x0f, // the high half says "valid"
  wallTime: decodeEventTime(view.subarray(4, 10)),
});

/** By length; lengths from 15 to 31 and below 10 are not known. Source: protocols/zk-tcp.md §6.1, case C26. */
export function decodeLivePunch(data: Uint8Array): LivePunch | undefined {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  if (view.length === 10 || view.length === 14) return short(view);
  if (view.length === 12)
    return {
      userId: String(view.readUInt32LE(0)),
      uid: undefined,
      verify: view[4] ?? 0,
      state: view[5] ?? 0,
      wallTime: decodeEventTime(view.subarray(6, 12)),
    };
  if (view.length < 32) return undefined;
  return {
    userId: decodeText(view.subarray(0, 24)),
    uid: undefined,
    verify: view[24] ?? 0,
    state: view[25] ?? 0,
    wallTime: decodeEventTime(view.subarray(26, 32)),
  };
}
