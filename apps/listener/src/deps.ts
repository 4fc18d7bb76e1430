import type { Instant } from '@biolistener/core';
import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log, Metrics } from '@biolistener/telemetry';
import type { Brand } from '@biolistener/wire';
import type { Gate, RateLimiter } from './limits.ts';
import type { KeyBook } from './key-book.ts';
import type { Registry } from './registry.ts';
import type { SentBook } from './sent-book.ts';

export interface Limits {
  readonly addressRate: RateLimiter;
  readonly terminalRate: RateLimiter;
  readonly terminalSlots: Gate;
  /** Bytes of bodies in memory: per address and in all. */
  readonly bodyBytes: Gate;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** How commands are handed out. */
export interface MailboxRules {
  /** About so many bytes of commands go into one reply; a single larger one goes alone. */
  readonly portionBytes: number;
  /** How long a command may stay taken without being marked sent, before it goes again. */
  readonly leaseMs: number;
  /** Both that and the time for an answer times this; what people set. Absent: as they are. */
  readonly patience?: () => number;
}

/** What the steps need. Made once in `start.ts`. */
export interface ListenerDeps {
  readonly brands: readonly Brand[];
  readonly store: Store;
  readonly vault: Vault;
  readonly registry: Registry;
  readonly keys: KeyBook;
  readonly sent: SentBook;
  readonly mailbox: MailboxRules;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Instant;
  /** Tells the outbox that there is something; a hint, never a promise. */
  readonly nudge: () => void;
  readonly trustedProxies: Pick<ReadonlySet<string>, 'has'>;
  readonly keepUnknownRequests: boolean;
}
