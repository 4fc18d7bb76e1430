export interface BucketLimits {
  /** How many at once after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MOST_BUCKETS = 10_000;

/** Who may come in now: so many at once, and so many a second. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BucketLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  take(who: string): boolean {
    const bucket = this.#bucketOf(who);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #bucketOf(who: string): Bucket {
    const { burst, perSecond } = this.#limits;
    const now = this.#now();
    const known = this.#buckets.get(who);
    this.#buckets.delete(who); // and set again below: the map stays in the order of last use
    const tokens = known === undefined ? burst : Math.min(burst, known.tokens + ((now - known.at) / 1000) * perSecond);
    const bucket = { tokens, at: now };
    this.#buckets.set(who, bucket);
    if (this.#buckets.size > MOST_BUCKETS) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
