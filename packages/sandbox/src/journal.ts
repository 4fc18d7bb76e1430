import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isObject, type Doc } from './document.ts';

/** One durable change: a document as it is now, or its absence; a naming counter is a document of its own kind. */
export interface Change {
  readonly doctype: string;
  readonly name: string;
  readonly doc: Doc | undefined;
}

/** Where committed changes go. `settled` resolves when everything handed over so far has survived an fsync. */
export interface Journal {
  load(): Iterable<Change>;
  append(changes: readonly Change[]): void;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const memoryJournal: Journal = {
  load: () => [],
  append: () => undefined,
  settled: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A journal in one SQLite file: write-ahead log, synchronous=FULL, so a committed change survives SIGKILL and power loss.
 * Changes of requests that overlap share one transaction and one fsync.
 */
export class SqliteJournal implements Journal {
  private readonly database: DatabaseSync;
  private readonly put: StatementSync;
  private readonly remove: StatementSync;
  private pending: Change[] = [];
  private waiters: Waiter[] = [];
  private isScheduled = false;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.database = new DatabaseSync(file);
    this.database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000');
    this.database.exec(
      'CREATE TABLE IF NOT EXISTS document (doctype TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (doctype, name)) WITHOUT ROWID',
    );
    this.put = this.database.prepare('INSERT OR REPLACE INTO document (doctype, name, body) VALUES (?, ?, ?)');
    this.remove = this.database.prepare('DELETE FROM document WHERE doctype = ? AND name = ?');
  }

  *load(): Iterable<Change> {
    for (const row of this.database.prepare('SELECT doctype, name, body FROM document').iterate()) {
      const body: unknown = JSON.parse(String(row['body']));
      // written by `append` below: a JSON object of field values
      if (isObject(body)) yield { doctype: String(row['doctype']), name: String(row['name']), doc: body as Doc };
    }
  }

  append(changes: readonly Change[]): void {
    this.pending.push(...changes);
    this.schedule();
  }

  settled(): Promise<void> {
    if (this.pending.length === 0) return Promise.resolve();
    this.schedule(); // after a failure nothing else would
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  async close(): Promise<void> {
    await this.settled();
    this.database.close();
  }

  private schedule(): void {
    if (this.isScheduled || this.pending.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.flush();
    });
  }

  private flush(): void {
    const { pending, waiters } = this;
    this.pending = [];
    this.waiters = [];
    this.isScheduled = false;
    try {
      this.write(pending);
    } catch (error) {
      // memory has them already: they stay due, and no answer leaves before they are on disk
      this.pending = [...pending, ...this.pending];
      for (const waiter of waiters) waiter.reject(error);
      return;
    }
    for (const waiter of waiters) waiter.resolve();
  }

  private write(changes: readonly Change[]): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const { doctype, name, doc } of changes) {
        if (doc === undefined) this.remove.run(doctype, name);
        else this.put.run(doctype, name, JSON.stringify(doc));
      }
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
