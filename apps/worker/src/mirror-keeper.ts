import { randomUUID } from 'node:crypto';
import { messageOf, type ZoneName } from '@biolistener/core';
import {
  pullChanges,
  readCapabilities,
  reconcile,
  refreshOne,
  type DeliverySettings,
  type ErpNextClient,
  type MirrorDeps,
  type MirrorRound,
} from '@biolistener/erpnext';
import { backoffMs } from '@biolistener/queue';
import type { MirroredEmployee, ParkReason, PeopleStore, Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from './deps.ts';
import { datedStore, findDoubtful, spellingsOf } from './mirror-looks.ts';
import { Periodic } from './periodic.ts';

export interface MirrorStatus {
  /** When the site was last compared, by this process or another. */
  readonly lastAt: number | undefined;
  readonly trouble: string | undefined;
  /** The field of Employee that the mirror's id values are of; `''` while it changes, undefined before it was looked at. */
  readonly heldIdField: string | undefined;
  /** What settings ask for. Deliveries wait while the two differ. */
  readonly wantedIdField: string;
}

/** The mirror holds, or is about to hold, another id field than the one that was asked for: nothing may build on it. */
export class MirrorMoved extends Error {
  constructor(field: string) {
    super(`the mirror does not hold employees by ${field} now`);
    this.name = 'MirrorMoved';
  }
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
/** A move of half the company is told by its first PINs. */
const MOST_DOUBTS = 50;
const MOST_NEWS = 1000;
/** How soon a change of the id field is noticed, and what people say of a PIN. */
const WATCH_EVERY_MS = 1000;
const FAILURE_BACKOFF = { firstMs: 1000, mostMs: 30_000 };
/** Deliveries of whoever follows a process that was killed wait for it; so it is short, and renewed while the process lives. */
const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 5_000;

/** Keeps the mirror of employees, and lets punches go whose employee came to be (one process at a time does it). */
export class MirrorKeeper {
  readonly #deps: MirrorKeeperDeps;
  readonly #owner = randomUUID();
  readonly #rounds: Periodic;
  readonly #watches: Periodic;
  #reconciledAt: number | undefined;
  /** When the lease was last ours; undefined: another process has it. */
  #claimedAt: number | undefined;
  /** As last read from the store. */
  #heldField: string | undefined;
  #wantedField: string;
  #failures = 0;
  #lastAt: number | undefined;
  #trouble: string | undefined;

  constructor(deps: MirrorKeeperDeps) {
    this.#deps = deps;
    this.#wantedField = deps.settings().employeeIdField;
    this.#rounds = new Periodic(() => this.#round());
    this.#watches = new Periodic(() => this.#watch());
  }

  start(): void {
    this.#rounds.run();
    this.#watches.run();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#rounds.stop(), this.#watches.stop()]);
    await this.#deps.store.releaseLease(this.#lease, this.#owner);
  }

  status(): MirrorStatus {
    const wantedIdField = this.#deps.settings().employeeIdField;
    return { lastAt: this.#lastAt, trouble: this.#trouble, heldIdField: this.#heldField, wantedIdField };
  }

  /** Compared once since the start, by the field that settings name: else every PIN could look unknown or be another's. */
  isFilled(): boolean {
    return this.#lastAt !== undefined && this.#heldField === this.#deps.settings().employeeIdField;
  }

  /** Whether the id values are of this field. Asked of the store, because another process may be changing them. */
  async holds(field: string): Promise<boolean> {
    const held = (await this.#deps.store.getCursor(this.#fieldName)) ?? '';
    this.#see(held);
    return held === field;
  }

  isFresh(): Promise<boolean> {
    return this.#isAsYoungAs(this.#everyMs);
  }

  /**
   * Whoever holds the lease may have been killed, and then compares nothing for as long as it lasts. What it left is
   * two rounds old at most, and a PIN that it does not know is asked for by itself: deliveries need not wait.
   */
  async #isAsYoungAs(ageMs: number): Promise<boolean> {
    const field = this.#deps.settings().employeeIdField;
    if (!(await this.holds(field))) return false;
    const at = (await this.#stampOf('mirrored', field)) ?? 0;
    return this.#deps.clock.now() - at < ageMs;
  }

  /** Errors: RequestFailed; MirrorMoved when the id field changed while the site was asked. */
  async refreshOne(idValue: string): Promise<MirroredEmployee[]> {
    const { client, targetId, settings } = this.#deps;
    const idField = settings().employeeIdField;
    const beforePut = async (): Promise<void> => {
      if (!(await this.holds(idField))) throw new MirrorMoved(idField);
    };
    return refreshOne({ store: await this.#dated(idField), client, targetId, idField, beforePut }, idValue);
  }

  #see(held: string): void {
    if (held === this.#heldField) return;
    this.#heldField = held;
    this.#deps.onRound();
  }

  async #hold(field: string): Promise<void> {
    await this.#deps.store.setCursor(this.#fieldName, field);
    this.#see(field);
  }

  /** A change of the setting is acted on at once; one that another process acts on holds deliveries here too. */
  async #watch(): Promise<number> {
    const { settings, log, onRound } = this.#deps;
    const wanted = settings().employeeIdField;
    await this.holds(wanted).catch(() => undefined); // trouble of the store is told by the rounds
    await this.#heedPersons().catch(() => undefined); // the same
    await this.#renew().catch(() => undefined); // the same
    if (wanted !== this.#wantedField) {
      log.info({ from: this.#wantedField, to: wanted }, 'employees are found by another field from now on');
      this.#wantedField = wanted;
      onRound();
      this.#rounds.run();
    }
    return WATCH_EVERY_MS;
  }

  get #lease(): string {
    return `mirror:${this.#deps.targetId}`;
  }

  get #fieldName(): string {
    return `mirror-field.${this.#deps.targetId}`;
  }

  /** When a look began that took in what changed (mirrored), or everything (reconciled). */
  #stampName(kind: 'mirrored' | 'reconciled', field: string): string {
    return `${kind}.${this.#deps.targetId}.${field}`;
  }

  async #stampOf(kind: 'mirrored' | 'reconciled', field: string): Promise<number | undefined> {
    const stamp = await this.#deps.store.getCursor(this.#stampName(kind, field));
    return stamp === undefined ? undefined : Number(stamp);
  }

  /** As the self-test last found it; before the first one times of the site say nothing. */
  async #siteZone(): Promise<ZoneName | undefined> {
    const target = (await this.#deps.store.listTargets()).find(({ id }) => id === this.#deps.targetId);
    return target && readCapabilities(target.capabilities)?.siteZone;
  }

  async #dated(idField: string): Promise<PeopleStore> {
    const { store, client, clock } = this.#deps;
    const since = await this.#stampOf('mirrored', idField);
    const sinceAll = await this.#stampOf('reconciled', idField);
    const zone = await this.#siteZone();
    return datedStore(store, client, () => ({ idField, at: clock.now(), since, sinceAll, zone }));
  }

  get #everyMs(): number {
    return this.#deps.settings().mirrorEverySeconds * 1000;
  }

  async #claim(): Promise<boolean> {
    const { store, clock } = this.#deps;
    const at = clock.now();
    const isMine = await store.claimLease(this.#lease, this.#owner, LEASE_MS, at);
    this.#claimedAt = isMine ? at : undefined;
    return isMine;
  }

  /** Between two rounds, so that the others need not look at the site. */
  async #renew(): Promise<void> {
    const isDue = this.#claimedAt !== undefined && this.#deps.clock.now() - this.#claimedAt >= RENEW_EVERY_MS;
    if (isDue) await this.#claim();
  }

  /** A round may take longer than the lease: it is renewed with each page, and whoever lost it writes no more. */
  async #mirrorDeps(idField: string, allowed: readonly string[]): Promise<MirrorDeps> {
    const { store, client, targetId } = this.#deps;
    const beforePut = async (): Promise<void> => {
      const held = (await store.getCursor(this.#fieldName)) ?? '';
      if (!allowed.includes(held) || !(await this.#claim())) throw new MirrorMoved(idField);
    };
    return { store: await this.#dated(idField), client, targetId, idField, beforePut };
  }

  async #round(): Promise<number> {
    const { clock, settings, log } = this.#deps;
    try {
      const isMine = await this.#claim();
      if (isMine) await this.#compare();
      else if (!(await this.#isAsYoungAs(2 * this.#everyMs + LEASE_MS))) return 1000; // another process is at it
      this.#failures = 0;
      this.#lastAt = clock.now();
      this.#trouble = undefined;
      this.#deps.onRound();
      return this.#heldField === settings().employeeIdField ? this.#everyMs : 0; // it changed during the round
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble !== this.#trouble) log.warn({ reason: trouble }, 'employees could not be compared');
      this.#trouble = trouble;
      this.#failures += 1;
      return backoffMs(FAILURE_BACKOFF, this.#failures, clock.random);
    }
  }

  async #compare(): Promise<void> {
    const { store, clock, settings } = this.#deps;
    const startedAt = clock.now();
    const field = settings().employeeIdField;
    const isOther = !(await this.holds(field));
    if (isOther || this.#isReconcileDue()) await this.#reconcile(field, isOther, startedAt);
    else await this.#letGo(await pullChanges(await this.#mirrorDeps(field, [field])), field);
    await store.setCursor(this.#stampName('mirrored', field), String(startedAt));
  }

  #isReconcileDue(): boolean {
    const { clock, settings } = this.#deps;
    if (this.#reconciledAt === undefined) return true;
    return clock.now() - this.#reconciledAt >= settings().reconcileEveryHours * 3_600_000;
  }

  /**
   * Another field: the mirror counts as of none until all rows are of the new one (docs/delivery.md#the-mirror).
   * Afterwards everything parked for an employee is looked at again: a change may have been missed by a crash.
   */
  async #reconcile(field: string, isOther: boolean, startedAt: number): Promise<void> {
    const { store, targetId, clock, log } = this.#deps;
    if (isOther) await this.#hold('');
    const round = await reconcile(await this.#mirrorDeps(field, [isOther ? '' : field]));
    // a mirror that was kept is still of the other field
    if (isOther && round.warning !== undefined) throw new Error(round.warning);
    if (isOther) await this.#hold(field);
    this.#reconciledAt = clock.now();
    if (round.warning !== undefined) log.warn({}, round.warning);
    else await store.setCursor(this.#stampName('reconciled', field), String(startedAt));
    const released = await store.unpark(targetId, { reasons: OF_EMPLOYEES });
    log.info({ employees: round.seen, removed: round.removed, released }, 'employees compared with the site');
  }

  async #letGo(round: MirrorRound, field: string): Promise<void> {
    if (round.changedIdValues.length === 0) return;
    const { store, targetId, log } = this.#deps;
    const pins = spellingsOf(round.changedIdValues);
    const released = await store.unpark(targetId, { reasons: OF_EMPLOYEES, pins });
    log.info({ changed: round.changedIdValues.length, released }, 'employees changed');
    for (const pin of pins.slice(0, MOST_DOUBTS)) {
      const doubtful = await findDoubtful(store, { targetId, idField: field }, pin);
      if (doubtful) log.warn(doubtful, 'check-ins were made while their PIN went to somebody else: look at them');
    }
  }

  /** Somebody said whose a PIN is: what is parked for it is looked at again. */
  async #heedPersons(): Promise<void> {
    const { store, targetId, log, onRound } = this.#deps;
    const news = await store.listPinNews(MOST_NEWS);
    const last = news.at(-1);
    if (!last) return;
    const pins = spellingsOf(news.map(({ pin }) => pin));
    const released = await store.unpark(targetId, { reasons: OF_EMPLOYEES, pins });
    await store.clearPinNews(last.id); // after it: twice does no harm
    log.info({ changed: pins.length, released }, 'owners of PINs were changed by people');
    if (released > 0) onRound();
  }
}
