import { connect, type Socket } from 'node:net';
import { sleep } from './pace.ts';
import { ReplyReader, type RawReply } from './reply-reader.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** How the bytes of a request reach the server, or do not. */
export type Delivery =
  | { readonly kind: 'plain' }
  | { readonly kind: 'drip'; readonly pieces: number; readonly pauseMs: number }
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Sends everything and ends its side: the announced length was a lie. */
  | { readonly kind: 'end' }
  /** Sends everything and is gone before the reply. */
  | { readonly kind: 'hang-up' }
  | { readonly kind: 'nothing' };

export interface ExchangeOptions {
  readonly delivery: Delivery;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The request asked for the connection to be closed: the reply is only over when the server closes. */
  readonly closes: boolean;
}

export type Exchange =
  { readonly kind: 'reply'; readonly reply: RawReply } | { readonly kind: 'none'; readonly reason: string };

const CLOSED = 'closed without a reply';
/** How long a server may take to close after a whole reply before that is held against it. */
const CLOSE_PATIENCE_MS = 3000;

/** One terminal's connection to its server: a new one per request, or one that is kept while the server keeps it. */
export class Link {
  readonly #target: Target;
  #kept: Socket | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Sends one request and waits for its reply. Never rejects: what went wrong is in the reason. */
  async exchange(bytes: Buffer, options: ExchangeOptions): Promise<Exchange> {
    const kept = this.#takeKept();
    if (kept) {
      const outcome = await this.#talk(kept, bytes, options);
      // The server had closed the idle connection: HTTP/1.1 clients then open a new one.
      const isStale = outcome.kind === 'none' && outcome.reason === CLOSED;
      if (!isStale || options.delivery.kind !== 'plain' || options.signal.aborted) return outcome;
    }
    const opened = await openSocket(this.#target, options);
    return typeof opened === 'string' ? { kind: 'none', reason: opened } : this.#talk(opened, bytes, options);
  }

  /** Drops the kept connection, as a restart does. */
  drop(): void {
    this.#kept?.destroy();
    this.#kept = undefined;
  }

  #takeKept(): Socket | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept && !kept.destroyed && kept.readable ? kept : undefined;
  }

  async #talk(socket: Socket, bytes: Buffer, options: ExchangeOptions): Promise<Exchange> {
    const outcome = await talk(socket, bytes, options);
    if (outcome.kind === 'reply' && !options.closes && !outcome.reply.isClosed && outcome.reply.isWhole) {
      this.#kept = socket;
    } else socket.destroy();
    return outcome;
  }
}

/** Opens a connection; answers the reason as text when there is none. */
export function openSocket(
  target: Target,
  options: Pick<ExchangeOptions, 'timeoutMs' | 'signal'>,
): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    const giveUp = (reason: string): void => {
      settle();
      socket.destroy();
      resolve(reason);
    };
    const onAbort = (): void => giveUp('stopped');
    const timer = setTimeout(() => giveUp('no connection in time'), options.timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('error', onError);
      // A socket without an error listener would end the process; what happens later is told by `close`.
      socket.on('error', () => undefined);
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error): void => giveUp(error.message || 'connection failed');
    socket.once('connect', onConnect);
    socket.once('error', onError);
    if (options.signal.aborted) onAbort();
    else options.signal.addEventListener('abort', onAbort, { once: true });
  });
}

function talk(socket: Socket, bytes: Buffer, options: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    const reader = new ReplyReader();
    let timer = setTimeout(() => end({ kind: 'none', reason: 'no reply in time' }), options.timeoutMs);
    const end = (outcome: Exchange): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      resolve(outcome);
    };
    const onAbort = (): void => end({ kind: 'none', reason: 'stopped' });
    const onData = (chunk: Buffer): void => {
      reader.push(chunk);
      const reply = reader.read();
      if (!reply) return;
      if (!options.closes) return end({ kind: 'reply', reply });
      clearTimeout(timer);
      timer = setTimeout(() => end({ kind: 'reply', reply }), CLOSE_PATIENCE_MS);
    };
    const onEnd = (): void => {
      reader.end();
      const reply = reader.read();
      end(reply ? { kind: 'reply', reply } : { kind: 'none', reason: CLOSED });
    };
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
    if (options.signal.aborted) return onAbort();
    options.signal.addEventListener('abort', onAbort, { once: true });
    void send(socket, bytes, options);
  });
}

async function send(socket: Socket, bytes: Buffer, options: ExchangeOptions): Promise<void> {
  const { delivery } = options;
  switch (delivery.kind) {
    case 'plain':
      socket.write(bytes);
      return;
    case 'end':
      socket.end(bytes);
      return;
    case 'hang-up':
      socket.end(bytes, () => socket.destroy());
      return;
    case 'nothing':
      socket.destroy();
      return;
    case 'reset':
      socket.write(bytes.subarray(0, delivery.afterBytes), () => socket.resetAndDestroy());
      return;
    case 'drip': {
      const size = Math.max(1, Math.ceil(bytes.length / delivery.pieces));
      for (let at = 0; at < bytes.length && !socket.destroyed && !options.signal.aborted; at += size) {
        socket.write(bytes.subarray(at, at + size));
        await sleep(delivery.pauseMs, options.signal);
      }
    }
  }
}

/** Opens a connection beside the real one, sends what is given, and holds it for a while: half requests, silence. */
export async function strayConnection(
  target: Target,
  bytes: Buffer,
  holdMs: number,
  signal: AbortSignal,
): Promise<void> {
  const socket = await openSocket(target, { timeoutMs: holdMs, signal });
  if (typeof socket === 'string') return; // a server that refuses strays does no harm
  socket.resume();
  if (bytes.length > 0) socket.write(bytes);
  await sleep(holdMs, signal);
  socket.destroy();
}
