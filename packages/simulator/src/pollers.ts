import { connect, type Socket } from 'node:net';
import type { Target } from './link.ts';
import { Random } from './random.ts';

export interface PollersOptions {
  readonly target: Target;
  readonly count: number;
  /** Real time between two polls of one terminal; the first ones are spread over it. */
  readonly intervalMs?: number;
  /** One connection per terminal that stays open; else one per poll. */
  readonly keepAlive?: boolean;
  readonly serialPrefix?: string;
  readonly seed?: number;
  /** Connections that may be opening at the same time. */
  readonly maxOpening?: number;
}

export interface PollersTotals {
  readonly polls: number;
  readonly replies: number;
  /** Replies that were not 200. */
  readonly refusals: number;
  readonly failures: number;
  readonly openSockets: number;
}

/** What one polling terminal needs in memory: a socket and three numbers. */
interface Poller {
  readonly number: number;
  nextAt: number;
  socket: Socket | undefined;
  isWaiting: boolean;
}

const TICK_MS = 100;

/**
 * Many terminals that only poll (`getrequest`), for memory and connection tests: no queue, no parser, one shared timer.
 * A reply is told by its first bytes alone; use `startFleet` where replies are to be checked.
 */
export class Pollers {
  readonly #options: Required<PollersOptions>;
  readonly #pollers: Poller[];
  #timer: NodeJS.Timeout | undefined;
  #opening = 0;
  #polls = 0;
  #replies = 0;
  #refusals = 0;
  #failures = 0;

  constructor(options: PollersOptions) {
    const defaults = { intervalMs: 10_000, keepAlive: false, serialPrefix: 'SIMPOLL', seed: 1, maxOpening: 500 };
    this.#options = { ...defaults, ...options };
    const random = new Random(this.#options.seed);
    this.#pollers = Array.from({ length: options.count }, (_, number) => ({
      number,
      nextAt: Date.now() + random.next() * this.#options.intervalMs,
      socket: undefined,
      isWaiting: false,
    }));
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), Math.min(TICK_MS, this.#options.intervalMs));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const poller of this.#pollers) poller.socket?.destroy();
  }

  totals(): PollersTotals {
    const openSockets = this.#pollers.filter((each) => each.socket !== undefined).length;
    const { polls, replies, refusals, failures } = {
      polls: this.#polls,
      replies: this.#replies,
      refusals: this.#refusals,
      failures: this.#failures,
    };
    return { polls, replies, refusals, failures, openSockets };
  }

  #tick(): void {
    const now = Date.now();
    for (const poller of this.#pollers) {
      if (poller.nextAt > now || poller.isWaiting) continue;
      if (!poller.socket && this.#opening >= this.#options.maxOpening) return;
      poller.nextAt = now + this.#options.intervalMs;
      poller.isWaiting = true;
      this.#polls++;
      (poller.socket ?? this.#open(poller)).write(this.#request(poller));
    }
  }

  #open(poller: Poller): Socket {
    this.#opening++;
    let isOpening = true;
    const opened = (): void => {
      if (isOpening) this.#opening--;
      isOpening = false;
    };
    const socket = connect({ host: this.#options.target.host, port: this.#options.target.port, noDelay: true });
    poller.socket = socket;
    socket.on('connect', opened);
    socket.on('data', (bytes) => this.#answered(poller, bytes));
    socket.on('error', () => undefined); // counted at `close`
    socket.on('close', () => {
      opened();
      if (poller.isWaiting) this.#failures++;
      poller.isWaiting = false;
      poller.socket = undefined;
    });
    return socket;
  }

  #answered(poller: Poller, bytes: Buffer): void {
    if (!poller.isWaiting) return; // the rest of a reply that came in two pieces
    poller.isWaiting = false;
    this.#replies++;
    if (bytes.toString('latin1', 9, 12) !== '200') this.#refusals++;
  }

  #request(poller: Poller): string {
    const { target, keepAlive, serialPrefix } = this.#options;
    const serialNumber = `${serialPrefix}${String(poller.number).padStart(6, '0')}`;
    const connection = keepAlive ? 'keep-alive' : 'close';
    return (
      `GET /iclock/getrequest?SN=${serialNumber} HTTP/1.1\r\n` +
      `Host: ${target.host}:${target.port}\r\nConnection: ${connection}\r\n\r\n`
    );
  }
}

/** Makes pollers and starts them. */
export function startPollers(options: PollersOptions): Pollers {
  const pollers = new Pollers(options);
  pollers.start();
  return pollers;
}
