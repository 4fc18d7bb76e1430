import type { Instant } from '@biolistener/core';
import type { WorkerClock } from '../deps.ts';

/** How long something may go on before it is looked whether people in Desk want anything. */
export class Turn {
  readonly #clock: WorkerClock;
  readonly #until: Instant;

  constructor(clock: WorkerClock, ms: number) {
    this.#clock = clock;
    this.#until = clock.now() + ms;
  }

  isOver(): boolean {
    return this.#clock.now() >= this.#until;
  }
}

/** Goes through names in as many turns as it takes; each comes once before any comes again. */
export class Pass {
  #left = new Set<string>();

  isUnderWay(): boolean {
    return this.#left.size > 0;
  }

  /** False: the turn was over before the end, and the next call goes on there. `names` are those of a new pass. */
  async go(names: Iterable<string>, turn: Turn, work: (name: string) => Promise<void>): Promise<boolean> {
    if (!this.isUnderWay()) this.#left = new Set(names);
    for (const name of this.#left) {
      if (turn.isOver()) return false;
      this.#left.delete(name);
      await work(name);
    }
    return true;
  }
}
