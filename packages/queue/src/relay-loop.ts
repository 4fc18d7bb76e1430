import { randomUUID } from 'node:crypto';
import { messageOf } from '@biolistener/core';
import type { LeaseStore } from '@biolistener/store';
import type { Redis } from 'ioredis';
import { KEY_PREFIX } from './jobs.ts';

export interface RelayLoopDeps {
  readonly store: LeaseStore;
  /** One process at a time holds it and does the rounds. */
  readonly leaseName: string;
  readonly now: () => number;
  /** Told once per new text, not once per round. */
  readonly onTrouble: (message: string) => void;
  /** One round of work; `isStopped` says when to leave it. */
  readonly work: (isStopped: () => boolean) => Promise<void>;
}

export interface RelayStatus {
  /** Another process may hold the lease; then this one only watches. */
  readonly isLeader: boolean;
  readonly lastRoundAt: number | undefined;
  readonly trouble: string | undefined;
}

const EVERY_MS = 500;
const LEASE_MS = 5000;

/** What every relay from the store to Redis does alike: rounds twice a second and at once when nudged, by one process. */
export class RelayLoop {
  readonly #deps: RelayLoopDeps;
  readonly #owner = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isNudged = false;
  #isStopped = false;
  #isLeader = false;
  #term = 0;
  #lastRoundAt: number | undefined;
  #trouble: string | undefined;

  constructor(deps: RelayLoopDeps) {
    this.#deps = deps;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    if (this.#isLeader) await this.#deps.store.releaseLease(this.#deps.leaseName, this.#owner);
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

  /** How often this process became the one that does the rounds: a new term begins where another one may have died. */
  get term(): number {
    return this.#term;
  }

  /** One round, when the lease is ours. */
  async round(): Promise<void> {
    const { store, leaseName, now, work } = this.#deps;
    const wasLeader = this.#isLeader;
    this.#isLeader = false; // a claim that fails may hide that another one led meanwhile
    this.#isLeader = await store.claimLease(leaseName, this.#owner, LEASE_MS, now());
    if (!this.#isLeader) return;
    if (!wasLeader) this.#term += 1;
    await work(() => this.#isStopped);
    this.#lastRoundAt = now();
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
}

/**
 * A marker of ours in Redis; when it is gone, so are the jobs, and `rebuild` fills the queue again. Set last: a crash in
 * between only repeats it.
 */
export async function rebuildIfForgotten(redis: Redis, name: string, rebuild: () => Promise<void>): Promise<void> {
  const marker = `${KEY_PREFIX}:epoch:${name}`;
  if ((await redis.get(marker)) !== null) return;
  await rebuild();
  await redis.set(marker, randomUUID());
}
