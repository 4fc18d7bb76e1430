import {
  asPin,
  clockFlags,
  clockOf,
  punchIdOf,
  type Direction,
  type Json,
  type JsonObject,
  type LocalTime,
} from '@biolistener/core';
import { OLDEST_YEAR, pinProblem } from './attlog-row.ts';
import { emitOperation, park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { textOf } from './field-text.ts';
import { decodeZkSeconds, readCard, readCount } from './numbers.ts';
import { ADDRESS_TYPES, EVENT_MEANINGS, isAlertEvent, PASS_EVENTS, VERIFY_METHODS } from './sec-codes.ts';
import { readWallTime } from './wall-time.ts';

/** One event of a door, whichever table told it. */
interface SecEvent {
  readonly code: number;
  readonly timeText: string;
  readonly wallTime: LocalTime | undefined;
  readonly pin: string;
  /** Decimal; empty when there is none. */
  readonly card: string;
  readonly address: string;
  readonly inOut: string;
  readonly verify: string;
  readonly index: string;
  readonly details: JsonObject;
}

/** Keys that have a place of their own; all others are kept as they came. */
const NAMED = new Set([
  ...['time', 'time_second', 'pin', 'card', 'event', 'eventtype', 'eventaddr', 'doorid', 'inoutstatus', 'inoutstate'],
  ...['verifytype', 'verified', 'index', 'addrtype', 'maskflag', 'temperature', 'convtemperature'],
]);
const OTHERS_LIMIT = 20;

/** `0000101000000011`: from the right the flag "all of them", then one bit for each method. */
function methodsOf(verify: string): JsonObject {
  if (!/^[01]{16}$/.test(verify)) return {};
  const methods = VERIFY_METHODS.filter((_, i) => verify.at(-2 - i) === '1');
  return { methods, areAllNeeded: verify.endsWith('1') };
}

function measuredOf(fields: Fields): JsonObject {
  const measured: Record<string, Json> = {};
  const mask = fields.get('maskflag');
  if (mask === '0' || mask === '1') measured['mask'] = Number(mask);
  for (const [key, name] of [
    ['temperature', 'temperature'],
    ['convtemperature', 'convTemperature'],
  ] as const) {
    // prettier-ignore
    const value = fields.get(key) ?? '';
    if (/^-?\d{1,4}(?:\.\d{1,4})?$/.test(value) && Number(value) !== 0) measured[name] = Number(value);
  }
  return measured;
}

function othersOf(fields: Fields): JsonObject {
  const others = [...fields].filter(([key, value]) => !NAMED.has(key) && value !== '' && value !== '0');
  return Object.fromEntries(others.slice(0, OTHERS_LIMIT).map(([key, value]) => [key, textOf(value).slice(0, 200)]));
}

/** `01` and `1` are one door. */
const plainNumber = (text: string): string => (/^\d{1,15}$/.test(text) ? String(Number(text)) : text);

/** `time=` of rtlog, `time_second=` of transactions (§5.3). */
function timeIn(fields: Fields): Pick<SecEvent, 'timeText' | 'wallTime'> {
  const time = fields.get('time');
  if (time !== undefined) return { timeText: textOf(time), wallTime: readWallTime(time) };
  const seconds = fields.get('time_second') ?? '';
  const count = readCount(seconds);
  return { timeText: textOf(seconds), wallTime: count === undefined ? undefined : decodeZkSeconds(count) };
}

function eventOf(fields: Fields): SecEvent | undefined {
  const said = (...keys: string[]): string => {
    const key = keys.find((each) => fields.has(each));
    return key === undefined ? '' : textOf(fields.get(key) ?? '').slice(0, 200);
  };
  const code = readCount(said('event', 'eventtype').trim());
  if (code === undefined) return undefined;
  const card = readCard(said('card'));
  const verify = said('verifytype', 'verified');
  const address = plainNumber(said('eventaddr', 'doorid'));
  const index = plainNumber(said('index'));
  const meaning = EVENT_MEANINGS.get(code);
  const addressType = ADDRESS_TYPES[said('addrtype')];
  const number = readCount(address);
  return {
    code,
    ...timeIn(fields),
    pin: said('pin'),
    card: card.kind === 'card' ? card.decimal : card.kind === 'other' ? said('card') : '',
    address,
    inOut: plainNumber(said('inoutstatus', 'inoutstate')),
    verify,
    index,
    details: {
      event: code,
      ...(meaning === undefined ? {} : { meaning }),
      ...(address === '' ? {} : { door: number ?? address }),
      ...(addressType === undefined ? {} : { addressType }),
      ...(card.kind === 'card' ? { card: card.decimal } : card.kind === 'other' ? { cardText: said('card') } : {}),
      ...(index === '' ? {} : { index }),
      ...methodsOf(verify),
      ...measuredOf(fields),
      ...othersOf(fields),
    },
  };
}

/** `0` and nothing stand for nobody. */
const isNobody = (pin: string): boolean => /^\s*0*\s*$/.test(pin);

/** The same whether the event came live or later out of the log (§3.1). */
const keyOf = (event: SecEvent): (string | number | undefined)[] => [
  event.wallTime ?? event.timeText,
  event.pin,
  event.card,
  event.code,
  event.address,
  event.inOut,
  event.index,
];

/**
 * Reads one line of `rtlog` or of the table `transaction`. A person who passes is a punch: state and direction are those of
 * `inoutstatus`, or of `options.doorDirections` where it makes no claim. Everything else is something that happened at a door.
 * Source: protocols/zkteco-push.md §3.10, §3.11, C59.
 */
export function readSecEvent(into: Collector, fields: Fields, raw: Uint8Array): void {
  const event = eventOf(fields);
  if (!event) park(into, 'ZK_FIELD_MISSING', 'an event of a door without a code', raw, false);
  else if (!PASS_EVENTS.has(event.code) || isNobody(event.pin)) emitEvent(into, event);
  else emitPunch(into, event, raw);
}

const DIRECTIONS: Readonly<Record<string, Direction>> = { '0': 'IN', '1': 'OUT' };

function directionOf(into: Collector, event: SecEvent): Direction | undefined {
  const claimed = DIRECTIONS[event.inOut];
  const doors = into.ctx.terminal.options?.['doorDirections'];
  if (claimed !== undefined || typeof doors !== 'object' || doors === null) return claimed;
  const said = (doors as JsonObject)[event.address]; // settings are JSON
  return said === 'IN' || said === 'OUT' ? said : undefined;
}

function emitPunch(into: Collector, event: SecEvent, raw: Uint8Array): void {
  const { wallTime, pin } = event;
  const problem = pinProblem(pin);
  if (problem) return park(into, problem.reason, problem.detail, raw, false);
  if (wallTime === undefined) {
    return park(into, 'ZK_TIME_IMPOSSIBLE', 'the time of the punch does not exist', raw, false);
  }
  const clock = clockOf(wallTime);
  const at = into.locate(clock);
  const { serialNumber } = into.ctx.terminal;
  const punch = {
    id: punchIdOf(serialNumber, keyOf(event), clock),
    serialNumber,
    brand: 'zkteco',
    pin: asPin(pin),
    wallTime,
    zone: into.zone,
    instant: at.instant,
    certainty: at.certainty,
    state: readCount(event.inOut),
    verifyMode: event.verify === '' ? undefined : event.verify,
    workCode: undefined,
    claimedDirection: directionOf(into, event),
    flags: clockFlags({ wallTime, ...at }, into.ctx.now, OLDEST_YEAR),
    extra: event.details,
    raw,
  };
  into.events.push({ kind: 'punch', punch });
}

function emitEvent(into: Collector, event: SecEvent): void {
  const { wallTime, pin, timeText, code, details } = event;
  emitOperation(into, {
    source: 'event',
    code: String(code),
    wallTime,
    isAlert: isAlertEvent(code),
    details: {
      ...details,
      ...(isNobody(pin) ? {} : { pin }),
      ...(event.verify === '' ? {} : { verify: event.verify }),
      ...(wallTime === undefined ? { timeText } : {}),
    },
    key: ['event', ...keyOf(event)],
  });
}
