import { randomUUID } from 'node:crypto';
import { messageOf } from '@biolistener/core';
import type { RosterSettings } from '@biolistener/roster';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from '../deps.ts';
import { forceClose } from './force-close.ts';
import { markReturned, type ContactMemory } from './returned-terminals.ts';
import { markRereads } from './rereads.ts';
import { markValidityChanges } from './validity-changes.ts';

export interface SweepDeps {
  readonly store: Store;
  readonly settings: () => RosterSettings;
  readonly clock: WorkerClock;
  readonly log: Log;
}

export interface SweepStatus {
  readonly isLeader: boolean;
  readonly lastAt: number | undefined;
  readonly trouble: string | undefined;
}

const LEASE = 'roster-sweep';
const LEASE_MS = 20_000;
const MINUTE = 60_000;

interface Chore {
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
  dueAt: number;
}

/**
 * What only time brings about: lost leases, deadlines, days on which a validity begins or ends, terminals that come back or are
 * to be read again, and what has been open for too long. One process at a time does it.
 */
export class RosterSweep {
  readonly #deps: SweepDeps;
  readonly #owner = randomUUID();
  readonly #contacts: ContactMemory = new Map();
  readonly #chores: readonly Chore[];
  #isLeader = false;
  #lastAt: number | undefined;
  #trouble: string | undefined;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
    this.#chores = [
      { everyMs: 0, work: () => this.#sweepCommands(), dueAt: 0 },
      { everyMs: MINUTE, work: () => markReturned(deps, this.#contacts), dueAt: 0 },
      { everyMs: MINUTE, work: () => markRereads(deps), dueAt: 0 },
      { everyMs: 5 * MINUTE, work: () => markValidityChanges(deps), dueAt: 0 },
      { everyMs: 60 * MINUTE, work: () => forceClose(deps), dueAt: 0 },
    ];
  }

  /** To be called every few seconds. Never throws: a store that is away comes back. */
  async round(): Promise<void> {
    const { store, clock } = this.#deps;
    try {
      this.#isLeader = await store.claimLease(LEASE, this.#owner, LEASE_MS, clock.now());
      if (!this.#isLeader) return;
      for (const chore of this.#chores) await this.#do(chore);
      this.#lastAt = clock.now();
      this.#trouble = undefined;
    } catch (error) {
      this.#tell(messageOf(error));
    }
  }

  async release(): Promise<void> {
    if (this.#isLeader) await this.#deps.store.releaseLease(LEASE, this.#owner);
  }

  status(): SweepStatus {
    return { isLeader: this.#isLeader, lastAt: this.#lastAt, trouble: this.#trouble };
  }

  /** Due again only after it was done: what failed is tried with the next round. */
  async #do(chore: Chore): Promise<void> {
    const now = this.#deps.clock.now();
    if (now < chore.dueAt) return;
    await chore.work();
    chore.dueAt = now + chore.everyMs;
  }

  async #sweepCommands(): Promise<void> {
    const { store, clock, log } = this.#deps;
    const swept = await store.sweepCommands(clock.now());
    if (swept.requeued + swept.failed + swept.expired > 0) log.info(swept, 'commands without an answer were swept');
  }

  #tell(reason: string): void {
    if (reason !== this.#trouble) this.#deps.log.warn({ reason }, 'rosters could not be swept');
    this.#trouble = reason;
  }
}
