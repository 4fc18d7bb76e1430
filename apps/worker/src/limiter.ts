/** How many requests ERPNext should see at once: few, following its own latency (contract §3.5). */
export interface LimitState {
  readonly limit: number;
  /** Latency without a queue, ms: the least seen, forgotten slowly. */
  readonly calmMs: number | undefined;
  /** Latency lately, ms. */
  readonly recentMs: number | undefined;
}

export interface LimitSample {
  readonly ms: number;
  /** False: no answer, or a word of overload. */
  readonly isGood: boolean;
  readonly inFlight: number;
}

const LEAST = 1;
const MOST = 4;
/** Twice the calm latency plus this is still calm: differences of milliseconds mean nothing. */
const SLACK_MS = 25;
const FORGET = 1.01;

export const INITIAL_LIMIT: LimitState = { limit: 2, calmMs: undefined, recentMs: undefined };

/**
 * Additive increase while latency stays near its calm level and the limit is used, multiplicative decrease when it
 * rises, halving when the site is in trouble. Pure.
 */
export function adapt(state: LimitState, sample: LimitSample): LimitState {
  if (!sample.isGood) return { ...state, limit: Math.max(LEAST, state.limit / 2) };
  const calmMs = state.calmMs === undefined ? sample.ms : Math.min(state.calmMs * FORGET, sample.ms);
  const recentMs = state.recentMs === undefined ? sample.ms : state.recentMs * 0.8 + sample.ms * 0.2;
  if (recentMs > 2 * calmMs + SLACK_MS) return { limit: Math.max(LEAST, state.limit * 0.9), calmMs, recentMs };
  const isUsed = sample.inFlight >= Math.floor(state.limit);
  return { limit: isUsed ? Math.min(MOST, state.limit + 0.25 / state.limit) : state.limit, calmMs, recentMs };
}

/** A semaphore whose size is `adapt`ed. */
export class Limiter {
  #state: LimitState = INITIAL_LIMIT;
  #inFlight = 0;
  readonly #queue: (() => void)[] = [];

  status(): { readonly limit: number; readonly inFlight: number; readonly waiting: number } {
    return { limit: Math.floor(this.#state.limit), inFlight: this.#inFlight, waiting: this.#queue.length };
  }

  /** Waits for a place; the returned function gives it back with what was seen, or nothing when nothing was sent. */
  async enter(): Promise<(seen: { readonly ms: number; readonly isGood: boolean } | undefined) => void> {
    if (this.#inFlight >= Math.floor(this.#state.limit))
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#inFlight += 1;
    return (seen) => {
      if (seen) this.#state = adapt(this.#state, { ...seen, inFlight: this.#inFlight });
      this.#inFlight -= 1;
      this.#admit();
    };
  }

  #admit(): void {
    while (this.#inFlight < Math.floor(this.#state.limit)) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#inFlight += 1; // for whom it wakes, so that nobody slips in between
      next();
    }
  }
}
