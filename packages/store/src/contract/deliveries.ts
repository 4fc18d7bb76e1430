import type {
  Direction,
  Instant,
  JsonObject,
  LocalTime,
  Pin,
  Punch,
  PunchId,
  SerialNumber,
  TerminalRole,
} from '@biolistener/core';

/** An ERPNext site that check-ins go to. Which punch it has is recorded per target (design.md §4.5). */
export interface Target {
  readonly id: string;
  readonly kind: 'erpnext' | 'sandbox';
  readonly url: string;
  readonly label: string;
  /** What the connect self-test found: zone, custom field, versions, permlevel … */
  readonly capabilities: JsonObject;
  readonly isActive: boolean;
}

/**
 * waiting: not in the queue yet (or to be tried again at `nextAt`). queued: an id of it is in Redis.
 * done: the site has it. parked: needs a person or a cause to go away. skipped: was never meant to go.
 */
export type DeliveryState = 'waiting' | 'queued' | 'done' | 'parked' | 'skipped';

export type ParkReason =
  | 'unknown-pin'
  | 'ambiguous-pin'
  | 'inactive-employee'
  | 'refused'
  | 'clock-implausible'
  | 'unregistered-card'
  | 'internal';

export interface Delivery {
  readonly targetId: string;
  readonly punchId: PunchId;
  readonly state: DeliveryState;
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly employee: string | undefined;
  /** Decided once, stored, then sent; `''` is the decision for none. */
  readonly logType: Direction | '' | undefined;
  readonly logTypeSource: string | undefined;
  readonly checkin: string | undefined;
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly queuedAt: Instant | undefined;
  readonly nextAt: Instant;
  readonly doneAt: Instant | undefined;
}

/** A delivery with what the worker needs to make it. */
export interface DeliveryJob extends Delivery {
  readonly punch: Punch;
  readonly correlationId: string;
  readonly receivedAt: Instant;
  readonly terminal: {
    readonly serialNumber: SerialNumber;
    readonly name: string | undefined;
    readonly role: TerminalRole;
    readonly place: string | undefined;
    /** What a person wants as device_id; absent: by the template of the settings. */
    readonly deviceId?: string;
    readonly stateMap: Readonly<Record<string, Direction | 'none'>>;
  };
}

export interface Attempt {
  readonly at: Instant;
  readonly ms: number;
  readonly outcome: 'created' | 'duplicate' | 'found' | 'parked' | 'transient' | 'dropped';
  readonly status: number | undefined;
  readonly detail: string;
}

export interface DeliveredUpTo {
  /** One millisecond before the oldest punch that is undone (waiting, queued, parked or not fanned out). */
  readonly instant: Instant;
  /** Parked ones that are no longer waited for. */
  readonly passedOver: number;
}

export interface ParkedPin {
  readonly pin: Pin;
  /** Of its earliest punch, by the clock of the terminal. */
  readonly since: LocalTime;
}

export interface DeliveryStore {
  upsertTarget(target: Omit<Target, 'capabilities'> & { readonly capabilities?: JsonObject }): Promise<Target>;
  listTargets(): Promise<Target[]>;
  /**
   * Makes deliveries for punches that this target does not have yet, in the order in which they were stored.
   * Flags decide the first state: clock-implausible and unregistered-card are parked, verification-only is skipped.
   */
  fanOut(targetId: string, limit: number, now: Instant): Promise<number>;
  /** Waiting deliveries that are due, by the instant of their punch. */
  dueDeliveries(targetId: string, limit: number, now: Instant): Promise<PunchId[]>;
  markQueued(targetId: string, ids: readonly PunchId[], now: Instant): Promise<void>;
  /** Queued longer ago than `before`: Redis may have lost them; adding a job again is harmless. */
  staleQueued(targetId: string, before: Instant, limit: number): Promise<PunchId[]>;
  /** After Redis was found empty: everything queued waits again. */
  requeueAll(targetId: string): Promise<number>;

  loadDelivery(targetId: string, punchId: PunchId): Promise<DeliveryJob | undefined>;
  /** Undone deliveries (waiting or queued) of these PINs that are not later than `upTo`, oldest punch first. */
  lane(targetId: string, pins: readonly Pin[], upTo: Instant, limit: number): Promise<DeliveryJob[]>;
  /** The latest decided log type of an employee before an instant, for alternation. */
  lastDecision(
    targetId: string,
    employee: string,
    before: Instant,
  ): Promise<{ readonly instant: Instant; readonly logType: Direction } | undefined>;
  /** The first decision stands; only another employee, and only before the delivery, is decided anew. */
  decide(
    targetId: string,
    punchId: PunchId,
    decision: { readonly employee: string; readonly logType: Direction | ''; readonly source: string },
  ): Promise<void>;

  /**
   * These three record the attempt in any state. What is done stays done; what a person discarded goes on only by
   * finishing. Errors: STORE_NOT_FOUND when there is no such delivery.
   */
  finishDelivery(targetId: string, punchId: PunchId, attempt: Attempt, checkin: string | undefined): Promise<void>;
  parkDelivery(targetId: string, punchId: PunchId, attempt: Attempt, reason: ParkReason): Promise<void>;
  /** Records a failed attempt and when to try again; the delivery waits. */
  postponeDelivery(targetId: string, punchId: PunchId, attempt: Attempt, nextAt: Instant): Promise<void>;
  /**
   * Parked ones back to waiting. What is given must all hold; with nothing given nothing moves. Returns how many. With
   * `actor`, a person asked for it, and that is audited.
   */
  unpark(
    targetId: string,
    which: {
      readonly reasons?: readonly ParkReason[];
      readonly pins?: readonly Pin[];
      readonly punchIds?: readonly PunchId[];
    },
    actor?: string,
  ): Promise<number>;
  /** A person said: never. Audited. */
  discardDelivery(targetId: string, punchId: PunchId, actor: string): Promise<boolean>;
  /** A person said: again, also when done; the site's own uniqueness keeps it single. Audited. Returns how many. */
  replay(targetId: string, ids: readonly PunchId[], actor: string): Promise<number>;

  /** PINs of parked deliveries with this reason, longest parked first. */
  parkedPins(targetId: string, reason: ParkReason, limit: number): Promise<ParkedPin[]>;
  listDeliveries(punchId: PunchId): Promise<Delivery[]>;
  listAttempts(targetId: string, punchId: PunchId): Promise<Attempt[]>;
  deliveryCounts(targetId: string): Promise<
    Readonly<Record<DeliveryState, number>> & {
      readonly oldestUndoneAt: Instant | undefined;
      readonly notFannedOut: number;
    }
  >;
  /**
   * For each of these terminals: up to when everything that it sent is done or skipped; with nothing undone, up to its last
   * contact. Parked ones count only while they were first parked after `parkedSince`, and those of inactive employees or
   * flagged clock-implausible not at all; a terminal that was never heard of is left out.
   */
  deliveredUpTo(
    targetId: string,
    serialNumbers: readonly SerialNumber[],
    parkedSince: Instant,
  ): Promise<ReadonlyMap<SerialNumber, DeliveredUpTo>>;
}
