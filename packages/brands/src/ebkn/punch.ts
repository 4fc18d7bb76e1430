import { clockFlags, punchIdOf, toInstant, type JsonObject, type Pin, type Punch } from '@biolistener/core';
import { DOOR_ALERTS, DOOR_EVENTS, OLDEST_YEAR, REQUEST } from './codes.ts';
import { dataLibOf, type DataLib } from './data-lib.ts';
import { textOf } from './fields.ts';
import { learnPadding, libNameOf, normalUserId, park, pinOf, userIdOf, zoneOf, type Message } from './findings.ts';
import { readIoTime } from './io-time.ts';
import { modeKey, rawMode, readIoMode, readVerifyMode, type IoReading } from './modes.ts';

/** One attendance record of either form: real-time JSON, or a binary record turned into the same words. */
export interface GlogRecord {
  readonly userId: unknown;
  readonly ioTime: unknown;
  readonly verifyMode: unknown;
  readonly ioMode: unknown;
  readonly workCode: unknown;
  readonly extra: JsonObject;
  /** The bytes of this one record, without pictures. */
  readonly raw: Uint8Array;
  /** The library of this record, where it is not the message's. */
  readonly lib?: DataLib;
}

/** What a picture that came along needs to know. */
export interface Placed {
  readonly pin: Pin | undefined;
  readonly wallTime: Punch['wallTime'];
}

/**
 * Takes one attendance record: a punch, a device event for user 0, or a parked record; never nothing.
 * Identity: terminal, user, time, verify mode and I/O mode (§4.6), with the numbers unsigned and leading zeros off the
 * user, so that the record of a batch and the message of real time are one punch.
 * Source: protocols/ebkn-fkweb.md §4.2; cases A01–A10, R01–R06.
 */
export function takeGlog(record: GlogRecord, message: Message): Placed | undefined {
  const { ctx, found, request } = message;
  const userId = userIdOf(textOf(record.userId));
  // a single record is put aside whole, for a replay; one of many by itself, which never holds a picture
  const reject = request.requestCode === REQUEST.punch ? undefined : record.raw;
  const isSensitive = reject === undefined && (message.frame.binaries.length > 0 || record.raw !== message.frame.text);
  if (userId === undefined) {
    park(message, 'EB_RECORD_WITHOUT_USER', 'the record names no user', reject, isSensitive);
    return undefined;
  }
  const wallTime = readIoTime(textOf(record.ioTime));
  if (wallTime === undefined) {
    const shown = (textOf(record.ioTime) ?? '').slice(0, 40);
    park(message, 'EB_RECORD_TIME', `the time "${shown}" does not exist`, reject, isSensitive);
    return undefined;
  }
  const lib = record.lib ?? dataLibOf(libNameOf(message));
  const io = readIoMode(record.ioMode, lib);
  const key = [normalUserId(userId), wallTime, modeKey(record.verifyMode), modeKey(record.ioMode)];
  if (normalUserId(userId) === '0') {
    addDoorEvent(record, message, io, wallTime, key);
    return { pin: undefined, wallTime };
  }
  learnPadding(userId, found);
  const pin = pinOf(userId, ctx);
  const zone = zoneOf(ctx);
  const at = { wallTime, ...toInstant(wallTime, zone) };
  const workCode = textOf(record.workCode)?.trim();
  found.events.push({
    kind: 'punch',
    punch: {
      id: punchIdOf(ctx.terminal.serialNumber, key, wallTime),
      serialNumber: ctx.terminal.serialNumber,
      brand: 'ebkn',
      pin,
      ...at,
      zone,
      state: io.statusKey,
      verifyMode: rawMode(record.verifyMode),
      workCode: workCode === '' || workCode === '0' ? undefined : workCode,
      claimedDirection: io.direction,
      flags: clockFlags(at, ctx.now, OLDEST_YEAR),
      extra: { deviceUserId: userId, ...describeModes(record, message, lib, io), ...record.extra },
      raw: record.raw,
    },
  });
  if (DOOR_ALERTS.has(io.eventCode)) addDoorEvent(record, message, io, wallTime, key);
  return { pin, wallTime };
}

function describeModes(record: GlogRecord, message: Message, lib: DataLib | undefined, io: IoReading): JsonObject {
  const verify = readVerifyMode(record.verifyMode, lib);
  const ioMode = rawMode(record.ioMode);
  const name = libNameOf(message);
  return {
    verify: verify.label,
    verifyKinds: verify.kinds,
    ...(verify.isGuessed ? { isVerifyGuessed: true } : {}),
    ...(ioMode === undefined ? {} : { ioMode }),
    ...(io.eventCode === 0 ? {} : { eventCode: io.eventCode }),
    ...(io.text === undefined ? {} : { ioText: io.text }),
    ...(name === undefined ? {} : { dataLib: name }),
  };
}

/** A door or alarm event: user 0 stands for nobody (§4.2); an alarm of somebody is told beside the punch. */
function addDoorEvent(
  record: GlogRecord,
  message: Message,
  io: IoReading,
  wallTime: Punch['wallTime'],
  key: readonly string[],
): void {
  const meaning = DOOR_EVENTS.get(io.eventCode);
  const verifyMode = rawMode(record.verifyMode);
  message.found.events.push({
    kind: 'operation',
    operation: {
      source: 'event',
      code: String(io.eventCode),
      wallTime,
      isAlert: DOOR_ALERTS.has(io.eventCode),
      details: {
        userId: key[0] ?? '',
        ...(meaning === undefined ? {} : { meaning }),
        ...(verifyMode === undefined ? {} : { verifyMode }),
        ioMode: rawMode(record.ioMode) ?? '',
      },
      key: ['event', ...key],
    },
  });
}
