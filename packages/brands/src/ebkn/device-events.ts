import { digestOf, type Json, type LocalTime } from '@biolistener/core';
import type { TerminalOperation } from '@biolistener/wire';
import { binaryAt, inlineBinary } from './binaries.ts';
import { ADMIN_ALERTS, ADMIN_KINDS, REQUEST } from './codes.ts';
import { flatJson, integerOf, textOf, type Fields } from './fields.ts';
import type { Message } from './findings.ts';
import { readIoTime } from './io-time.ts';

const MINUTE_MS = 60_000;

/** Everything flat that the event says, binaries aside. */
function detailsOf(json: Fields): Record<string, Json> {
  const details: Record<string, Json> = {};
  for (const [key, value] of Object.entries(json).slice(0, 40)) {
    const flat = flatJson(value);
    if (flat !== undefined && key !== '__proto__') details[key.slice(0, 60)] = flat;
  }
  return details;
}

/**
 * What makes an event one: its own time, or, where it has none (door status), the minute in which it came; else the
 * second opening of a door would be taken for a resend of the first, or a storm of resends for openings.
 */
function keyOf(source: string, wallTime: LocalTime | undefined, message: Message): TerminalOperation['key'] {
  const when = wallTime ?? Math.floor(message.ctx.now / MINUTE_MS);
  return [source, when, digestOf(message.bytes)];
}

function add(message: Message, operation: Omit<TerminalOperation, 'key'>): void {
  const key = keyOf(operation.source, operation.wallTime, message);
  message.found.events.push({ kind: 'operation', operation: { ...operation, key } });
}

function takeDoor(json: Fields, message: Message): void {
  const code = (textOf(json['door_status']) ?? '').trim().toLowerCase();
  add(message, { source: 'door', code, wallTime: undefined, isAlert: false, details: detailsOf(json) });
}

function takeBarcode(json: Fields, message: Message): void {
  const data = binaryAt(json['barcode'], message.frame) ?? inlineBinary(json['barcode']);
  const text = data === undefined ? '' : Buffer.from(data).toString('utf8').replace(/\0+$/, '').slice(0, 500);
  const details = { ...detailsOf(json), barcode: text };
  const wallTime = readIoTime(textOf(json['scantime']));
  add(message, { source: 'barcode', code: 'scan', wallTime, isAlert: false, details });
}

/** `realtime_operation` and `realtime_slog`: the second is known by name only, so its fields are looked for in the same places. */
function takeOperation(json: Fields, message: Message): void {
  const kind = integerOf(json['oper_code']);
  const meaning = kind === undefined ? undefined : ADMIN_KINDS.get(kind);
  add(message, {
    source: 'oplog',
    code: textOf(json['oper_code'])?.trim().slice(0, 40) ?? '',
    wallTime: readIoTime(textOf(json['oper_time'])),
    isAlert: kind !== undefined && ADMIN_ALERTS.has(kind),
    details: { ...detailsOf(json), ...(meaning === undefined ? {} : { meaning }) },
  });
}

type Taker = (json: Fields, message: Message) => void;

/** The rare events of §4.5, by request code. */
export const DEVICE_EVENTS: ReadonlyMap<string, Taker> = new Map([
  [REQUEST.door, takeDoor],
  [REQUEST.barcode, takeBarcode],
  [REQUEST.operation, takeOperation],
  [REQUEST.adminLog, takeOperation],
]);
