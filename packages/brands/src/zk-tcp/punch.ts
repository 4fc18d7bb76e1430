import {
  asPin,
  clockFlags,
  punchIdOf,
  toInstant,
  type Direction,
  type JsonObject,
  type LocalTime,
  type Punch,
  type PunchId,
  type SerialNumber,
} from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import type { AttendanceRecord } from './attendance-record.ts';
import type { ZkTcpReason } from './errors.ts';

/** As for push: clocks are not believed before this year. */
const OLDEST_YEAR = 2010;
const NOTHING: JsonObject = Object.freeze({});
const DIRECTIONS: readonly Direction[] = ['IN', 'OUT', 'OUT', 'IN', 'IN', 'OUT'];

export interface Unreadable {
  readonly reason: ZkTcpReason;
  readonly detail: string;
}

/** 0 to 5 mean what §5.3 says, except on colour units, which give 2 to 5 other meanings: as push reads them. */
function directionOf(state: number, { profile }: DecodeContext['terminal']): Direction | undefined {
  const platform = profile['platform'];
  const isColour = typeof platform === 'string' && platform.includes('TFT');
  return isColour && state > 1 ? undefined : DIRECTIONS[state];
}

/** `swapVerifyState`: documents disagree on the order in 16-byte records (§5.3); the site that saw it wrong turns it. */
function codesOf({ verify, state, raw }: AttendanceRecord, { options }: DecodeContext['terminal']): [number, number] {
  return raw.length === 16 && options?.['swapVerifyState'] === true ? [state, verify] : [verify, state];
}

/** As push writes it. */
const NO_CODE = 0;
const NOBODYS_ID = /^0*$/;

function problemOf({ userId, uid, wallTime }: AttendanceRecord): Unreadable | undefined {
  if (uid !== undefined && (userId ?? '') === '')
    return { reason: 'ZKT_USER_UNKNOWN', detail: `slot ${uid} belongs to nobody` };
  if (NOBODYS_ID.test(userId ?? '') || /[\x00-\x1f\x7f]/.test(userId ?? ''))
    return { reason: 'ZKT_PIN_IMPOSSIBLE', detail: 'nobody can have the user id of the record' };
  if (wallTime === undefined) return { reason: 'ZKT_TIME_IMPOSSIBLE', detail: 'the time of the record does not exist' };
  return undefined;
}

/**
 * Whom a record names, for its identity: the slot where it has nothing else. Who has the slot may be another one by the next read,
 * and the record is the same (§5.3).
 */
const namedIn = ({ uid, userId }: AttendanceRecord): string | undefined => (uid === undefined ? userId : `uid:${uid}`);

/** What a record is known by, whoever it is of. */
export const identityOf = (record: AttendanceRecord, wallTime: LocalTime, serialNumber: SerialNumber): PunchId =>
  punchIdOf(
    serialNumber,
    [namedIn(record), wallTime, record.state, String(record.verify), String(record.workCode ?? NO_CODE)],
    wallTime,
  );

/**
 * A record as a punch. Its identity is that of the same punch when the terminal pushes it: user id, wall time, state, verify and
 * work code, which push wants in it (protocols/zkteco-push.md §3.1) and writes as 0 where there is none. So a pull brings what push
 * missed, and nothing twice, except where push knows a code that the record does not tell. State and verify are in it as the
 * record has them: what an option makes of them is meaning alone.
 * Source: protocols/zk-tcp.md §5.5; docs/pull.md#one-punch-two-ways.
 */
export function punchOf(record: AttendanceRecord, ctx: DecodeContext): Punch | Unreadable {
  const problem = problemOf(record);
  if (problem) return problem;
  const pin = record.userId ?? '';
  const wallTime = record.wallTime as LocalTime; // problemOf refuses records without one
  const zone = ctx.terminal.zone ?? 'UTC';
  const [verify, state] = codesOf(record, ctx.terminal);
  const at = toInstant(wallTime, zone);
  return {
    id: identityOf(record, wallTime, ctx.terminal.serialNumber),
    serialNumber: ctx.terminal.serialNumber,
    brand: 'zk-tcp',
    pin: asPin(pin),
    wallTime,
    zone,
    instant: at.instant,
    certainty: at.certainty,
    state,
    verifyMode: String(verify),
    workCode: record.workCode === undefined ? undefined : String(record.workCode),
    claimedDirection: directionOf(state, ctx.terminal),
    flags: clockFlags({ wallTime, ...at }, ctx.now, OLDEST_YEAR),
    extra: NOTHING,
    raw: record.raw,
  };
}
