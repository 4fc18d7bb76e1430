import type { WallMs } from './wall-clock.ts';

/**
 * Keeps a terminal from recording one person twice in one second: ERPNext holds one check-in per employee and second.
 * A taken second gives way to the nearest free one before it, so that a burst never reaches into the future.
 */
export class DistinctSeconds {
  readonly #taken = new Map<string, Set<number>>();

  isTaken(pin: string, wall: WallMs): boolean {
    return this.#taken.get(pin)?.has(Math.floor(wall / 1000)) ?? false;
  }

  /** Marks a second as used, whether or not it was. */
  claim(pin: string, wall: WallMs): void {
    const seconds = this.#taken.get(pin) ?? new Set<number>();
    this.#taken.set(pin, seconds.add(Math.floor(wall / 1000)));
  }

  /** The wanted second, or the nearest free one before it; claimed. Whole seconds, in ms. */
  claimNear(pin: string, wall: WallMs): WallMs {
    let second = Math.floor(wall / 1000);
    while (this.isTaken(pin, second * 1000)) second--;
    this.claim(pin, second * 1000);
    return second * 1000;
  }
}
