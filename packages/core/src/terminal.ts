import type { SerialNumber } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Direction } from './punch.ts';
import type { Instant, ZoneName } from './time.ts';

/** pending: nobody approved it, its records are quarantined. blocked: somebody said no. */
export type TerminalStatus = 'pending' | 'approved' | 'blocked';
/** Which way people pass here; `both` says nothing about a single punch. */
export type TerminalRole = 'in' | 'out' | 'both';

/** What people decide about a terminal. */
export interface TerminalSettings {
  readonly name?: string;
  /** IANA zone of the wall that it hangs on. An approved terminal has one. */
  readonly zone?: ZoneName;
  readonly role?: TerminalRole;
  /** Branch in ERPNext. */
  readonly place?: string;
  /** Terminal's state code → direction, where the site knows better than the document; `none` silences a code. */
  readonly stateMap?: Readonly<Record<string, Direction | 'none'>>;
  /** Brand-specific switches, documented per brand (`verifyTable`, `ackProfile` …). */
  readonly options?: JsonObject;
  /** What its check-ins name as their device, where a person chose it. */
  readonly deviceId?: string;
  /** Nobody is put on it or taken off it, and nothing of it goes to others, until it is switched on again. */
  readonly isSyncOff?: boolean;
}

/** A unit on the wall, by serial number. */
export interface Terminal extends TerminalSettings {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly status: TerminalStatus;
  /** What its own exchanges taught us: dialect, firmware, capabilities, counters. */
  readonly profile: JsonObject;
  /** Upload pointers, verbatim as the terminal issued them, by table. */
  readonly stamps: Readonly<Record<string, string>>;
  readonly firstSeenAt: Instant;
  readonly lastContactAt: Instant;
  readonly lastAddress: string | undefined;
  /** Seconds that its clock is ahead of ours, when last measured. */
  readonly clockDriftSeconds: number | undefined;
  readonly clockMeasuredAt: Instant | undefined;
}
