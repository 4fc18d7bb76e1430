import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { commitTogether, type Perform } from './commit.ts';
import { openWriting, prepareFile, type Database } from './database.ts';
import { asStoreError, failureOf } from './failures.ts';
import { migrate } from './migrate.ts';
import { operationsOf } from './operations.ts';
import { addSearchRows } from './search-rows.ts';
import type { Call, FromWriter, ToWriter, WriterData } from './protocol.ts';

/** From so many rows on a call opens a commit of its own, which others may join; see performFirst. */
const LONG_ROWS = 200;
/** Calls that one commit takes at most, so that the first of them does not wait for ever. */
const MOST_CALLS = 2_000;
/** Quiet time after which the writer tidies up, so that this work falls between uploads and not into one. */
const IDLE_MS = 100;
/** Search rows made in one step, and how many may be missing before a busy writer makes some in between. */
const SEARCH_STEP = 5_000;
const MOST_UNSEARCHED = 50_000;

function open(data: WriterData): Database {
  prepareFile(data.path);
  const db = openWriting(data.path, data.busyTimeoutMs, data.maxPages);
  try {
    migrate(db, data.busyTimeoutMs);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function performerOf(data: WriterData): Perform {
  // The channel's types tie a name to its arguments, and both ends are the same version of this package.
  const table = operationsOf(data.limits) as unknown as Readonly<
    Record<string, (db: Database, ...args: readonly unknown[]) => unknown>
  >;
  return (db, [, name, args]) => {
    const operation = table[name];
    if (!operation) throw new RangeError(`no operation ${name}`);
    return operation(db, ...args);
  };
}

function punchesIn(call: Call | undefined): number {
  const first = call?.[2][0] as { punches?: { count?: number } } | undefined; // a look, no trust: all else has none
  return first?.punches?.count ?? 0;
}

class Writer {
  readonly #port: MessagePort;
  readonly #db: Database;
  readonly #perform: Perform;
  readonly #queue: Call[] = [];
  #isClosing = false;
  #idle: NodeJS.Timeout | undefined;
  #unsearched = 0;

  constructor(port: MessagePort, db: Database, perform: Perform) {
    this.#port = port;
    this.#db = db;
    this.#perform = perform;
  }

  start(): void {
    this.#port.on('message', (message: ToWriter) => {
      this.#accept(message);
      this.#work();
    });
    this.#say('ready');
    this.#tidyAfter(IDLE_MS); // a process that was killed may have left punches without their search rows
  }

  #say(message: FromWriter): void {
    this.#port.postMessage(message);
  }

  #accept(message: ToWriter): void {
    if (message === null) this.#isClosing = true;
    else for (const call of message) this.#queue.push(call);
  }

  /** Everything that came while the last commit ran is in the next one. */
  #acceptWaiting(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
      this.#accept(next.message as ToWriter); // the other end is our own channel
  }

  #nextBatch(): Call[] {
    this.#acceptWaiting();
    let length = Math.min(this.#queue.length, 1);
    while (length < Math.min(this.#queue.length, MOST_CALLS) && punchesIn(this.#queue[length]) < LONG_ROWS) length += 1;
    return this.#queue.splice(0, length);
  }

  #work(): void {
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      this.#say(commitTogether(this.#db, batch, this.#perform));
      for (const call of batch) this.#unsearched += punchesIn(call);
      if (this.#unsearched > MOST_UNSEARCHED) this.#addSearchRows();
    }
    if (this.#isClosing) this.#close();
    else this.#tidyAfter(IDLE_MS);
  }

  #tidyAfter(ms: number): void {
    this.#idle ??= setTimeout(() => this.#tidy(), ms);
  }

  /** One step at a time, so that an upload that comes meanwhile waits for one step only. */
  #tidy(): void {
    this.#idle = undefined;
    if (this.#addSearchRows() === SEARCH_STEP) this.#tidyAfter(0);
    else this.#copyLogBack();
  }

  #addSearchRows(): number {
    const added = addSearchRows(this.#db, SEARCH_STEP);
    this.#unsearched = added === SEARCH_STEP ? this.#unsearched - added : 0;
    return added;
  }

  #copyLogBack(): void {
    try {
      this.#db.get('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // it is only early: the next automatic checkpoint does the same, and a failing disk shows at the next commit
    }
  }

  #close(): void {
    clearTimeout(this.#idle);
    this.#db.close();
    this.#port.close();
  }
}

function run(port: MessagePort, data: WriterData): void {
  try {
    new Writer(port, open(data), performerOf(data)).start();
  } catch (error) {
    const failed = failureOf(asStoreError(error, 'STORE_UNAVAILABLE'));
    port.postMessage({ failed } satisfies FromWriter);
    port.close();
  }
}

if (parentPort) run(parentPort, workerData as WriterData); // what our own channel handed over
