import { randomUUID } from 'node:crypto';
import { asPin, messageOf } from '@biolistener/core';
import {
  pullChanges,
  reconcile,
  refreshOne,
  type DeliverySettings,
  type ErpNextClient,
  type MirrorDeps,
  type MirrorRound,
} from '@biolistener/erpnext';
import { backoffMs } from '@biolistener/queue';
import type { MirroredEmployee, ParkReason, Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from './deps.ts';
import { Periodic } from './periodic.ts';

export interface MirrorStatus {
  /** When the site was last compared, by this process or another. */
  readonly lastAt: number | undefined;
  readonly trouble: string | undefined;
}

export interface MirrorKeeperDeps {
  readonly store: Store;
  readonly client: ErpNextClient;
  readonly targetId: string;
  readonly settings: () => DeliverySettings;
  readonly clock: WorkerClock;
  readonly log: Log;
  /** After each round: parked punches may have been let go. */
  readonly onRound: () => void;
}

/** Reasons that a change of employees can take away. */
const OF_EMPLOYEES: readonly ParkReason[] = ['unknown-pin', 'ambiguous-pin', 'inactive-employee'];
const FAILURE_BACKOFF = { firstMs: 1000, mostMs: 30_000 };

/** Keeps the mirror of employees, and lets punches go whose employee came to be (one process at a time does it). */
export class MirrorKeeper {
  readonly #deps: MirrorKeeperDeps;
  readonly #owner = randomUUID();
  readonly #rounds: Periodic;
  #reconciledAt: number | undefined;
  #idField: string | undefined;
  #failures = 0;
  #status: MirrorStatus = { lastAt: undefined, trouble: undefined };

  constructor(deps: MirrorKeeperDeps) {
    this.#deps = deps;
    this.#rounds = new Periodic(() => this.#round());
  }

  start(): void {
    this.#rounds.run();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    await this.#deps.store.releaseLease(this.#lease, this.#owner);
  }

  status(): MirrorStatus {
    return this.#status;
  }

  /** Compared once since the start: before that, every PIN would look unknown. */
  isFilled(): boolean {
    return this.#status.lastAt !== undefined;
  }

  async isFresh(): Promise<boolean> {
    const at = Number((await this.#deps.store.getCursor(this.#stampName)) ?? 0);
    return this.#deps.clock.now() - at < this.#deps.settings().mirrorEverySeconds * 1000;
  }

  refreshOne(idValue: string): Promise<MirroredEmployee[]> {
    return refreshOne(this.#mirrorDeps(), idValue);
  }

  get #lease(): string {
    return `mirror:${this.#deps.targetId}`;
  }

  get #stampName(): string {
    return `mirrored.${this.#deps.targetId}.${this.#deps.settings().employeeIdField}`;
  }

  #mirrorDeps(): MirrorDeps {
    const { store, client, targetId, settings } = this.#deps;
    return { store, client, targetId, idField: settings().employeeIdField };
  }

  async #round(): Promise<number> {
    const { store, clock, settings, log } = this.#deps;
    const everyMs = settings().mirrorEverySeconds * 1000;
    try {
      const isMine = await store.claimLease(this.#lease, this.#owner, 2 * everyMs + 60_000, clock.now());
      if (isMine) await this.#compare();
      else if (!(await this.isFresh())) return 1000; // another process is at it
      this.#failures = 0;
      this.#status = { lastAt: clock.now(), trouble: undefined };
      this.#deps.onRound();
      return everyMs;
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble !== this.#status.trouble) log.warn({ reason: trouble }, 'employees could not be compared');
      this.#status = { ...this.#status, trouble };
      this.#failures += 1;
      return backoffMs(FAILURE_BACKOFF, this.#failures, clock.random);
    }
  }

  async #compare(): Promise<void> {
    const { store, clock } = this.#deps;
    const startedAt = clock.now();
    if (this.#isReconcileDue()) await this.#reconcile();
    else await this.#letGo(await pullChanges(this.#mirrorDeps()));
    await store.setCursor(this.#stampName, String(startedAt));
  }

  #isReconcileDue(): boolean {
    const { clock, settings } = this.#deps;
    if (this.#idField !== settings().employeeIdField || this.#reconciledAt === undefined) return true;
    return clock.now() - this.#reconciledAt >= settings().reconcileEveryHours * 3_600_000;
  }

  /** Afterwards everything parked for an employee is looked at again: a change may have been missed by a crash. */
  async #reconcile(): Promise<void> {
    const { store, targetId, clock, settings, log } = this.#deps;
    const round = await reconcile(this.#mirrorDeps());
    this.#reconciledAt = clock.now();
    this.#idField = settings().employeeIdField;
    if (round.warning !== undefined) log.warn({}, round.warning);
    const released = await store.unpark(targetId, { reasons: OF_EMPLOYEES });
    log.info({ employees: round.seen, removed: round.removed, released }, 'employees compared with the site');
  }

  async #letGo(round: MirrorRound): Promise<void> {
    if (round.changedIdValues.length === 0) return;
    const { store, targetId, log } = this.#deps;
    const pins = round.changedIdValues.map(asPin);
    const released = await store.unpark(targetId, { reasons: OF_EMPLOYEES, pins });
    log.info({ changed: pins.length, released }, 'employees changed');
  }
}
