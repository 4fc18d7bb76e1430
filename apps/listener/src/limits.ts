import type { Instant } from '@biolistener/core';

/** Lets `perSecond` through on average and `burst` at once. Refilled when asked; no timer. */
interface Bucket {
  level: number;
  at: Instant;
}

export interface RateLimiter {
  /** False when this key is over its rate now. */
  take(key: string, now: Instant): boolean;
  /** Forgets keys that are full again, so that a flood of names does not stay in memory. */
  prune(now: Instant): void;
  readonly size: number;
}

export function createRateLimiter(perSecond: number, burst: number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const filled = (bucket: Bucket, now: Instant): number =>
    Math.min(burst, bucket.level + (Math.max(0, now - bucket.at) / 1000) * perSecond);
  return {
    take(key, now) {
      const bucket = buckets.get(key);
      if (!bucket) {
        buckets.set(key, { level: burst - 1, at: now });
        return true;
      }
      const level = filled(bucket, now);
      bucket.at = now;
      bucket.level = level >= 1 ? level - 1 : level;
      return level >= 1;
    },
    prune(now) {
      for (const [key, bucket] of buckets) if (filled(bucket, now) >= burst) buckets.delete(key);
    },
    get size() {
      return buckets.size;
    },
  };
}

/** Counts what is in progress, by key and in total. */
export interface Gate {
  /** False when there is no room; otherwise the amount is held until `leave`. */
  enter(key: string, amount: number): boolean;
  leave(key: string, amount: number): void;
  readonly total: number;
  /** Keys in memory, those with nothing in progress included. */
  readonly keys: number;
}

/** So many keys with nothing in progress may stay in memory before all of them are forgotten. */
const MOST_IDLE = 20_000;

export function createGate(perKey: number, inAll: number): Gate {
  // A key stays with 0 for a while: a map that loses its only key and gets it back makes a new table each time, and
  // those tables live long enough to fill the old part of the heap.
  const held = new Map<string, { amount: number }>();
  let idle = 0;
  let total = 0;
  function forgetIdle(): void {
    for (const [key, { amount }] of held) if (amount === 0) held.delete(key);
    idle = 0;
  }
  return {
    enter(key, amount) {
      const mine = held.get(key);
      if ((mine?.amount ?? 0) + amount > perKey || total + amount > inAll) return false;
      if (mine) {
        if (mine.amount === 0) idle -= 1;
        mine.amount += amount;
      } else held.set(key, { amount });
      total += amount;
      return true;
    },
    leave(key, amount) {
      const mine = held.get(key);
      total -= amount;
      if (!mine) return;
      mine.amount = Math.max(0, mine.amount - amount);
      if (mine.amount === 0 && (idle += 1) > MOST_IDLE) forgetIdle();
    },
    get total() {
      return total;
    },
    get keys() {
      return held.size;
    },
  };
}
