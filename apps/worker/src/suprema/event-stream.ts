import { once } from 'node:events';
import { CODE, readBinding, readEventFrame, type Fields } from '@biolistener/brands/suprema';
import { messageOf } from '@biolistener/core';
import type { Log } from '@biolistener/telemetry';
import { WebSocket, type RawData } from 'ws';
import { workerError } from '../errors.ts';
import type { BioStarApi } from './api.ts';
import type { SupremaPace, SupremaServer } from './settings.ts';
import { connectionError } from './tls.ts';

export type StreamState = 'logged-out' | 'login' | 'opening' | 'binding' | 'starting' | 'live';

export interface StreamDeps {
  readonly api: BioStarApi;
  readonly server: SupremaServer;
  readonly pace: SupremaPace;
  readonly log: Log;
  readonly now: () => number;
  readonly onEvent: (event: Fields) => void;
  /** Events begin to arrive: what happened before is only in the search. */
  readonly onLive: () => void;
}

/** A frame holds one event; nothing larger is one. */
const LARGEST_FRAME = 1024 * 1024;

/**
 * The socket of events: a wake-up, never the record. The order of its steps is the server's: any other is met with silence.
 * Source: protocols/suprema.md §5; cases S5, S6, S12.
 */
export class EventStream {
  readonly #deps: StreamDeps;
  #state: StreamState = 'logged-out';
  #socket: WebSocket | undefined;
  #failures = 0;
  #lastFrameAt = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  readonly #sleepers = new Set<() => void>();
  #trouble = '';

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  get state(): StreamState {
    return this.#state;
  }

  start(): void {
    if (this.#running) return;
    this.#stopped = false;
    this.#running = this.#run();
  }

  /** It may be started again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#socket?.terminate();
    this.#wakeAll();
    await this.#running;
    this.#running = undefined;
  }

  /** A search found what should have come here: after long silence the socket is not believed. */
  noteMissed(): void {
    const { now, pace } = this.#deps;
    if (this.#state === 'live' && now() - this.#lastFrameAt >= pace.muteMs) this.#hangUp('nothing arrives');
  }

  /** It may change while something is awaited. */
  #isStopped = (): boolean => this.#stopped;

  async #run(): Promise<void> {
    let stale: string | undefined;
    while (!this.#isStopped()) {
      try {
        this.#state = 'login';
        const sessionId = await this.#deps.api.renew(stale);
        stale = sessionId; // the next attempt begins with a login of its own
        await this.#live(sessionId);
      } catch (error) {
        this.#tell(error);
      }
      this.#state = 'logged-out';
      if (!this.#isStopped()) await this.#pause();
    }
  }

  /** From the open socket to its end; rejects with the reason. */
  async #live(sessionId: string): Promise<void> {
    const socket = this.#open();
    this.#socket = socket;
    const end = once(socket, 'close').then(() => {
      throw workerError('WORKER_SUPREMA_UNREACHABLE', 'the socket of events was closed');
    });
    end.catch(() => undefined); // awaited below; until then its failure must not count as nobody's
    const failure = new Promise<never>((_, reject) =>
      socket.on('error', (error) => reject(connectionError(error, this.#deps.server.url))),
    );
    failure.catch(() => undefined); // as above
    try {
      await Promise.race([this.#begin(socket, sessionId), end, failure]);
      await Promise.race([this.#watch(socket, sessionId), end, failure]);
    } finally {
      socket.terminate();
      this.#wakeAll();
    }
  }

  #open(): WebSocket {
    const { server, api, pace } = this.#deps;
    return new WebSocket(`${server.url.replace(/^https/, 'wss')}/wsapi`, {
      agent: api.agent,
      origin: server.url, // releases from 2.8.14 on look at it
      handshakeTimeout: pace.stepMs,
      maxPayload: LARGEST_FRAME,
      perMessageDeflate: false,
    });
  }

  async #begin(socket: WebSocket, sessionId: string): Promise<void> {
    this.#state = 'opening';
    await this.#within(once(socket, 'open'), 'the socket does not open');
    this.#state = 'binding';
    const bound = this.#binding(socket);
    socket.send(`bs-session-id=${sessionId}`);
    await this.#within(bound, 'the server does not answer the first frame');
    this.#state = 'starting';
    socket.on('message', (data) => this.#onFrame(textOf(data)));
    await this.#startEvents(sessionId);
    this.#state = 'live';
    this.#failures = 0;
    this.#trouble = '';
    this.#lastFrameAt = this.#deps.now();
    this.#deps.log.info({}, 'events of the BioStar server arrive');
    this.#deps.onLive();
  }

  /** Only after this answer may events be asked for; before, the server says yes and sends nothing (S5). */
  #binding(socket: WebSocket): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (data: RawData): void => {
        const binding = readBinding(textOf(data));
        if (!binding) return;
        socket.off('message', look);
        if (binding.isBound) resolve();
        else reject(workerError('WORKER_SUPREMA_LOGIN', `the socket refuses the session (code ${binding.code})`));
      };
      socket.on('message', look);
    });
  }

  async #startEvents(sessionId: string): Promise<void> {
    const ask = { method: 'POST', path: '/events/start', body: {}, withinMs: this.#deps.pace.stepMs } as const;
    const { code } = await this.#deps.api.callWith(sessionId, ask);
    if (code !== CODE.success)
      throw workerError('WORKER_SUPREMA_LOGIN', `the session of the socket is over (code ${code})`);
  }

  /** Pings, and asks for events again: a session that was displaced leaves the socket open and mute (S12). */
  async #watch(socket: WebSocket, sessionId: string): Promise<never> {
    const { pace, api } = this.#deps;
    let missed = 0;
    let sinceStart = 0;
    socket.on('pong', () => (missed = 0));
    for (;;) {
      await this.#sleep(Math.min(pace.pingMs, pace.restartMs));
      if (socket.readyState !== WebSocket.OPEN)
        throw workerError('WORKER_SUPREMA_UNREACHABLE', 'the socket of events was closed');
      if (missed >= 2) throw workerError('WORKER_SUPREMA_UNREACHABLE', 'the socket of events answers no ping');
      if (api.sessionId !== sessionId)
        throw workerError('WORKER_SUPREMA_LOGIN', 'the session of the socket was replaced');
      missed += 1;
      socket.ping();
      sinceStart += Math.min(pace.pingMs, pace.restartMs);
      if (sinceStart < pace.restartMs) continue;
      sinceStart = 0;
      await this.#startEvents(sessionId);
    }
  }

  #onFrame(text: string): void {
    this.#lastFrameAt = this.#deps.now();
    const event = readEventFrame(text);
    if (event) this.#deps.onEvent(event);
  }

  #hangUp(reason: string): void {
    this.#deps.log.warn({ reason }, 'the socket of events is opened anew');
    this.#socket?.terminate();
  }

  /** The same trouble is told once. */
  #tell(error: unknown): void {
    const trouble = messageOf(error);
    if (this.#stopped || trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#deps.log.warn({ reason: trouble, state: this.#state }, 'no events from the socket; the search goes on');
  }

  async #pause(): Promise<void> {
    const { reconnectMs } = this.#deps.pace;
    const wait = reconnectMs[Math.min(this.#failures, reconnectMs.length - 1)] ?? 60_000;
    this.#failures += 1;
    await this.#sleep(wait);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#sleepers.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  async #within<T>(work: Promise<T>, otherwise: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(workerError('WORKER_SUPREMA_UNREACHABLE', otherwise)), this.#deps.pace.stepMs);
    });
    try {
      return await Promise.race([work, patience]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Frames are text or bytes, and hold UTF-8 either way (§5). */
const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8'); // ArrayBuffer is copied too
