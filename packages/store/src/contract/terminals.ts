import type { Instant, JsonObject, SerialNumber, Terminal, TerminalSettings, TerminalStatus } from '@biolistener/core';

/** So many terminals wait for approval at most: a flood of invented serial numbers must not fill disk or memory. */
export const MOST_PENDING = 10_000;

export interface TerminalListing extends Terminal {
  readonly punches: number;
  readonly lastPunchAt: Instant | undefined;
  readonly quarantined: number;
  readonly parked: number;
}

/** What was learnt from contacts since the last flush; written in batches so that polls need no disk. */
export interface Contact {
  readonly serialNumber: SerialNumber;
  readonly at: Instant;
  readonly address: string;
  readonly profile?: JsonObject;
  readonly clockDriftSeconds?: number;
}

export interface TerminalChange {
  readonly status?: TerminalStatus;
  /** Merged over the settings; `undefined` values are left alone, `null` forgets. */
  readonly settings?: { readonly [K in keyof TerminalSettings]?: TerminalSettings[K] | null };
}

export interface AuditEntry {
  readonly at: Instant;
  /** Who: `cli:root`, `api:<name>`, `system`. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: JsonObject;
}

/** `NOBODY` is no terminal: it is in none of these answers, and noting or changing it is STORE_REJECTED. */
export interface TerminalStore {
  allTerminals(): Promise<Terminal[]>;
  listTerminals(filter: { readonly status?: TerminalStatus }): Promise<TerminalListing[]>;
  findTerminal(serialNumber: SerialNumber): Promise<TerminalListing | undefined>;
  /** Approved ones of which requests are in quarantine still: these may be taken in. */
  terminalsWithQuarantine(): Promise<SerialNumber[]>;
  /**
   * First sight of a serial number: makes a pending terminal; an existing one gets its contact and what it taught.
   * When 10,000 wait for approval already, the one that was silent for longest and of which nothing is kept makes room.
   * Errors: STORE_TOO_MANY_PENDING when something is kept of each; the same for an upload that would make one.
   */
  noteTerminal(seen: Contact & { readonly brand: string }): Promise<Terminal>;
  /** Contacts of serial numbers that the store does not hold are left out. */
  noteContacts(contacts: readonly Contact[]): Promise<void>;
  /**
   * Changes what people decide, writes an audit entry, and moves the revision. A `brand` that is given replaces the one
   * that the first request had. It also creates the terminal when it is not known (its last contact is then 0, and no limit
   * of pending ones counts); without it STORE_NOT_FOUND.
   */
  changeTerminal(serialNumber: SerialNumber, change: TerminalChange, actor: string, brand?: string): Promise<Terminal>;
  /** Moves whenever a person changed a terminal, a setting or a command: whoever caches asks this, cheaply and often. */
  revision(): Promise<number>;
  listAudit(filter: { readonly subject?: string; readonly limit: number }): Promise<AuditEntry[]>;
}
