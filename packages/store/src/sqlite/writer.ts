import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { commitTogether, type Performer } from './commit.ts';
import { openWriting, prepareFile, type Database } from './database.ts';
import { asStoreError, failureOf } from './failures.ts';
import { KnownTerminals } from './known-terminals.ts';
import { migrate } from './migrate.ts';
import { isUpload, operationsOf } from './operations.ts';
import { addSearchRows } from './search-rows.ts';
import {
  callsOfMessage,
  isPlain,
  textOfReplies,
  type Call,
  type FromWriter,
  type ToWriter,
  type WriterData,
} from './protocol.ts';

/** Calls that one commit takes at most, and punches of long uploads after which it takes no further call: the first must not wait for ever. */
const MOST_CALLS = 2_000;
const MOST_ROWS = 4_000;
/** Quiet time after which the writer tidies up, so that this work falls between uploads and not into one. */
const IDLE_MS = 100;
/** Search rows made in one step, and how many may be missing before a busy writer makes some in between. */
const SEARCH_STEP = 5_000;
const MOST_UNSEARCHED = 20_000;

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

function performerOf(data: WriterData): Performer {
  const terminals = new KnownTerminals();
  // The channel's types tie a name to its arguments, and both ends are the same version of this package.
  const table = operationsOf(data.limits, terminals) as unknown as Readonly<
    Record<string, (db: Database, ...args: readonly unknown[]) => unknown>
  >;
  return {
    begun: (db) => terminals.follow(db),
    perform: (db, [, name, args]) => {
      const operation = table[name];
      if (!operation) throw new RangeError(`no operation ${name}`);
      if (!isUpload(name)) terminals.forget();
      return operation(db, ...args);
    },
    undone: () => terminals.forget(),
  };
}

/** How many punches of a long upload; a small one counts as one, whatever it holds. */
function punchesIn(call: Call | undefined): number {
  if (call?.[1] === 'commitSmallUpload') return 1;
  const first = call?.[2][0] as { punches?: { count?: number } } | undefined; // a look, no trust: all else has none
  return first?.punches?.count ?? 0;
}

class Writer {
  readonly #port: MessagePort;
  readonly #db: Database;
  readonly #performer: Performer;
  readonly #queue: Call[] = [];
  #isClosing = false;
  #idle: NodeJS.Timeout | undefined;
  #unsearched = 0;

  constructor(port: MessagePort, db: Database, performer: Performer) {
    this.#port = port;
    this.#db = db;
    this.#performer = performer;
  }

  start(): void {
    this.#port.on('message', (message: ToWriter) => {
      this.#accept(message);
      this.#work();
    });
    this.#say({ isOpen: true });
    this.#tidyAfter(IDLE_MS); // a process that was killed may have left punches without their search rows
  }

  #say(message: FromWriter): void {
    this.#port.postMessage(message);
  }

  #accept(message: ToWriter): void {
    if (message === null) this.#isClosing = true;
    else for (const call of callsOfMessage(message)) this.#queue.push(call);
  }

  /** Everything that came while the last commit ran is in the next one. */
  #acceptWaiting(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
      this.#accept(next.message as ToWriter); // the other end is our own channel
  }

  #nextBatch(): Call[] {
    this.#acceptWaiting();
    let [length, rows] = [0, 0];
    while (length < Math.min(this.#queue.length, MOST_CALLS) && rows < MOST_ROWS) {
      rows += punchesIn(this.#queue[length]);
      length += 1;
    }
    return this.#queue.splice(0, length);
  }

  #work(): void {
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      const replies = commitTogether(this.#db, batch, this.#performer);
      this.#say(batch.every(isPlain) ? textOfReplies(replies) : replies);
      for (const call of batch) this.#unsearched += punchesIn(call);
      if (this.#unsearched > MOST_UNSEARCHED) this.#addSearchRows();
    }
    if (this.#isClosing) this.#close();
    else this.#tidyAfter(IDLE_MS);
  }

  /** Anew after each commit: a busy writer has no quiet time, and copying the log back every moment costs it a tenth. */
  #tidyAfter(ms: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#tidy(), ms);
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
