import type { Doc } from '../document.ts';

/** One document that one webhook has to tell of: the state that it had when its transaction ended. */
export interface Delivery {
  readonly webhook: string;
  readonly doctype: string;
  readonly name: string;
  readonly doc: Doc;
  readonly user: string;
}

/** How a delivery keeps time; tests bring their own. */
export interface WebhookTiming {
  /** Waits between tries, and where a fault says so; ends early, without an error, when `signal` is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** What a webhook's `timeout` of so many seconds means. */
  readonly timeoutMs?: (seconds: number) => number;
}
