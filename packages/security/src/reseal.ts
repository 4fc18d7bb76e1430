import { BiolistenerError } from '@biolistener/core';
import type { Keyring } from './keyring.ts';
import type { SealedBytes, SealPurpose, Vault } from './vault.ts';

/** Something sealed, as the store lists it. */
export interface SealedRecord {
  readonly table: string;
  readonly rowId: number;
  readonly purpose: SealPurpose;
  readonly sealed: SealedBytes;
}

/** What a store offers for a change of keys; generic in its own rows. */
export interface SealedRows<Row extends SealedRecord> {
  listSealed(keyId: string, limit: number, after?: Pick<Row, 'table' | 'rowId'>): Promise<readonly Row[]>;
  reseal(rows: readonly (Row & { readonly oldSealed: SealedBytes })[]): Promise<number>;
  sealCounts(): Promise<Readonly<Record<string, number>>>;
}

export interface ResealProgress {
  readonly done: number;
  /** Rows that another key sealed when this began; more may have come since. */
  readonly total: number;
}

export interface ResealOutcome {
  readonly keyId: string;
  readonly resealed: number;
  /** What does not open: its key is missing, or it is damaged. It stays as it is. */
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  readonly table: string;
  readonly rowId: number | string;
  readonly code: string;
}

export const unreadableOf = (table: string, rowId: Unreadable['rowId'], error: unknown): Unreadable => ({
  table,
  rowId,
  code: error instanceof BiolistenerError ? error.code : 'SECURITY_SEAL_BROKEN',
});

/** Small enough that punches wait for no batch, and that little of what is secret lies open at once. */
const BATCH = 100;
const MOST_NAMED = 1000;

/**
 * Seals with the current key whatever another key sealed, batch by batch. All that it remembers is in the rows themselves:
 * killed at any point, it goes on where it was when it is called again; two at once do each row once.
 */
export async function resealAll<Row extends SealedRecord>(
  store: SealedRows<Row>,
  vault: Vault,
  keyring: Keyring,
  onProgress: (progress: ResealProgress) => void | Promise<void> = () => undefined,
): Promise<ResealOutcome> {
  const keyId = keyring.current.id;
  const total = othersThan(keyId, await store.sealCounts());
  const unreadable: Unreadable[] = [];
  let resealed = 0;
  let after: Pick<Row, 'table' | 'rowId'> | undefined;
  for (;;) {
    const rows = await store.listSealed(keyId, BATCH, after);
    const last = rows.at(-1);
    if (!last) return { keyId, resealed, unreadable };
    const { readable, broken } = sealAgain(rows, vault);
    if (readable.length > 0) resealed += await store.reseal(readable);
    unreadable.push(...broken.slice(0, MOST_NAMED - unreadable.length));
    after = { table: last.table, rowId: last.rowId };
    await onProgress({ done: resealed, total });
  }
}

/** How many rows other keys sealed. */
export const othersThan = (keyId: string, counts: Readonly<Record<string, number>>): number =>
  Object.entries(counts).reduce((sum, [id, count]) => (id === keyId ? sum : sum + count), 0);

function sealAgain<Row extends SealedRecord>(rows: readonly Row[], vault: Vault) {
  const readable: (Row & { readonly oldSealed: SealedBytes })[] = [];
  const broken: Unreadable[] = [];
  for (const row of rows) {
    try {
      const plain = vault.open(row.purpose, row.sealed);
      readable.push({ ...row, sealed: vault.seal(row.purpose, plain), oldSealed: row.sealed });
      plain.fill(0);
    } catch (error) {
      broken.push(unreadableOf(row.table, row.rowId, error));
    }
  }
  return { readable, broken };
}
