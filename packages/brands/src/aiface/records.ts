import { asPin, clockFlags, punchIdOf, toInstant, type JsonObject, type LocalTime } from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import { decodeBase64 } from './base64.ts';
import { LIVE_SECONDS, OLDEST_YEAR, STRANGER, SYSTEM_ALERTS, SYSTEM_EVENTS } from './codes.ts';
import { asMessage, park, type Findings } from './findings.ts';
import { enrollIdOf, fieldsOf, integerOf, textOf, type Fields } from './message.ts';
import { directionOf, verifyOf } from './modes.ts';
import { readWallTime } from './wall-time.ts';

export interface RowContext extends DecodeContext {
  /** `sendlog`, `getalllog`, `getnewlog`. */
  readonly operation: string;
}

interface Row {
  readonly fields: Fields;
  readonly enrollId: string;
  readonly wallTime: LocalTime;
  readonly mode: number | undefined;
  readonly inout: number | undefined;
  readonly event: number | undefined;
  /** The record without its picture. */
  readonly raw: Uint8Array;
}

export const withoutImage = ({ image: _, ...rest }: Fields): Fields => rest;

/**
 * Takes records of a push or a page: each becomes a punch, an event of the door, or a parked record; never nothing.
 * Identity of a punch: terminal, person, wall time, inout and event. `mode` is no part of it, as push and pull number it
 * differently (protocols/aiface-websocket.md §9; C7, C7a, C10–C13, C29).
 */
export function takeRows(rows: readonly unknown[], ctx: RowContext, found: Findings): void {
  for (const row of rows) takeRow(row, ctx, found);
}

function takeRow(value: unknown, ctx: RowContext, found: Findings): void {
  const fields = fieldsOf(value);
  const parkRow = (reason: Parameters<typeof park>[1], detail: string): void =>
    // in the form of a push, so that it can be read again by itself
    park(found, reason, detail, ctx.operation, asMessage('sendlog', { count: 1, record: [value] }));
  if (!fields) return parkRow('AI_RECORD_UNREADABLE', 'one of the records is no object');
  const enrollId = enrollIdOf(fields['enrollid']);
  if (enrollId === undefined) return parkRow('AI_RECORD_WITHOUT_USER', 'the record names no user');
  const wallTime = readWallTime(fields['time']);
  if (wallTime === undefined) {
    const shown = (textOf(fields['time']) ?? '').slice(0, 40);
    return parkRow('AI_RECORD_TIME', `the time "${shown}" does not exist`);
  }
  const [mode, inout, event] = [integerOf(fields['mode']), integerOf(fields['inout']), integerOf(fields['event'])];
  const raw = Buffer.from(JSON.stringify(withoutImage(fields)));
  const read: Row = { fields, enrollId, wallTime, mode, inout, event, raw };
  if (enrollId === '0' || isStranger(read)) addOperation(read, found);
  else addPunch(read, ctx, found);
}

const isStranger = ({ enrollId, event }: Row): boolean => enrollId === STRANGER && event === 2;

const keyOf = ({ enrollId, wallTime, inout, event }: Row): readonly (string | number)[] => [
  enrollId,
  wallTime,
  inout ?? 0,
  event ?? 0,
];

/** Records of nobody: the door, alarms, strangers. Never attendance (§4.6). */
function addOperation(row: Row, found: Findings): void {
  const event = row.event ?? 0;
  const isDoor = row.enrollId === '0';
  found.events.push({
    kind: 'operation',
    operation: {
      source: isDoor ? 'door' : 'stranger',
      code: String(event),
      wallTime: row.wallTime,
      isAlert: isDoor && SYSTEM_ALERTS.has(event),
      details: {
        meaning: isDoor ? (SYSTEM_EVENTS[event] ?? 'unknown') : 'not recognised',
        inout: row.inout ?? null,
        mode: row.mode ?? null,
      },
      key: keyOf(row),
    },
  });
}

function addPunch(row: Row, ctx: RowContext, found: Findings): void {
  const { terminal, now, operation } = ctx;
  const zone = terminal.zone ?? 'UTC';
  const at = { wallTime: row.wallTime, ...toInstant(row.wallTime, zone) };
  const pin = asPin(pinOf(row, terminal.options));
  found.events.push({
    kind: 'punch',
    punch: {
      id: punchIdOf(terminal.serialNumber, keyOf(row), row.wallTime),
      serialNumber: terminal.serialNumber,
      brand: 'aiface',
      pin,
      ...at,
      zone,
      state: row.inout,
      verifyMode: row.mode === undefined ? undefined : String(row.mode),
      workCode: (row.event ?? 0) > 0 ? String(row.event) : undefined,
      claimedDirection: directionOf(row.inout, terminal),
      flags: clockFlags(at, now, OLDEST_YEAR),
      extra: extraOf(row, ctx),
      raw: row.raw,
    },
  });
  const image = terminal.options?.['keepLogPhotos'] === true ? decodeBase64(row.fields['image']) : undefined;
  if (!image || operation !== 'sendlog') return; // a biometric that nobody asked for is not kept (§11)
  const photo = { kind: 'attendance', pin, wallTime: row.wallTime, fileName: '', declaredSize: undefined } as const;
  found.events.push({ kind: 'photo', photo: { ...photo, data: image } });
}

/** `aliasid`, an employee's code as text, only where the site chose it (§4.8). */
function pinOf({ fields, enrollId }: Row, options: JsonObject | undefined): string {
  const alias = options?.['pinField'] === 'aliasid' ? (textOf(fields['aliasid']) ?? '') : '';
  return alias === '' ? enrollId : alias.slice(0, 64);
}

function extraOf({ fields, mode, enrollId }: Row, { terminal, operation }: RowContext): JsonObject {
  const spelt = textOf(fields['enrollid']);
  const temperature = Number(fields['temp'] ?? 0);
  const verifyMode = integerOf(fields['verifymode']);
  const isQr = verifyMode === 13;
  return {
    verify: isQr ? 'qr' : verifyOf(mode, terminal, operation !== 'sendlog'),
    ...(spelt === enrollId ? {} : { enrollid: spelt ?? '' }),
    ...(verifyMode === undefined || verifyMode === 0 ? {} : { verifymode: verifyMode }),
    ...(Number.isFinite(temperature) && temperature > 0 ? { temperature } : {}),
    ...(operation === 'sendlog' ? {} : { isPulled: true }),
    ...(terminal.profile['isClockSuspect'] === true ? { isClockSuspect: true } : {}),
  };
}

/**
 * What to say about the door, where the terminal waits for it: only a single record of this minute opens, and only where the
 * site asked us to judge (`access`: `all` or a list of PINs). Undefined: nothing is said (§5.2, C14).
 */
export function accessOf(rows: readonly unknown[], found: Findings, ctx: DecodeContext): 0 | 1 | undefined {
  const rule = ctx.terminal.options?.['access'];
  if (rule === undefined) return undefined;
  const [event] = found.events;
  if (rows.length !== 1 || event?.kind !== 'punch') return 0;
  const { instant, pin } = event.punch;
  const isLive = Math.abs(ctx.now - instant) <= LIVE_SECONDS * 1000;
  const isAllowed = rule === 'all' || (Array.isArray(rule) && rule.includes(pin));
  return isLive && isAllowed ? 1 : 0;
}
