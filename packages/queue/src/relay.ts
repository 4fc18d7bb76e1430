import type { PunchId } from '@biolistener/core';
import type { DeliveryStore, LeaseStore } from '@biolistener/store';
import type { Redis } from 'ioredis';
import type { DeliveryQueue } from './delivery-queue.ts';
import { isReady } from './redis.ts';
import { rebuildIfForgotten, RelayLoop, type RelayStatus } from './relay-loop.ts';

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

const BATCH = 500;
/** More than this waits in the store: Redis stays small however long an outage lasts. */
const MOST_IN_REDIS = 2000;
/** Beside those that wait in Redis there are those that workers hold. */
const MOST_AT_ONCE = 2 * MOST_IN_REDIS;
const STALE_EVERY_MS = 30_000;
const STALE_AFTER_MS = 30_000;

/**
 * Carries deliveries from the store to Redis. The store is the truth: what Redis forgets is added again, and adding
 * twice is harmless because the job id is the punch's.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #loop: RelayLoop;
  #staleCheckedAt: number;
  #takenOverTerm = 0;

  constructor(deps: RelayDeps) {
    const { store, targetId, now, onTrouble } = deps;
    this.#deps = deps;
    this.#staleCheckedAt = now();
    const work = (isStopped: () => boolean): Promise<void> => this.#work(isStopped);
    this.#loop = new RelayLoop({ store, leaseName: `relay:${targetId}`, now, onTrouble, work });
  }

  start(): void {
    this.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** There may be something new. Cheap; a nudge during a round starts one more after it. */
  nudge(): void {
    this.#loop.nudge();
  }

  status(): RelayStatus {
    return this.#loop.status();
  }

  round(): Promise<void> {
    return this.#loop.round();
  }

  /** One round: fan out, rebuild if Redis forgot, queue what is due, look for what got lost. */
  async #work(isStopped: () => boolean): Promise<void> {
    const { store, redis, targetId, now } = this.#deps;
    while ((await store.fanOut(targetId, BATCH, now())) === BATCH && !isStopped());
    if (!isReady(redis)) return; // Redis away: the store keeps them, the watcher has said so
    await rebuildIfForgotten(redis, targetId, () => this.#requeueAll());
    await this.#takeOver();
    await this.#queueDue(isStopped);
    if (now() - this.#staleCheckedAt >= STALE_EVERY_MS) await this.#requeueStale(now() - STALE_AFTER_MS);
  }

  /** Whoever did the rounds before may have been killed after it marked deliveries and before it added their jobs. */
  async #takeOver(): Promise<void> {
    const { term } = this.#loop;
    if (term === this.#takenOverTerm) return;
    await this.#requeueStale(this.#deps.now() + 1);
    this.#takenOverTerm = term;
  }

  async #requeueAll(): Promise<void> {
    const requeued = await this.#deps.store.requeueAll(this.#deps.targetId);
    if (requeued > 0) this.#deps.onRebuilt(requeued);
  }

  /**
   * Marked first, then added: the other way round, a quick worker could finish or postpone a delivery before it was
   * marked. What is marked and not added is found by the stale check, or below.
   */
  async #queueDue(isStopped: () => boolean): Promise<void> {
    const { store, queue, targetId, now } = this.#deps;
    let room = MOST_IN_REDIS - (await queue.size());
    while (room > 0 && !isStopped()) {
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

  async #requeueStale(markedBefore: number): Promise<void> {
    const { store, queue, targetId, now } = this.#deps;
    const ids = await store.staleQueued(targetId, markedBefore, MOST_AT_ONCE);
    await store.markQueued(targetId, ids, now());
    await queue.add(ids);
    this.#staleCheckedAt = now();
  }
}
