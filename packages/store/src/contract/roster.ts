import type { Instant, JsonObject, Pin, RosterItemKey, SerialNumber, Terminal } from '@biolistener/core';
import type { NewCommand } from './commands.ts';
import type { Person, TemplateHead } from './persons.ts';

/**
 * wanted: to be put there. queued: a command is on its way. accepted: the terminal said yes. confirmed: read back and
 * the same. failed: refused, see the reason; tried again when something changes. impossible: this terminal cannot have
 * it, see the reason. removing: to be deleted there. A row that was removed and seen gone is deleted.
 */
export const ROSTER_STATES = ['wanted', 'queued', 'accepted', 'confirmed', 'failed', 'impossible', 'removing'] as const;
export type RosterState = (typeof ROSTER_STATES)[number];

/** One record of one person at one terminal, that the service put there or wants there. */
export interface RosterItem {
  /** `user`, `photo`, `template:fingerprint:5:0:10`. */
  readonly key: RosterItemKey;
  readonly state: RosterState;
  /** What should be there; null: nothing. */
  readonly wantedDigest: string | null;
  /** What was last put there; absent: nothing by us. */
  readonly putDigest: string | undefined;
  readonly commandId: string | undefined;
  readonly attempts: number;
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly readBackAt: Instant | undefined;
  readonly changedAt: Instant;
}

/** What a terminal itself said of somebody. */
export interface SeenPerson {
  readonly pin: Pin;
  readonly name: string | undefined;
  readonly privilege: number | undefined;
  readonly card: string | undefined;
  readonly isEnabled: boolean | undefined;
  readonly hasPassword: boolean;
  readonly extra: JsonObject;
  readonly seenAt: Instant;
}

/** A person and a terminal: what is wanted, what was put there, what was seen there. */
export interface RosterCell {
  readonly person: Person;
  readonly terminal: Terminal;
  /** Assigned (or everywhere), active, and the terminal approved and not switched off for syncing. Days of validity are the reader's. */
  readonly isWanted: boolean;
  readonly items: readonly RosterItem[];
  /** `seenAt` tells whether it was said before or after a read-back. */
  readonly seen: SeenPerson | undefined;
  readonly seenTemplates: readonly TemplateHead[];
}

/** A cell, a person or a terminal that must be looked at again. Written in the transaction that makes it necessary. */
export interface RosterMark {
  /** `person:<id>`, `pin:<pin>`, `terminal:<serial number>`, `cell:<serial number>|<person id>`. */
  readonly subject: string;
  readonly version: number;
}

export interface RosterChange {
  readonly personId: string;
  readonly serialNumber: SerialNumber;
  readonly key: RosterItemKey;
  /** undefined: the row is gone. Was it `removing`, then what the terminal said of it is no longer believed (`seen`, `seenTemplates`). */
  readonly item: Omit<RosterItem, 'key' | 'changedAt' | 'commandId'> | undefined;
  /** Index into the commands of the same call: its id becomes `commandId`. Absent: `commandId` stays as it is. */
  readonly command?: number;
}

export interface RosterSummary {
  readonly serialNumber: SerialNumber;
  readonly persons: number;
  readonly byState: Readonly<Record<RosterState, number>>;
  /** Bytes of open commands: divided by the pace it is the forecast. */
  readonly openBytes: number;
  readonly oldestOpenAt: Instant | undefined;
}

export interface RosterStore {
  /**
   * Oldest first. Marks are made by:
   * - templates, pictures and users that are new or changed → `pin:`. What a terminal reads back of a cell that is under way
   *   (queued, accepted, removing), and bytes that are known of the PIN already, concern that cell only → `cell:`.
   *   The same as before marks nothing, unless its cell is under way;
   * - `putPerson`, `endPerson` → `person:`, assignments → `cell:` or `person:`, `erasePin` → `pin:`;
   * - status, brand, zone, options and syncing of a terminal, and what teaches that it can do something else → `terminal:`;
   * - the end of a command that a row names → `cell:`.
   */
  listMarks(limit: number): Promise<RosterMark[]>;
  /** Only those whose version is still the same: what was marked again meanwhile stays. */
  clearMarks(marks: readonly RosterMark[]): Promise<void>;
  mark(subjects: readonly string[]): Promise<void>;
  /** Cells of a person (all terminals where it is wanted or anything of it was put) or of a terminal (paged by person id). */
  cellsOfPerson(personId: string): Promise<RosterCell[]>;
  cellsOfTerminal(serialNumber: SerialNumber, afterPersonId: string | undefined, limit: number): Promise<RosterCell[]>;
  findCell(serialNumber: SerialNumber, personId: string): Promise<RosterCell | undefined>;
  /**
   * Users that a terminal reported and that no active person accounts for, assigned to it or not: drift that only `--prune`
   * removes. By PIN. A verified `user.delete` of the PIN takes them off, until the terminal tells of them again.
   */
  strangersAt(serialNumber: SerialNumber, limit: number): Promise<SeenPerson[]>;
  /** One transaction: rows, their commands, and the revision once where there are commands. */
  applyRoster(
    changes: readonly RosterChange[],
    commands: readonly NewCommand[],
    now: Instant,
  ): Promise<{ readonly commandIds: string[] }>;
  rosterSummary(filter: { readonly serialNumber?: SerialNumber; readonly place?: string }): Promise<RosterSummary[]>;
  /**
   * Left persons of whom something is still at a terminal, or may be: put there or on its way, or seen there under a PIN that
   * nobody else has now.
   */
  openRisks(limit: number): Promise<RosterCell[]>;
}
