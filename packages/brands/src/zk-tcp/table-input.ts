import { asSerialNumber } from '@biolistener/core';
import type { Identity, RequestHead, WireInput } from '@biolistener/wire';
import { decodeAttendance, strideOf, type AttendanceLayout } from './attendance-record.ts';
import type { UserRecord } from './user-record.ts';

/** No request of HTTP has this version, so what is pulled and what is pushed cannot be taken for each other. */
const VERSION = 'zk';
const METHOD = 'PULL';

/** Records of a table as one input, so that any process can decode them, now or when a piece is tried again. */
export function tableInput(
  serialNumber: string,
  layout: AttendanceLayout | ResolvedLayout,
  records: Uint8Array,
  remoteAddress: string,
): WireInput {
  const query = new URLSearchParams({ sn: serialNumber, layout });
  const target = `/attendance?${query.toString()}`;
  return { method: METHOD, target, httpVersion: VERSION, headers: [], remoteAddress, body: records };
}

export const claims = (head: RequestHead): boolean => head.httpVersion === VERSION && head.method === METHOD;

export interface TableName {
  readonly table: string;
  readonly layout: string;
  readonly serialNumber: string;
}

export function tableOf({ target }: RequestHead): TableName {
  const [path = '', query = ''] = target.split('?');
  const said = new URLSearchParams(query);
  return { table: path.slice(1), layout: said.get('layout') ?? '', serialNumber: said.get('sn') ?? '' };
}

const SERIAL = /^[\w.:-]{2,64}$/;

export function identify(input: WireInput): Identity {
  const { table, serialNumber } = tableOf(input);
  const base = { operation: table === 'attendance' ? 'pull/attendance' : 'pull/unknown', isPoll: false };
  if (serialNumber === '') return { ...base, serialNumber: undefined, problem: 'missing' };
  if (!SERIAL.test(serialNumber)) return { ...base, serialNumber: undefined, problem: 'malformed' };
  return { ...base, serialNumber: asSerialNumber(serialNumber) };
}

const ID_BYTES = 24;
/** Eight bytes of a record that names a slot alone, and the user id that has the slot (§5.3). */
export type ResolvedLayout = '8+id' | '8b+id';
export const RESOLVED_BYTES = 8 + ID_BYTES;

export const isSlotLayout = (layout: AttendanceLayout): layout is '8' | '8b' => layout === '8' || layout === '8b';

/** The highest slot that records name, of those that have a date: others are damaged. 0: none. */
export function highestSlotOf(records: Uint8Array, layout: '8' | '8b'): number {
  const stride = strideOf(layout);
  let highest = 0;
  for (let at = 0; at + stride <= records.length; at += stride) {
    const { uid = 0, wallTime } = decodeAttendance(records.subarray(at, at + stride), layout);
    if (wallTime !== undefined && uid > highest) highest = uid;
  }
  return highest;
}

/**
 * Puts the user id of this very session behind each record that names a slot alone: later the slot may be another's.
 * A slot that nobody has stays without one. Source: protocols/zk-tcp.md §5.3.
 */
export function resolveSlots(records: Uint8Array, layout: '8' | '8b', users: readonly UserRecord[]): Buffer {
  const ids = new Map(users.map(({ uid, userId }) => [uid, Buffer.from(userId).subarray(0, ID_BYTES)]));
  const stride = strideOf(layout);
  const count = Math.floor(records.length / stride);
  const resolved = Buffer.alloc(count * (stride + ID_BYTES));
  const view = Buffer.from(records.buffer, records.byteOffset, records.length);
  for (let at = 0; at < count; at += 1) {
    const record = view.subarray(at * stride, (at + 1) * stride);
    resolved.set(record, at * (stride + ID_BYTES));
    const id = ids.get(record.readUInt16LE(0));
    if (id) resolved.set(id, at * (stride + ID_BYTES) + stride);
  }
  return resolved;
}
