import type { Instant, LocalDate } from '@biolistener/core';
import type { MirrorLook, OwnerStore } from './owners.ts';

/** An Employee of a target, as last mirrored. */
export interface MirroredEmployee {
  readonly name: string;
  readonly employeeName: string;
  /** The value of the configured id field, as text; several employees may share one, which parks their punches. */
  readonly idValue: string | undefined;
  readonly status: string;
  readonly modified: string;
  /** The last day of who left. Taken into the history of the PIN, and not given back. */
  readonly leftOn?: LocalDate | undefined;
}

export interface PeopleStore extends OwnerStore {
  /**
   * Upserts, and tells which id values now lead somewhere else than before: their parked punches may go. With `look` the
   * history of PINs is written in the same transaction; without it nothing is known of when things changed.
   */
  putEmployees(
    targetId: string,
    rows: readonly MirroredEmployee[],
    look?: MirrorLook,
  ): Promise<{ readonly changedIdValues: string[] }>;
  /** After a full listing: whoever is not named is gone (deleted or renamed). */
  keepOnlyEmployees(
    targetId: string,
    names: readonly string[],
    look?: MirrorLook,
  ): Promise<{ readonly removed: number }>;
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
