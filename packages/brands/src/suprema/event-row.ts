import { asPin, clockFlags, punchIdOf, toLocal, type JsonObject, type Punch } from '@biolistener/core';
import type { DecodeContext, ParkedRecord, WireEvent } from '@biolistener/wire';
import { isAlert, isAttendance, isDuress, methodOf, OLDEST_YEAR, sourceOf } from './codes.ts';
import type { SupremaReason } from './errors.ts';
import { readUtc } from './event-time.ts';
import { fieldsOf, idOf, integerOf, rowsOf, textOf, type Fields } from './values.ts';

/** What one event row is about; its identity is these four (protocols/suprema.md §6.2). */
interface EventHead {
  readonly index: string;
  readonly utc: Punch['wallTime'];
  readonly instant: number;
  readonly code: number;
  readonly name: string | undefined;
}

export type Read =
  | { readonly kind: 'events'; readonly events: readonly WireEvent[] }
  | { readonly kind: 'parked'; readonly parked: ParkedRecord };

/** The row as it is kept: whole, without the pictures that some servers put into it. */
export const rawOf = (row: Fields): Buffer => Buffer.from(JSON.stringify(row));

function park(row: Fields, reason: SupremaReason, detail: string): Read {
  return { kind: 'parked', parked: { reason, detail, table: 'events', raw: rawOf(row), isSensitive: false } };
}

/** Device, `index`, time and code of a row as text: what is the same event whichever way it came. Empty: it cannot be told. */
export function eventKeyOf(row: Fields): string {
  const [deviceId, index] = [idOf(row['device_id']), textOf(row['index'])];
  const [time, code] = [readUtc(textOf(row['datetime'])), integerOf(fieldsOf(row['event_type_id'])['code'])];
  return deviceId && index && time && code !== undefined ? `${deviceId}|${index}|${time.utc}|${code}` : '';
}

function headOf(row: Fields): EventHead | { readonly reason: SupremaReason; readonly detail: string } {
  const type = fieldsOf(row['event_type_id']);
  const [index, code] = [textOf(row['index']), integerOf(type['code'])];
  if (index === undefined || !/^\d{1,20}$/.test(index))
    return { reason: 'SU_EVENT_INVALID', detail: 'the event has no usable `index`' };
  if (code === undefined || code < 0)
    return { reason: 'SU_EVENT_INVALID', detail: 'the event has no usable `event_type_id`' };
  const at = readUtc(textOf(row['datetime']));
  if (!at) return { reason: 'SU_EVENT_TIME', detail: 'the `datetime` of the event is no date that exists' };
  return { index, code, name: textOf(type['name'])?.slice(0, 80), ...at };
}

/** `user_id.user_id`; somebody unknown has none, and a name of `-`. */
const userIdOf = (row: Fields): string | undefined => textOf(fieldsOf(row['user_id'])['user_id'])?.trim();

/** Columns beside the identity, as far as somebody may want to see them. Names of people stay out. */
function extraOf(row: Fields, { index, code, name }: EventHead): JsonObject {
  const doors = [...rowsOf(row['door_id_list']), ...rowsOf(row['door_id'])];
  const [rawId, tnaKey, door] = [textOf(row['id']), textOf(row['tna_key']), doors[0]?.['name']];
  const [serverTime, temperature] = [textOf(row['server_datetime']), textOf(row['temperature'])];
  return {
    index,
    code,
    method: methodOf(code),
    ...(rawId === undefined ? {} : { rawId }),
    ...(name === undefined ? {} : { event: name }),
    ...(tnaKey === undefined || tnaKey === '0' ? {} : { tnaKey }),
    ...(textOf(door) === undefined ? {} : { door: textOf(door) ?? '' }),
    ...(serverTime === undefined ? {} : { serverTime }),
    ...(temperature === undefined || temperature === '0' ? {} : { temperature }),
    ...(isDuress(code) ? { isDuress: true } : {}),
  };
}

function punchOf(row: Fields, head: EventHead, pin: string, ctx: DecodeContext): Punch {
  const { serialNumber, zone = 'UTC' } = ctx.terminal;
  const key = integerOf(row['tna_key']);
  const state = key === undefined || key < 1 || key > 16 ? undefined : key;
  // the instant is the server's word and exact; the wall time is how people at the door read it
  const at = { wallTime: toLocal(head.instant, zone), instant: head.instant, certainty: 'exact' } as const;
  return {
    id: punchIdOf(serialNumber, [head.index, head.utc, head.code], head.utc),
    serialNumber,
    brand: 'suprema',
    pin: asPin(pin),
    ...at,
    zone,
    state,
    verifyMode: String(head.code),
    workCode: undefined,
    // what a function key means is the site's affair (§7): `stateMap` of the terminal says it, or nobody
    claimedDirection: undefined,
    flags: clockFlags(at, ctx.now, OLDEST_YEAR),
    extra: extraOf(row, head),
    raw: rawOf(row),
  };
}

function operationOf(row: Fields, head: EventHead, ctx: DecodeContext): WireEvent {
  const userId = userIdOf(row);
  const parameter = textOf(row['parameter']);
  const details = {
    ...extraOf(row, head),
    ...(userId === undefined ? {} : { userId }),
    ...(parameter === undefined || parameter === '-1' ? {} : { parameter }),
  };
  return {
    kind: 'operation',
    operation: {
      source: isDuress(head.code) ? 'duress' : sourceOf(head.code),
      code: String(head.code),
      wallTime: toLocal(head.instant, ctx.terminal.zone ?? 'UTC'),
      isAlert: isAlert(head.code),
      details,
      key: [head.index, head.utc, head.code],
    },
  };
}

/**
 * One event of a device: a punch, something that happened, or a parked row; never nothing.
 * Shape:  a row of `EventCollection` or the `Event` of a frame; scalars are texts.
 * Units:  `datetime` is UTC; `server_datetime` and `timezone` only for show (§6.2).
 * Errors: SU_EVENT_INVALID, SU_EVENT_TIME, SU_EVENT_WITHOUT_USER. Unknown codes are operations of source `event`.
 * Source: docs/protocols/suprema.md#events; cases S7, S9, S10, S11, S13, S14, S15, S21.
 */
export function readEventRow(row: Fields, ctx: DecodeContext): Read {
  const head = headOf(row);
  if ('reason' in head) return park(row, head.reason, head.detail);
  const pin = userIdOf(row);
  if (!isAttendance(head.code, head.name)) return { kind: 'events', events: [operationOf(row, head, ctx)] };
  if (pin === undefined || pin === '0')
    return park(row, 'SU_EVENT_WITHOUT_USER', `the event ${head.code} recognized somebody and names nobody`);
  const punch: WireEvent = { kind: 'punch', punch: punchOf(row, head, pin, ctx) };
  return { kind: 'events', events: isDuress(head.code) ? [punch, operationOf(row, head, ctx)] : [punch] };
}
