import type { Instant } from '@biolistener/core';
import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log, Metrics } from '@biolistener/telemetry';
import type { Brand } from '@biolistener/wire';
import type { Gate, RateLimiter } from './limits.ts';
import type { Registry } from './registry.ts';

export interface Limits {
  readonly addressRate: RateLimiter;
  readonly terminalRate: RateLimiter;
  readonly terminalSlots: Gate;
  /** Bytes of bodies in memory: per address and in all. */
  readonly bodyBytes: Gate;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** What the steps need. Made once in `start.ts`. */
export interface ListenerDeps {
  readonly brands: readonly Brand[];
  readonly store: Store;
  readonly vault: Vault;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Instant;
  /** Tells the outbox that there is something; a hint, never a promise. */
  readonly nudge: () => void;
  readonly trustedProxies: ReadonlySet<string>;
  readonly keepUnknownRequests: boolean;
}
