import type { Store } from '../contract/index.ts';
import { storeError } from '../errors.ts';
import { callsOf, type Read } from './calls.ts';
import { Channel, type StartThread } from './channel.ts';
import { openReading } from './database.ts';
import { asStoreError } from './failures.ts';
import { PARKED_LIMITS, type ParkedLimits } from './parked-room.ts';
import { QUARANTINE_LIMITS, type QuarantineLimits } from './quarantine-write.ts';

export interface SqliteStoreOptions {
  /** The database file; it and its folder are made when missing. */
  readonly path: string;
  /** How long a write waits for the lock of another process before it fails. */
  readonly busyTimeoutMs?: number;
  readonly quarantineLimits?: Partial<QuarantineLimits>;
  readonly parkedLimits?: Partial<ParkedLimits>;
  /** Told when the writer thread died; open writes were rejected, and the next write starts another thread. */
  readonly onWriterError?: (error: Error) => void;
  /** Upper bound of the file in pages of 4 KiB; beyond it writes fail as on a full disk. */
  readonly maxPages?: number;
  /** For tests that need the thread in hand. */
  readonly startThread?: StartThread;
}

/**
 * Opens the store in a SQLite file, migrating it first. Any number of processes may hold the same file open, on one machine
 * and a local disk: the log needs shared memory, which network file systems do not give.
 * Errors: STORE_TOO_NEW, STORE_BROKEN, STORE_UNAVAILABLE (no rights, disk full, locked).
 * Source: docs/store.md.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const busyTimeoutMs = options.busyTimeoutMs ?? 5_000;
  const limits = {
    quarantine: { ...QUARANTINE_LIMITS, ...options.quarantineLimits },
    parked: { ...PARKED_LIMITS, ...options.parkedLimits },
  };
  const data = { path: options.path, busyTimeoutMs, limits, maxPages: options.maxPages };
  const channel = new Channel(data, options.onWriterError ?? (() => undefined), options.startThread);
  await channel.start();
  try {
    return storeOf(channel, options.path, busyTimeoutMs);
  } catch (error) {
    await channel.close();
    throw asStoreError(error, 'STORE_UNAVAILABLE');
  }
}

function storeOf(channel: Channel, path: string, busyTimeoutMs: number): Store {
  const db = openReading(path, busyTimeoutMs);
  let closing: Promise<void> | undefined;
  // async so that what a read throws is a rejection
  // eslint-disable-next-line @typescript-eslint/require-await
  const read: Read = async (run) => {
    if (closing) throw storeError('STORE_UNAVAILABLE', 'the store is closed');
    try {
      return run(db);
    } catch (error) {
      throw asStoreError(error, 'STORE_REJECTED');
    }
  };
  const close = (): Promise<void> => {
    if (closing) return closing;
    db.close(); // first: the last connection to close copies the log back and removes it
    return (closing = channel.close());
  };
  return { ...callsOf(channel, read), close };
}
