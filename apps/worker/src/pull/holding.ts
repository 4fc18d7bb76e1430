import { randomUUID } from 'node:crypto';
import type { SerialNumber } from '@biolistener/core';
import { pullLease } from '@biolistener/pull';
import { storeError } from '@biolistener/store';
import type { PullDeps } from './deps.ts';

const TTL_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/**
 * The right to speak with one terminal, among all processes. Its name is made for this holding alone and stands in every
 * upload, so that the store refuses what a holder writes who was overtaken without knowing it.
 */
export class Holding {
  readonly lease: { readonly name: string; readonly owner: string };
  readonly #deps: PullDeps;
  readonly #onLost: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;

  private constructor(deps: PullDeps, serialNumber: SerialNumber, onLost: () => void) {
    this.#deps = deps;
    this.#onLost = onLost;
    this.lease = { name: pullLease(serialNumber), owner: randomUUID() };
  }

  /** Undefined: another process speaks with it. */
  static async take(deps: PullDeps, serialNumber: SerialNumber, onLost: () => void): Promise<Holding | undefined> {
    const holding = new Holding(deps, serialNumber, onLost);
    if (!(await holding.#claim())) return undefined;
    holding.#timer = setInterval(() => void holding.#renew(), RENEW_EVERY_MS);
    return holding;
  }

  /** Errors: STORE_LEASE_LOST. */
  check(): void {
    if (this.#isLost) throw storeError('STORE_LEASE_LOST', `another process holds ${this.lease.name} now`);
  }

  /**
   * Asks the store itself: before anything is written to a terminal, which cannot refuse one who was overtaken while he slept.
   * Errors: STORE_LEASE_LOST, and those of the store.
   */
  async confirm(): Promise<void> {
    this.check();
    if (!(await this.#claim())) this.#lose();
    this.check();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    const { name, owner } = this.lease;
    await this.#deps.store.releaseLease(name, owner).catch(() => undefined); // it runs out by itself
  }

  #claim(): Promise<boolean> {
    const { name, owner } = this.lease;
    return this.#deps.store.claimLease(name, owner, TTL_MS, this.#deps.clock.now());
  }

  /** A store that is away is no loss yet: commits are checked anyway. */
  async #renew(): Promise<void> {
    const isMine = await this.#claim().catch(() => true);
    if (!isMine && !this.#isLost) this.#lose();
  }

  #lose(): void {
    this.#isLost = true;
    clearInterval(this.#timer);
    this.#onLost();
  }
}
