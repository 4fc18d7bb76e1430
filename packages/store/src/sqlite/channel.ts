import { once } from 'node:events';
import { nextTick } from 'node:process'; // the real one, also where a test fakes the global clock
import { Worker } from 'node:worker_threads';
import { storeError } from '../errors.ts';
import { errorOf } from './failures.ts';
import type { ArgumentsOf, OperationName, ResultOf } from './operations.ts';
import {
  eachReply,
  isPlain,
  type Call,
  type FromWriter,
  type Reply,
  type ToWriter,
  type WriterData,
} from './protocol.ts';
import { Seats } from './seats.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** So many calls made in a row go over before the row ends: the thread works on them while this one goes on. */
const ENOUGH = 32;

export type StartThread = (data: WriterData) => Worker;

/** Flags of the process are not passed on: some of them (`--input-type`, a debugger's) would keep the thread from starting. */
const execArgv = ['--disable-warning=ExperimentalWarning'];

/** Nothing of a commit outlives it: without this the thread's space for new objects grows to 128 MiB (docs/decisions/0006). */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export const startWriter: StartThread = (workerData) =>
  new Worker(new URL('./writer.ts', import.meta.url), { workerData, execArgv, resourceLimits });

/**
 * The calling end of the writer thread. Calls made in a row, before this thread turns to something else, go over in one
 * message, and so do their answers. The thread keeps the process alive only while a call is open. A thread that dies fails what was open, and the
 * next call starts another.
 */
export class Channel {
  readonly #data: WriterData;
  readonly #startThread: StartThread;
  readonly #onError: (error: Error) => void;
  readonly #waiting = new Seats<Waiting>();
  #outbox: Call[] = [];
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(data: WriterData, onError: (error: Error) => void, startThread: StartThread = startWriter) {
    this.#data = data;
    this.#onError = onError;
    this.#startThread = startThread;
  }

  /** Starts the thread and waits until it opened the file. */
  async start(): Promise<void> {
    const worker = this.#newWorker();
    this.#worker = worker;
    let cause: unknown;
    worker.on('error', (error: unknown) => (cause = error));
    worker.on('exit', () => this.#gone(worker, cause));
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromWriter) => {
        if (typeof message === 'string' || !('failed' in message || 'isOpen' in message)) this.#settle(message);
        else if ('failed' in message) reject(this.#refused(worker, errorOf(message.failed)));
        else resolve();
      });
      worker.on('exit', () => reject(storeError('STORE_UNAVAILABLE', 'the writer thread did not start', cause)));
    });
    this.#release();
  }

  /** A thread that cannot even be made (no memory, no more threads) fails what waits for it. */
  #newWorker(): Worker {
    try {
      return this.#startThread(this.#data);
    } catch (error) {
      const failure = storeError('STORE_UNAVAILABLE', 'the writer thread could not be started', error);
      this.#failAll(failure);
      throw failure;
    }
  }

  call<K extends OperationName>(name: K, ...args: ArgumentsOf<K>): Promise<ResultOf<K>> {
    if (this.#isClosed) return Promise.reject(storeError('STORE_UNAVAILABLE', 'the store is closed'));
    return new Promise((resolve, reject) => {
      // The answer to a call of this name is of its type; see the table of operations.
      const id = this.#waiting.take({ resolve: resolve as (value: unknown) => void, reject });
      this.#send([id, name, args]);
    });
  }

  #send(call: Call): void {
    const waiting = this.#outbox.push(call);
    if (waiting === 1) nextTick(() => this.#flush());
    else if (waiting >= ENOUGH) this.#flush();
  }

  /** Waits for what is under way, closes the file, and joins the thread. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#flush();
    const worker = this.#worker;
    if (!worker) return;
    worker.ref();
    const ended = once(worker, 'exit');
    worker.postMessage(null satisfies ToWriter);
    await ended;
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    const calls = this.#outbox;
    this.#outbox = [];
    if (!this.#worker) this.start().catch((error: unknown) => this.#onError(asError(error)));
    const worker = this.#worker;
    worker?.ref();
    try {
      worker?.postMessage((calls.every(isPlain) ? JSON.stringify(calls) : calls) satisfies ToWriter);
    } catch {
      // one of them holds what cannot be copied: only that one fails
      for (const call of calls) this.#postAlone(worker, call);
      this.#release();
    }
  }

  #postAlone(worker: Worker | undefined, call: Call): void {
    try {
      worker?.postMessage([call] satisfies ToWriter);
    } catch (error) {
      const reason = `${call[1]} was given something that is no data`;
      this.#waiting.leave(call[0])?.reject(storeError('STORE_REJECTED', reason, error));
    }
  }

  #settle(message: readonly Reply[] | string): void {
    eachReply(message, (id, value, failure) => {
      const waiting = this.#waiting.leave(id);
      if (failure) waiting?.reject(errorOf(failure));
      else waiting?.resolve(value);
    });
    this.#release();
  }

  /** An idle thread must not keep a process alive that has nothing else to do. */
  #release(): void {
    if (this.#waiting.size === 0 && !this.#isClosed) this.#worker?.unref();
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.leaveAll()) waiting.reject(error);
  }

  /** The thread could not open the file: it says why and ends. */
  #refused(worker: Worker, error: Error): Error {
    if (this.#worker === worker) this.#worker = undefined;
    this.#failAll(error);
    return error;
  }

  #gone(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = storeError('STORE_UNAVAILABLE', 'the writer thread stopped', cause);
    const isUnexpected = !this.#isClosed || this.#waiting.size > 0;
    this.#failAll(error);
    if (isUnexpected) this.#onError(error);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
