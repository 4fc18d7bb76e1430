import type { Pin, PunchId, SerialNumber } from './ids.ts';
import type { JsonObject } from './json.ts';
import { yearOf, type Instant, type InstantCertainty, type LocalTime, type ZoneName } from './time.ts';

export type Direction = 'IN' | 'OUT';

/** Why a punch needs a second look. Each flag has a line in docs/punches.md. */
export type PunchFlag =
  | 'clock-implausible' // the terminal's clock cannot have been right: kept, parked, never delivered by itself
  | 'clock-ahead' // more than five minutes in the future when it arrived: delivered, and shown
  | 'unregistered-card' // an unknown card number in the PIN column: parked
  | 'verification-only' // an identity check that is no attendance: kept, not delivered
  | 'time-ambiguous' // the wall time happened twice that night: the first is taken
  | 'time-skipped'; // the wall time never happened that night

/** One attendance event as the terminal reported it. Never edited once stored. */
export interface Punch {
  readonly id: PunchId;
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly pin: Pin;
  /** What the terminal's clock showed. */
  readonly wallTime: LocalTime;
  /** The zone that gave the instant: the terminal's, or an offset that the record itself carried. */
  readonly zone: ZoneName;
  readonly instant: Instant;
  readonly certainty: InstantCertainty;
  /** The state code that the terminal claims (in, out, break …), raw. */
  readonly state: number | undefined;
  /** The verify code as sent: `15`, or text where the brand uses text. */
  readonly verifyMode: string | undefined;
  readonly workCode: string | undefined;
  /** What the state code means where the brand's document says so; the policy decides whether it counts. */
  readonly claimedDirection: Direction | undefined;
  readonly flags: readonly PunchFlag[];
  /** Interpreted extra columns: temperature, mask, record number, coordinates … */
  readonly extra: JsonObject;
  /** The bytes of this one record, without photos. */
  readonly raw: Uint8Array;
}

const FUTURE_TOLERANCE_MS = 5 * 60_000;
const IMPLAUSIBLE_FUTURE_MS = 24 * 3_600_000;

/** Flags that follow from the time alone. `oldestYear` is the first year in which a clock of this brand is believed. */
export function clockFlags(
  at: { readonly wallTime: LocalTime; readonly instant: Instant; readonly certainty: InstantCertainty },
  now: Instant,
  oldestYear: number,
): PunchFlag[] {
  const flags: PunchFlag[] = [];
  const ahead = at.instant - now;
  if (yearOf(at.wallTime) < oldestYear || ahead > IMPLAUSIBLE_FUTURE_MS) flags.push('clock-implausible');
  else if (ahead > FUTURE_TOLERANCE_MS) flags.push('clock-ahead');
  if (at.certainty === 'ambiguous') flags.push('time-ambiguous');
  if (at.certainty === 'skipped') flags.push('time-skipped');
  return flags;
}
