import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;
export type Value = SQLInputValue;

/** One connection with its prepared statements: each text is compiled once. */
export class Database {
  readonly connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.connection = connection;
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    // Texts are few (lists go in as JSON); a guard against a caller that builds texts without end.
    if (this.#statements.size > 500) this.#statements.clear();
    const statement = this.connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs a writing statement; answers how many rows it changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** Runs an INSERT of one row; answers its rowid. */
  insert(sql: string, ...values: Value[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  exec(sql: string): void {
    this.connection.exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.connection.close();
  }
}

/** Makes the folder (0700) and the file (0600) when they are missing: personal data is nobody else's to read. */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  try {
    chmodSync(path, 0o600); // a restored copy may have come with wider rights
  } catch {
    // the file belongs to somebody else who shares it with us on purpose; whether we can write shows next
  }
}

/**
 * The pragmas of the writing connection.
 * synchronous=FULL: the log is synced at every commit, which is what an OK to a terminal rests on.
 * wal_autocheckpoint above SQLite's 1000 pages: hot pages are copied back less often, and no upload waits for it three times a
 * second; the writer also does it when idle. 12000 pages are 47 MiB, below journal_size_limit.
 * secure_delete: what is erased or replaced is overwritten with zeros in the file.
 */
export function openWriting(path: string, busyTimeoutMs: number, maxPages: number | undefined): Database {
  const connection = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  connection.exec(
    `PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 12000;
     PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000`,
  );
  if (maxPages !== undefined) connection.exec(`PRAGMA max_page_count = ${maxPages}`);
  return new Database(connection);
}

/** The reading connection of the calling thread. */
export function openReading(path: string, busyTimeoutMs: number): Database {
  const connection = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  connection.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000');
  return new Database(connection);
}
