import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** The bytes of the next request; `connection` counts from 0. */
  readonly request: (connection: number) => Buffer;
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

/** Keep-alive connections in a closed loop, as little work on this side as reading the length of each reply. */
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
    const socket: Socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true });
    let pending = Buffer.alloc(0);
    socket.on('connect', () => socket.write(options.request(at)));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const end = replyEnd(pending);
      if (end === undefined) return;
      tally.replies += 1;
      if (pending[9] !== 0x32) tally.refusals += 1; // the 2 of `HTTP/1.1 200`
      pending = pending.subarray(end);
      if (performance.now() < stopAt) socket.write(options.request(at));
      else socket.destroy();
    });
    socket.on('close', () => resolve(tally));
  });
}

/** Where a whole reply ends; undefined while it is still coming. */
function replyEnd(bytes: Buffer): number | undefined {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return undefined;
  const length = Number(LENGTH.exec(bytes.toString('latin1', 0, head))?.[1] ?? 0);
  const end = head + HEAD_END.length + length;
  return bytes.length >= end ? end : undefined;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
