import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/**
 * Resolves with true once nothing is left, and with false when for so long nothing became less: a slow machine gets its time, and
 * what hangs is told.
 */
export async function untilNoneIsLeft(left: () => Promise<number> | number, stallMs: number): Promise<boolean> {
  let [least, since] = [Infinity, Date.now()];
  for (;;) {
    const count = await left();
    if (count === 0) return true;
    if (count < least) [least, since] = [count, Date.now()];
    if (Date.now() - since >= stallMs) return false;
    await pause(LOOK_EVERY_MS);
  }
}
