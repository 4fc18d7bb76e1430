import type { CommandStore } from './commands.ts';
import type { DeliveryStore } from './deliveries.ts';
import type { PeopleStore, SettingStore } from './people.ts';
import type { PersonStore } from './persons.ts';
import type { QueryStore } from './queries.ts';
import type { RosterStore } from './roster.ts';
import type { TerminalStore } from './terminals.ts';
import type { UploadStore } from './uploads.ts';

/** A lease on a job that only one process may do at a time. */
export interface LeaseStore {
  /** True when `owner` now holds it, fresh or renewed, until `now + ttlMs`. */
  claimLease(name: string, owner: string, ttlMs: number, now: number): Promise<boolean>;
  releaseLease(name: string, owner: string): Promise<void>;
}

/** The durable truth. Every implementation passes the suite in `../conformance`. */
export interface Store
  extends
    UploadStore,
    TerminalStore,
    DeliveryStore,
    PeopleStore,
    SettingStore,
    QueryStore,
    CommandStore,
    PersonStore,
    RosterStore,
    LeaseStore {
  /** Writes and rolls back a row, and commits a mark with an fsync; throws STORE_UNAVAILABLE when the store could not take a punch now. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export * from './commands.ts';
export type * from './deliveries.ts';
export type * from './owners.ts';
export type * from './people.ts';
export type * from './persons.ts';
export type * from './queries.ts';
export * from './roster.ts';
export * from './terminals.ts';
export type * from './uploads.ts';
