import type { PunchId, SerialNumber } from '@biolistener/core';
import type { Decoded, DecodeContext, ParkedRecord, WireEvent, WireInput } from '@biolistener/wire';
import { decodeAttendance, strideOf, type AttendanceLayout, type AttendanceRecord } from './attendance-record.ts';
import { identityOf, punchOf, type Unreadable } from './punch.ts';
import { RESOLVED_BYTES, tableOf, type ResolvedLayout } from './table-input.ts';
import { decodeText } from './text.ts';

/** Of so many unreadable records each is a piece of its own; what is more is kept in one. */
const MOST_PIECES = 500;

interface Shape {
  readonly stride: number;
  readonly read: (bytes: Uint8Array) => AttendanceRecord;
}

function shapeOf(layout: string): Shape | undefined {
  if (layout === '8+id' || layout === '8b+id') {
    const inner = layout === '8+id' ? '8' : '8b';
    return {
      stride: RESOLVED_BYTES,
      read: (bytes) => ({
        ...decodeAttendance(bytes.subarray(0, 8), inner),
        userId: decodeText(bytes.subarray(8)),
        raw: bytes,
      }),
    };
  }
  if (!/^(40|49|16|prefix40\/\d{2,5})$/.test(layout)) return undefined;
  const known = layout as AttendanceLayout; // as the line above says
  const stride = strideOf(known);
  return stride < 16 ? undefined : { stride, read: (bytes) => decodeAttendance(bytes, known) };
}

/** The identity of a record whose slot nobody has now: it may be stored, of one who had it. Undefined: somebody has it. */
export function ownerlessId(record: Uint8Array, layout: ResolvedLayout, from: SerialNumber): PunchId | undefined {
  const read = record.length === RESOLVED_BYTES ? shapeOf(layout)?.read(record) : undefined;
  return read?.userId === '' && read.wallTime !== undefined ? identityOf(read, read.wallTime, from) : undefined;
}

const park = (raw: Uint8Array, { reason, detail }: Unreadable): ParkedRecord => ({
  reason,
  detail,
  table: 'attendance',
  raw,
  isSensitive: false,
});

/** Records of a read as punches; what cannot be one is parked with its bytes. Total: every record is one or the other. */
export function decode(input: WireInput, ctx: DecodeContext): Decoded {
  const { table, layout } = tableOf(input);
  const shape = table === 'attendance' ? shapeOf(layout) : undefined;
  const problem = { reason: 'ZKT_TABLE_UNKNOWN', detail: `table ${table.slice(0, 40)} is not known here` } as const;
  if (!shape) return done([], [{ ...park(input.body, problem), isSensitive: true }]);
  const events: WireEvent[] = [];
  const parked: ParkedRecord[] = [];
  for (let at = 0; at < input.body.length; at += shape.stride) take(input.body, at, shape, ctx, events, parked);
  return done(events, parked);
}

function take(
  body: Uint8Array,
  at: number,
  { stride, read }: Shape,
  ctx: DecodeContext,
  events: WireEvent[],
  parked: ParkedRecord[],
): void {
  const bytes = body.subarray(at, at + stride);
  const found =
    bytes.length < stride
      ? ({ reason: 'ZKT_READ_INCOMPLETE', detail: 'the last record is cut' } as const)
      : punchOf(read(bytes), ctx);
  if (!('reason' in found)) events.push({ kind: 'punch', punch: found });
  else if (parked.length < MOST_PIECES) parked.push(park(bytes, found));
  else parked[MOST_PIECES - 1] = together(parked[MOST_PIECES - 1], bytes);
}

const together = (last: ParkedRecord | undefined, bytes: Uint8Array): ParkedRecord => ({
  ...park(bytes, { reason: 'ZKT_TIME_IMPOSSIBLE', detail: 'more records that cannot be read' }),
  raw: Buffer.concat([last?.raw ?? Buffer.alloc(0), bytes]),
});

const done = (events: readonly WireEvent[], parked: readonly ParkedRecord[]): Decoded => ({
  events,
  parked,
  facts: {},
  reply: {},
});
