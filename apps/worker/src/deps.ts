import type { ZoneName } from '@biolistener/core';
import type { DeliverySettings } from '@biolistener/erpnext';
import type { RosterSettings } from '@biolistener/roster';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { DeskDeps, DeskRules } from './desk/index.ts';
import type { PullDeps } from './pull/deps.ts';

/** Where check-ins go. */
export interface WorkerTarget {
  readonly kind: 'erpnext' | 'sandbox';
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The site's time zone, for a user who may not read it; compared with the site's clock. */
  readonly siteZone?: ZoneName | undefined;
  readonly siteName?: string | undefined;
  readonly label: string;
}

/** What is counted. The caller connects it to its metrics; nothing here may throw. */
export interface WorkerMetrics {
  attempt(outcome: string): void;
  /** From received to check-in. */
  deliverySeconds(seconds: number): void;
  erpnextSeconds(outcome: string, seconds: number): void;
  circuitOpen(isOpen: boolean): void;
  /** A mark of the roster was looked at; so many commands came of it. */
  converged(commands: number, seconds: number): void;
}

export const NO_METRICS: WorkerMetrics = {
  attempt: () => undefined,
  deliverySeconds: () => undefined,
  erpnextSeconds: () => undefined,
  circuitOpen: () => undefined,
  converged: () => undefined,
};

/** Time and chance, so that tests can hold them. Timers are Node's. */
export interface WorkerClock {
  readonly now: () => number;
  readonly random: () => number;
}

export const REAL_CLOCK: WorkerClock = { now: () => Date.now(), random: () => Math.random() };

export interface WorkerDeps {
  readonly store: Store;
  readonly redis: { readonly url: string };
  readonly target: WorkerTarget;
  /** Asked for each piece of work: a change of settings needs no restart. */
  readonly settings: () => DeliverySettings;
  /** The same for rosters and commands; the defaults when absent. */
  readonly rosterSettings?: () => RosterSettings;
  readonly log: Log;
  readonly metrics?: WorkerMetrics;
  readonly clock?: WorkerClock;
  /** Longest wait for an answer of the site. */
  readonly requestTimeoutMs?: number;
  /** What Desk needs beside the site itself; absent: Desk manages no terminals. */
  readonly desk?: Pick<DeskDeps, 'shown' | 'vault' | 'paces'> & Pick<DeskRules, 'rulesOf'>;
  /** What reading terminals needs; absent: none is called. */
  readonly pull?: Pick<PullDeps, 'vault' | 'patience'>;
}
