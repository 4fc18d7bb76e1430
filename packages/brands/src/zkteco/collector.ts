import { bufferOf, type Clock, type JsonObject, type LocatedInstant } from '@biolistener/core';
import type { DecodeContext, ParkedRecord, TerminalOperation, WireEvent } from '@biolistener/wire';
import { isAscii } from 'node:buffer';
import type { Dialect } from './dialect.ts';
import type { ZkReason } from './errors.ts';

/** A piece of a body: its bytes, and the same as Latin-1 text, one character per byte, so that offsets agree. */
export interface Source {
  readonly bytes: Buffer;
  readonly text: string;
  /** Then Latin-1 is the text itself, and no field needs another look. */
  readonly isAscii: boolean;
}

export function sourceOf(body: Uint8Array): Source {
  const bytes = bufferOf(body);
  return { bytes, text: bytes.toString('latin1'), isAscii: isAscii(bytes) };
}

/** More unreadable lines than this in one request, and the body is kept in one piece: memory is finite. */
export const PARKED_LINES_LIMIT = 500;

/** What a request is being decoded into. Lives for one call of `decode`. */
export interface Collector {
  readonly ctx: DecodeContext;
  readonly dialect: Dialect;
  readonly zone: string;
  /** The instant that `zone` gives to a wall time. */
  readonly locate: (clock: Clock) => LocatedInstant;
  readonly table: string;
  readonly events: WireEvent[];
  readonly parked: ParkedRecord[];
  /** Becomes `facts.profile`. */
  readonly profile: Record<string, JsonObject[string]>;
  /** Lines that were seen, each an event or parked. */
  lines: number;
  unreadable: number;
}

export function park(
  into: Collector,
  reason: ZkReason,
  detail: string,
  raw: Uint8Array,
  isSensitive = true,
  table: string = into.table,
): void {
  into.unreadable++;
  if (into.unreadable <= PARKED_LINES_LIMIT) into.parked.push({ reason, detail, table, raw, isSensitive });
}

export function emitOperation(into: Collector, operation: TerminalOperation): void {
  into.events.push({ kind: 'operation', operation });
}
