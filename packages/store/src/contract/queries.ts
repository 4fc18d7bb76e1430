import type { Instant, JsonObject, Pin, Punch, PunchId, SerialNumber } from '@biolistener/core';
import type { Attempt, Delivery } from './deliveries.ts';
import type { Sealed } from './uploads.ts';

export interface PunchFilter {
  readonly serialNumber?: SerialNumber;
  readonly pin?: Pin;
  readonly from?: Instant;
  readonly to?: Instant;
  /** Only punches whose delivery to this target is in one of these states. */
  readonly targetId?: string;
  readonly states?: readonly string[];
  readonly limit: number;
}

export interface StoredPunch extends Punch {
  /** Order of storing. */
  readonly seq: number;
  readonly correlationId: string;
  readonly remoteAddress: string;
  readonly operation: string;
  readonly receivedAt: Instant;
  /** When the commit was made: the moment from which it cannot be lost. */
  readonly storedAt: Instant;
  /** How often the terminal sent the same record again. */
  readonly resends: number;
}

export interface TracedDelivery extends Delivery {
  readonly trail: readonly Attempt[];
}

export interface ParkedItem {
  readonly id: number;
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly reason: string;
  readonly detail: string;
  readonly table: string;
  readonly digest: string;
  readonly size: number;
  readonly isSensitive: boolean;
  readonly request: JsonObject;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly count: number;
  readonly state: 'parked' | 'retry' | 'resolved' | 'discarded';
  /** No bytes once it is resolved or discarded. */
  readonly sealed: Sealed;
}

/** Which parked pieces may hold punches: by the table that they are of, or by why they are parked. */
export interface UnreadKinds {
  readonly tables: readonly string[];
  readonly reasons: readonly string[];
}

export interface Unread {
  /** When the first of those came that are still waited for. */
  readonly oldest: Instant | undefined;
  /** How many are not waited for any longer. */
  readonly passedOver: number;
}

export interface StoreCounts {
  readonly punches: number;
  readonly terminals: { readonly pending: number; readonly approved: number; readonly blocked: number };
  readonly parkedPieces: number;
  readonly quarantined: number;
  readonly templates: number;
  readonly photos: number;
  readonly users: number;
}

export interface QueryStore {
  findPunch(id: PunchId): Promise<StoredPunch | undefined>;
  /** Newest stored first. `prefix` has at least 6 hex digits; anything else finds nothing. */
  findPunchesByPrefix(prefix: string, limit: number): Promise<StoredPunch[]>;
  /** Newest punch first. At most 10,000 at once, as for every listing here: go on with `to`. */
  listPunches(filter: PunchFilter): Promise<StoredPunch[]>;
  /** Punches of a terminal that came first in an upload received after `after`. Walks all of that terminal: not for often. */
  countPunchesSince(serialNumber: SerialNumber, after: Instant): Promise<number>;
  /** When a terminal last brought a punch, new here, that was made between these two, both exclusive. */
  lastArrivalOf(
    serialNumber: SerialNumber,
    made: { readonly after: Instant; readonly before: Instant },
  ): Promise<Instant | undefined>;
  tracePunch(id: PunchId): Promise<TracedDelivery[]>;

  listParked(filter: {
    readonly serialNumber?: SerialNumber;
    readonly state?: ParkedItem['state'];
    readonly limit: number;
  }): Promise<ParkedItem[]>;
  /** What approved terminals sent and nobody has read: requests in quarantine, and these parked pieces. Waited for when it came after `since`. */
  unreadOf(kinds: UnreadKinds, since: Instant): Promise<ReadonlyMap<SerialNumber, Unread>>;
  findParked(id: number): Promise<ParkedItem | undefined>;
  /**
   * `retry` asks the listener to decode it again. `resolved` and `discarded` end it: its bytes are erased, so it cannot go
   * back to the other two. Audited. False when nothing changed.
   */
  setParkedState(id: number, state: ParkedItem['state'], actor: string): Promise<boolean>;

  listOperations(filter: {
    readonly serialNumber?: SerialNumber;
    readonly alertsOnly?: boolean;
    readonly limit: number;
  }): Promise<
    {
      readonly serialNumber: SerialNumber;
      readonly source: string;
      readonly code: string;
      readonly wallTime: string | undefined;
      readonly isAlert: boolean;
      readonly details: JsonObject;
      readonly receivedAt: Instant;
    }[]
  >;
  counts(): Promise<StoreCounts>;
}
