import type { Instant } from '@biolistener/core';

/** An Employee of a target, as last mirrored. */
export interface MirroredEmployee {
  readonly name: string;
  readonly employeeName: string;
  /** The value of the configured id field, as text; several employees may share one, which parks their punches. */
  readonly idValue: string | undefined;
  readonly status: string;
  readonly modified: string;
}

export interface PeopleStore {
  /** Upserts, and tells which id values now lead somewhere else than before: their parked punches may go. */
  putEmployees(targetId: string, rows: readonly MirroredEmployee[]): Promise<{ readonly changedIdValues: string[] }>;
  /** After a full listing: whoever is not named is gone (deleted or renamed). */
  keepOnlyEmployees(targetId: string, names: readonly string[]): Promise<{ readonly removed: number }>;
  /** Exact text match on the id value. */
  findEmployees(targetId: string, idValue: string): Promise<MirroredEmployee[]>;
  countEmployees(targetId: string): Promise<number>;
  getCursor(name: string): Promise<string | undefined>;
  setCursor(name: string, value: string): Promise<void>;
}

export interface SettingRow {
  readonly key: string;
  readonly value: unknown;
  readonly changedAt: Instant;
  readonly changedBy: string;
}

export interface SettingStore {
  listSettings(): Promise<SettingRow[]>;
  /** Null forgets. Audited, moves the revision. */
  setSetting(key: string, value: unknown, actor: string): Promise<void>;
}
