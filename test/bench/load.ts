import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** The next request, bytes or ASCII text; `connection` counts from 0. */
  readonly request: (connection: number) => Buffer | string;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly replies: number;
  /** Replies whose status was not 200: a measurement with any is no measurement. */
  readonly refusals: number;
}

/** What the listener puts off until it has nothing to do (search rows, copying the log back) must not fall into another's time. */
export const quiet = (): Promise<void> => pause(500);

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /content-length: (\d+)/i;
/** No reply of a measurement is longer: a read goes into the same bytes each time. */
const LONGEST_REPLY = 4096;

/**
 * Keep-alive connections in a closed loop. It shares the machine with what it measures, so it does as little as it can: no
 * stream of buffers for each connection, and the head of a reply is read only where its length differs from the one before.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const stopAt = performance.now() + options.milliseconds;
  const startedAt = performance.now();
  const done = await Promise.all(Array.from({ length: options.connections }, (_, at) => one(at, options, stopAt)));
  const seconds = (performance.now() - startedAt) / 1000;
  const replies = done.reduce((sum, each) => sum + each.replies, 0);
  return { perSecond: replies / seconds, replies, refusals: done.reduce((sum, each) => sum + each.refusals, 0) };
}

function one(at: number, options: LoadOptions, stopAt: number): Promise<{ replies: number; refusals: number }> {
  return new Promise((resolve, reject) => {
    const tally = { replies: 0, refusals: 0 };
    const reply = new ReplyReader();
    const send = (): unknown => socket.write(options.request(at), 'latin1');
    const callback = (length: number): boolean => {
      if (!reply.isWhole(length)) return true;
      tally.replies += 1;
      if (!reply.isGood) tally.refusals += 1;
      if (performance.now() < stopAt) send();
      else socket.destroy();
      return true;
    };
    const onread = { buffer: () => reply.room, callback };
    const socket: Socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true, onread });
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => resolve(tally));
  });
}

/** One reply at a time, of one connection. */
class ReplyReader {
  readonly #bytes = Buffer.alloc(LONGEST_REPLY);
  #length = 0;
  #expected = 0;

  /** Where the next bytes go. */
  get room(): Buffer {
    return this.#bytes.subarray(this.#length);
  }

  /** The 2 of `HTTP/1.1 200`. */
  get isGood(): boolean {
    return this.#bytes[9] === 0x32;
  }

  /** Whether a reply ends with these `count` bytes; the next ones begin another. */
  isWhole(count: number): boolean {
    this.#length += count;
    if (this.#length !== this.#expected) this.#expected = this.#endOfReply();
    if (this.#length < this.#expected) return false;
    this.#length = 0;
    return true;
  }

  #endOfReply(): number {
    const head = this.#bytes.subarray(0, this.#length).indexOf(HEAD_END);
    if (head < 0) return LONGEST_REPLY;
    const length = Number(LENGTH.exec(this.#bytes.toString('latin1', 0, head))?.[1] ?? 0);
    return head + HEAD_END.length + length;
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
