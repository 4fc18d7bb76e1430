import type { Command, Instant, SerialNumber } from '@biolistener/core';

export type CommandState = 'queued' | 'sent' | 'done' | 'failed' | 'expired';

export interface StoredCommand extends Command {
  readonly serialNumber: SerialNumber;
  readonly state: CommandState;
  readonly resultCode: string | undefined;
  readonly sentAt: Instant | undefined;
  readonly createdAt: Instant;
}

/** The mailbox of a terminal, as far as this version needs it. */
export interface CommandStore {
  /** Ids are decimal digits from one counter. Moves the revision. */
  queueCommand(serialNumber: SerialNumber, command: Omit<Command, 'id'>): Promise<StoredCommand>;
  /** Marks the oldest queued ones sent and returns them. */
  takeCommands(serialNumber: SerialNumber, limit: number, now: Instant): Promise<StoredCommand[]>;
  listCommands(serialNumber: SerialNumber): Promise<StoredCommand[]>;
  /** Terminals that have something queued. */
  terminalsWithCommands(): Promise<SerialNumber[]>;
}
