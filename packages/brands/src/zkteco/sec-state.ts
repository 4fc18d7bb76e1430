import type { Json, JsonObject, LocalTime } from '@biolistener/core';
import { emitOperation, park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { DOOR_ALARMS } from './sec-codes.ts';
import { readWallTime } from './wall-time.ts';

/** `unknown`: there is no sensor. */
type Leaf = 'open' | 'closed' | 'unknown';
const LEAVES: readonly Leaf[] = ['unknown', 'closed', 'open', 'unknown'];

interface DoorState {
  readonly leaf: Leaf;
  readonly isReleased: boolean;
  readonly alarms: readonly string[];
}

const HEX = /^(?:[0-9A-Fa-f]{2}){0,64}$/;

/** Two hex digits are one byte; the first byte is of the lowest doors. */
const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Doors as the terminal counts them, or as many as its texts speak of. */
function doorsOf(sensor: Buffer, relay: Buffer, alarm: Buffer, profile: JsonObject): DoorState[] {
  const options = profile['options'];
  const said =
    typeof options === 'object' && options !== null ? Number((options as JsonObject)['LockCount']) : Number.NaN;
  const spoken = Math.max(sensor.length * 4, alarm.length);
  const count = Number.isInteger(said) && said > 0 ? Math.min(said, spoken) : spoken;
  return Array.from({ length: count }, (_, door) => {
    const alarms = alarm[door] ?? 0;
    return {
      leaf: LEAVES[((sensor[door >> 2] ?? 0) >> ((door & 3) * 2)) & 3] ?? 'unknown',
      isReleased: (((relay[door >> 3] ?? 0) >> (door & 7)) & 1) === 1,
      alarms: DOOR_ALARMS.filter((__, bit) => ((alarms >> bit) & 1) === 1),
    };
  });
}

/** What was told of a door before; nothing, when it was never told. */
function before(profile: JsonObject, door: string): { readonly leaf?: Json; readonly alarms: readonly Json[] } {
  const doors = profile['doors'];
  const known = typeof doors === 'object' && doors !== null ? (doors as JsonObject)[door] : undefined;
  if (typeof known !== 'object' || known === null || Array.isArray(known)) return { alarms: [] };
  const { leaf, alarms } = known as JsonObject; // not an array, by the line above
  return { ...(leaf === undefined ? {} : { leaf }), alarms: Array.isArray(alarms) ? (alarms as readonly Json[]) : [] };
}

const isTold = ({ leaf, isReleased, alarms }: DoorState): boolean =>
  leaf !== 'unknown' || isReleased || alarms.length > 0;

/**
 * Reads `time= sensor= relay= alarm=`, which comes every half minute: the last state stays in the profile (`doors`), and only what
 * changed is told: an alarm that was not on, a door that moved. Answers the terminal's clock.
 * Source: protocols/zkteco-push.md §3.10, C60.
 */
export function readState(into: Collector, fields: Fields, raw: Uint8Array): LocalTime | undefined {
  const said = (key: string): string => (fields.get(key) ?? '').trim();
  const wallTime = readWallTime(said('time'));
  const texts = [said('sensor'), said('relay'), said('alarm')] as const;
  if (texts.some((text) => !HEX.test(text))) {
    park(into, 'ZK_FIELD_MISSING', 'the state of the doors is not written in hex digits', raw, false);
    return wallTime;
  }
  const [sensor, relay, alarm] = [bytesOf(texts[0]), bytesOf(texts[1]), bytesOf(texts[2])];
  const profile = { ...into.ctx.terminal.profile, ...into.profile };
  const doors: Record<string, JsonObject> = {};
  for (const [at, state] of doorsOf(sensor, relay, alarm, profile).entries()) {
    const door = String(at + 1);
    tellChanges(into, door, state, before(profile, door), wallTime);
    if (isTold(state)) doors[door] = { leaf: state.leaf, isReleased: state.isReleased, alarms: [...state.alarms] };
  }
  if (JSON.stringify(doors) !== JSON.stringify(profile['doors'])) into.profile['doors'] = doors;
  return wallTime;
}

function tellChanges(
  into: Collector,
  door: string,
  state: DoorState,
  known: ReturnType<typeof before>,
  wallTime: LocalTime | undefined,
): void {
  const tell = (code: string, isAlert: boolean): void =>
    emitOperation(into, {
      source: 'door',
      code,
      wallTime,
      isAlert,
      details: { door: Number(door) },
      key: ['door', door, code, wallTime],
    });
  for (const alarm of state.alarms) if (!known.alarms.includes(alarm)) tell(alarm, true);
  if (known.leaf !== undefined && known.leaf !== state.leaf && state.leaf !== 'unknown') tell(state.leaf, false);
}
