import { messageOf } from '@biolistener/core';
import type { DeliverySettings } from '@biolistener/erpnext';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from './deps.ts';

export interface RefusedRetryDeps {
  readonly store: Store;
  readonly targetId: string;
  readonly settings: () => DeliverySettings;
  readonly clock: WorkerClock;
  readonly log: Log;
}

/**
 * Lets refused check-ins try again: what stood in the way (a required coordinate, a right, a validation of the site's
 * own) may be gone, and nobody tells us. First after an hour, then at twice the distance up to a day; back to an hour
 * when the site accepted anything of theirs in between.
 */
export class RefusedRetry {
  readonly #deps: RefusedRetryDeps;
  #dueAt: number;
  #distance = 1;
  #lastReleased: number | undefined;

  constructor(deps: RefusedRetryDeps) {
    this.#deps = deps;
    this.#dueAt = deps.clock.now() + this.#everyMs();
  }

  #everyMs(): number {
    return this.#deps.settings().retryRefusedEveryMinutes * 60_000;
  }

  /** To be called now and then. */
  async round(): Promise<void> {
    const { clock, log } = this.#deps;
    if (clock.now() < this.#dueAt) return;
    try {
      await this.release();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'refused check-ins could not be released');
    }
  }

  async release(): Promise<number> {
    const { store, targetId, clock, log } = this.#deps;
    const released = await store.unpark(targetId, { reasons: ['refused'] });
    const wasFruitless = this.#lastReleased !== undefined && this.#lastReleased > 0 && released >= this.#lastReleased;
    this.#distance = wasFruitless ? this.#distance * 2 : 1;
    this.#lastReleased = released;
    this.#dueAt = clock.now() + Math.min(this.#everyMs() * this.#distance, 24 * 3_600_000);
    if (released > 0) log.info({ released }, 'refused check-ins are tried again');
    return released;
  }
}
