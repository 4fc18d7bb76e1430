import {
  asPin,
  clockFlags,
  clockOf,
  punchIdOf,
  toInstant,
  toLocal,
  type Clock,
  type Direction,
  type JsonObject,
  type LocatedInstant,
  type Punch,
  type PunchFlag,
} from '@biolistener/core';
import { variantColumns, type Variant } from './attlog-variant.ts';
import type { Collector, Source } from './collector.ts';
import type { Dialect } from './dialect.ts';
import type { ZkReason } from './errors.ts';
import { readFields } from './fields.ts';
import { textOf } from './field-text.ts';
import { readCount } from './numbers.ts';
import { CLOCK_LENGTH, clockAt, looksLikeTime, readWallTime } from './wall-time.ts';

/** Columns beyond this stay in the raw bytes only; the widest known row has 16. */
const COLUMNS_LIMIT = 40;
/** Clocks of this brand are not believed before this year (§5.4). */
export const OLDEST_YEAR = 2010;

export interface RowProblem {
  readonly reason: ZkReason;
  readonly detail: string;
  /** Whether the line has the shape of a punch at all; then it surely holds no biometrics and no password. */
  readonly isPunchShaped: boolean;
}

const TAB = 9;

/** Splits a line at TABs: `[pin, time, …]`, the empty column behind a trailing TAB dropped (§3.3). */
function splitColumns({ bytes, text }: Source, start: number, end: number): string[] {
  const columns: string[] = [];
  let from = start;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== TAB) continue;
    columns.push(text.slice(from, i));
    from = i + 1;
    if (columns.length === COLUMNS_LIMIT) return columns;
  }
  if (from < end || columns.length === 0) columns.push(text.slice(from, end));
  return columns;
}

const EPOCH_SECONDS = /^\d{10}$/;
const PREFIX = /^ATTLOG$/i;

/** The tolerated forms (§3.3): a type word, an extra id in front, key=value, columns joined by blanks. */
function normaliseColumns(columns: readonly string[]): readonly string[] {
  const [first = '', second = '', third = ''] = columns;
  if (looksLikeTime(second)) return columns;
  if (PREFIX.test(first)) return normaliseColumns(columns.slice(1));
  if (looksLikeTime(third)) return columns.slice(1);
  if (first.includes('=')) return keyedColumns(columns.join('\t')) ?? columns;
  return columns.length === 1 ? blankColumns(first) : columns;
}

function keyedColumns(line: string): readonly string[] | undefined {
  const fields = readFields(line.replace(/^ATTLOG[ \t]/i, ''));
  if (fields === undefined || fields === 'too-wide') return undefined;
  const time = fields.get('time') ?? fields.get('datetime') ?? fields.get('checktime');
  if (time === undefined) return undefined;
  const tail = ['status', 'verify', 'workcode'].map((name) => fields.get(name) ?? '');
  while (tail.at(-1) === '') tail.pop();
  return [fields.get('pin') ?? '', time, ...tail];
}

/** `1004 2026-03-09 10:20:03 0 1 0`: date and time are two tokens. */
function blankColumns(line: string): readonly string[] {
  const tokens = line.trim().split(/ +/, COLUMNS_LIMIT);
  const start = PREFIX.test(tokens[0] ?? '') ? 1 : 0;
  const [pin = '', date = '', time = '', ...rest] = tokens.slice(start);
  return looksLikeTime(`${date} ${time}`) ? [pin, `${date} ${time}`, ...rest] : [line];
}

/** Why no person can have such an id; a PIN is kept verbatim otherwise, blanks and letters too. */
export function pinProblem(pin: string): RowProblem | undefined {
  if (pin.trim() === '') return { reason: 'ZK_PIN_MISSING', detail: 'the PIN is empty', isPunchShaped: true };
  if (pin.length > 64) {
    return { reason: 'ZK_PIN_IMPOSSIBLE', detail: `the PIN has ${pin.length} characters`, isPunchShaped: true };
  }
  for (let i = 0; i < pin.length; i++) {
    if (pin.charCodeAt(i) < 32 || pin.charCodeAt(i) === 127) {
      return { reason: 'ZK_PIN_IMPOSSIBLE', detail: 'the PIN holds a control character', isPunchShaped: true };
    }
  }
  return undefined;
}

interface WhenRead extends LocatedInstant {
  readonly clock: Clock;
}

function whenOf(clock: Clock, into: Collector): WhenRead {
  const { instant, certainty } = into.locate(clock);
  return { clock, instant, certainty };
}

/** Wall time and instant; an epoch in place of the time (one source) carries its own instant. */
function readWhen(text: string, into: Collector): WhenRead | undefined {
  const wallTime = readWallTime(text);
  if (wallTime) return whenOf(clockOf(wallTime), into);
  if (!EPOCH_SECONDS.test(text)) return undefined;
  const instant = Number(text) * 1000;
  return { clock: clockOf(toLocal(instant, into.zone)), instant, certainty: 'exact' };
}

/** The second column, which starts at `at`, in its usual form; undefined where it has another. */
function usualWhen({ bytes }: Source, at: number, end: number, text: string, into: Collector): WhenRead | undefined {
  const behind = at + CLOCK_LENGTH;
  if (behind > end || (behind < end && bytes[behind] !== TAB)) return undefined;
  const clock = clockAt(bytes, at, text);
  return clock && whenOf(clock, into);
}

const ATT_DIRECTIONS: readonly Direction[] = ['IN', 'OUT', 'OUT', 'IN', 'IN', 'OUT'];

/** 0–5 as the attendance documents say; TFT gives 2–5 other meanings, so only 0 and 1 are believed there (§3.3). */
function directionOf(state: number | undefined, dialect: Dialect): Direction | undefined {
  if (state === undefined || (dialect === 'TFT' && state > 1)) return undefined;
  return ATT_DIRECTIONS[state];
}

const NO_EXTRA: JsonObject = Object.freeze({});
/** 0, empty and absent all say that there is none (§3.3). */
const NO_CODE = '0';
const orUndefined = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** An unknown card at an old unit arrives as a punch whose PIN is the card number (§3.3 "Known junk", C26). */
const isUnregisteredCard = (columns: readonly string[]): boolean =>
  columns[3] === '3' && columns[5] === '255' && columns[4] === columns[0];

function flagsOf(
  into: Collector,
  when: WhenRead,
  columns: readonly string[],
  variant: Variant | undefined,
): PunchFlag[] {
  const { clock, instant, certainty } = when;
  const flags = clockFlags({ wallTime: clock.local, instant, certainty }, into.ctx.now, OLDEST_YEAR);
  if (isUnregisteredCard(columns)) flags.push('unregistered-card');
  if (variant?.extra['idType'] === 1) flags.push('verification-only');
  return flags;
}

/** Interpreted columns, and columns 5 and up as sent where they say anything but 0. */
function extraOf(columns: readonly string[], variant: Variant | undefined, state: number | undefined): JsonObject {
  const isPlain = columns.length <= 7 && isZero(columns[5]) && isZero(columns[6]);
  const hasOddState = state === undefined && (columns[2] ?? '') !== '';
  if (isPlain && !variant && !hasOddState) return NO_EXTRA;
  const extra: Record<string, JsonObject[string]> = { ...variant?.extra };
  if (!isPlain) extra['columns'] = columns.slice(5).map(textOf);
  if (hasOddState) extra['stateText'] = textOf(columns[2] ?? '');
  return extra;
}
const isZero = (column: string | undefined): boolean => column === undefined || column === '' || column === '0';

/**
 * Reads one punch line, between two offsets of the body.
 * Shape:    `PIN ␉ time ␉ state ␉ verify ␉ work code ␉ reserved ␉ reserved [␉ variant columns]`; two columns are enough.
 * Identity: serial number, PIN, wall time, state, verify, work code; an empty column counts as an absent one, and no work code as 0.
 * Errors:   a `RowProblem`, never an exception. State 255 makes no claim.
 * Source:   protocols/zkteco-push.md §3.3.
 */
export function readAttlogRow(
  into: Collector,
  line: Source,
  start: number,
  end: number,
  raw: Uint8Array,
): Punch | RowProblem {
  let columns: readonly string[] = splitColumns(line, start, end);
  const [first = '', second = ''] = columns;
  let when = usualWhen(line, start + first.length + 1, end, second, into);
  if (!when) {
    columns = normaliseColumns(columns);
    when = readWhen(columns[1] ?? '', into);
    if (!when) return timeProblem(columns);
  }
  const pin = line.isAscii ? (columns[0] ?? '') : textOf(columns[0] ?? '');
  return pinProblem(pin) ?? punchOf(into, columns, pin, when, raw);
}

function timeProblem(columns: readonly string[]): RowProblem {
  if (columns.length < 2) {
    return { reason: 'ZK_LINE_SHAPELESS', detail: 'a punch needs a PIN and a time', isPunchShaped: false };
  }
  const isPunchShaped = looksLikeTime(columns[1] ?? '');
  return { reason: 'ZK_TIME_IMPOSSIBLE', detail: 'the time of the punch does not exist', isPunchShaped };
}

function punchOf(into: Collector, columns: readonly string[], pin: string, when: WhenRead, raw: Uint8Array): Punch {
  const variant = columns.length > 7 ? variantColumns(columns, into) : undefined;
  const { clock } = when;
  const located: WhenRead = variant?.zone === undefined ? when : { clock, ...toInstant(clock.local, variant.zone) };
  const state = readState(columns[2]);
  const verifyMode = orUndefined(columns[3]);
  const workCode = columns[4];
  const { serialNumber } = into.ctx.terminal;
  return {
    id: punchIdOf(
      serialNumber,
      [pin, clock.local, state ?? orUndefined(columns[2]), verifyMode, orUndefined(workCode) ?? NO_CODE],
      clock,
    ),
    serialNumber,
    brand: 'zkteco',
    pin: asPin(pin),
    wallTime: clock.local,
    zone: variant?.zone ?? into.zone,
    instant: located.instant,
    certainty: located.certainty,
    state,
    verifyMode: verifyMode === undefined ? undefined : textOf(verifyMode),
    workCode: workCode === undefined ? undefined : textOf(workCode),
    claimedDirection: directionOf(state, into.dialect),
    flags: flagsOf(into, located, columns, variant),
    extra: extraOf(columns, variant, state),
    raw,
  };
}

/** 0–255; anything else is no state. */
function readState(text: string | undefined): number | undefined {
  const state = readCount(text);
  return state !== undefined && state <= 255 ? state : undefined;
}
