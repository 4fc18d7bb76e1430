import { randomUUID } from 'node:crypto';
import { messageOf, type PunchId } from '@biolistener/core';
import type { DeliveryStore, LeaseStore } from '@biolistener/store';
import type { Redis } from 'ioredis';
import type { DeliveryQueue } from './delivery-queue.ts';
import { KEY_PREFIX } from './jobs.ts';
import { isReady } from './redis.ts';

export type RelayStore = LeaseStore &
  Pick<DeliveryStore, 'fanOut' | 'dueDeliveries' | 'markQueued' | 'staleQueued' | 'requeueAll'>;

export interface RelayDeps {
  readonly store: RelayStore;
  readonly queue: DeliveryQueue;
  readonly redis: Redis;
  readonly targetId: string;
  readonly now: () => number;
  readonly onRebuilt: (requeued: number) => void;
  /** Told once per new text, not once per round. */
  readonly onTrouble: (message: string) => void;
}

export interface RelayStatus {
  /** Another process may hold the lease; then this one only watches. */
  readonly isLeader: boolean;
  readonly lastRoundAt: number | undefined;
  readonly trouble: string | undefined;
}

const EVERY_MS = 500;
const LEASE_MS = 5000;
const BATCH = 500;
/** More than this waits in the store: Redis stays small however long an outage lasts. */
const MOST_IN_REDIS = 2000;
const STALE_EVERY_MS = 30_000;
const STALE_AFTER_MS = 30_000;

/**
 * Carries deliveries from the store to Redis. The store is the truth: what Redis forgets is added again, and adding
 * twice is harmless because the job id is the punch's.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #owner = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isNudged = false;
  #isStopped = false;
  #isLeader = false;
  #lastRoundAt: number | undefined;
  #trouble: string | undefined;
  #staleCheckedAt: number;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.#staleCheckedAt = deps.now();
  }

  start(): void {
    this.nudge();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    if (this.#isLeader) await this.#deps.store.releaseLease(this.#leaseName, this.#owner);
  }

  /** There may be something new. Cheap; a nudge during a round starts one more after it. */
  nudge(): void {
    if (this.#isStopped) return;
    this.#isNudged = true;
    if (this.#round) return;
    clearTimeout(this.#timer);
    this.#round = this.#rounds();
  }

  status(): RelayStatus {
    return { isLeader: this.#isLeader, lastRoundAt: this.#lastRoundAt, trouble: this.#trouble };
  }

  get #leaseName(): string {
    return `relay:${this.#deps.targetId}`;
  }

  async #rounds(): Promise<void> {
    while (this.#isNudged && !this.#isStopped) {
      this.#isNudged = false;
      try {
        await this.round();
        this.#trouble = undefined;
      } catch (error) {
        this.#tell(messageOf(error));
      }
    }
    this.#round = undefined;
    if (!this.#isStopped) this.#timer = setTimeout(() => this.nudge(), EVERY_MS);
  }

  #tell(message: string): void {
    if (message !== this.#trouble) this.#deps.onTrouble(message);
    this.#trouble = message;
  }

  /** One round: fan out, rebuild if Redis forgot, queue what is due, look for what got lost. */
  async round(): Promise<void> {
    const { store, redis, targetId, now } = this.#deps;
    this.#isLeader = await store.claimLease(this.#leaseName, this.#owner, LEASE_MS, now());
    if (!this.#isLeader) return;
    while ((await store.fanOut(targetId, BATCH, now())) === BATCH && !this.#isStopped);
    if (!isReady(redis)) return; // Redis away: the store keeps them, the watcher has said so
    await this.#rebuildIfForgotten();
    await this.#queueDue();
    if (now() - this.#staleCheckedAt >= STALE_EVERY_MS) await this.#requeueStale();
    this.#lastRoundAt = now();
  }

  /** A marker of ours in Redis; when it is gone, so are the jobs. Set last: a crash in between only repeats this. */
  async #rebuildIfForgotten(): Promise<void> {
    const { redis, store, targetId } = this.#deps;
    const marker = `${KEY_PREFIX}:epoch:${targetId}`;
    if ((await redis.get(marker)) !== null) return;
    const requeued = await store.requeueAll(targetId);
    await redis.set(marker, randomUUID());
    if (requeued > 0) this.#deps.onRebuilt(requeued);
  }

  /**
   * Marked first, then added: the other way round, a quick worker could finish or postpone a delivery before it was
   * marked. What is marked and not added is found by the stale check, or below.
   */
  async #queueDue(): Promise<void> {
    const { store, queue, targetId, now } = this.#deps;
    let room = MOST_IN_REDIS - (await queue.size());
    while (room > 0 && !this.#isStopped) {
      const ids = await store.dueDeliveries(targetId, Math.min(BATCH, room), now());
      if (ids.length === 0) return;
      await store.markQueued(targetId, ids, now());
      await this.#addOrUndo(ids);
      room -= ids.length;
    }
  }

  async #addOrUndo(ids: readonly PunchId[]): Promise<void> {
    try {
      await this.#deps.queue.add(ids);
    } catch (error) {
      await this.#deps.store.requeueAll(this.#deps.targetId); // jobs that did arrive are harmless
      throw error;
    }
  }

  async #requeueStale(): Promise<void> {
    const { store, queue, targetId, now } = this.#deps;
    const ids = await store.staleQueued(targetId, now() - STALE_AFTER_MS, MOST_IN_REDIS);
    await store.markQueued(targetId, ids, now());
    await queue.add(ids);
    this.#staleCheckedAt = now();
  }
}
