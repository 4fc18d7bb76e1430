import type { Instant, JsonObject, SerialNumber, Terminal, TerminalSettings, TerminalStatus } from '@biolistener/core';

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

export interface TerminalStore {
  allTerminals(): Promise<Terminal[]>;
  listTerminals(filter: { readonly status?: TerminalStatus }): Promise<TerminalListing[]>;
  findTerminal(serialNumber: SerialNumber): Promise<TerminalListing | undefined>;
  /**
   * First sight of a serial number: makes a pending terminal; an existing one gets its contact and what it taught.
   * Errors: STORE_TOO_MANY_PENDING when 10,000 wait for approval already; the same for any write that would make one.
   */
  noteTerminal(seen: Contact & { readonly brand: string }): Promise<Terminal>;
  /** Contacts of serial numbers that the store does not hold are left out. */
  noteContacts(contacts: readonly Contact[]): Promise<void>;
  /**
   * Changes what people decide, writes an audit entry, and moves the revision. Creates the terminal
   * when `brand` is given (its last contact is then 0); else STORE_NOT_FOUND.
   */
  changeTerminal(serialNumber: SerialNumber, change: TerminalChange, actor: string, brand?: string): Promise<Terminal>;
  /** Moves whenever a person changed a terminal, a setting or a command: whoever caches asks this, cheaply and often. */
  revision(): Promise<number>;
  listAudit(filter: { readonly subject?: string; readonly limit: number }): Promise<AuditEntry[]>;
}
