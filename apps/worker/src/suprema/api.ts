import { request as httpsRequest, type Agent } from 'node:https';
import { CODE, readEnvelope, type Envelope } from '@biolistener/brands/suprema';
import { BiolistenerError, type JsonObject } from '@biolistener/core';
import { workerError } from '../errors.ts';
import { Places } from '../places.ts';
import type { SupremaPace, SupremaServer } from './settings.ts';
import { connectionError, openAgent } from './tls.ts';

export interface ApiDeps {
  readonly server: SupremaServer;
  readonly pace: SupremaPace;
  readonly now: () => number;
}

export interface Answer extends Envelope {
  /** The server's own clock, where it told. */
  readonly date: number | undefined;
}

interface RawReply {
  readonly status: number;
  readonly sessionId: string | undefined;
  readonly date: number | undefined;
  readonly text: string;
}

interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: JsonObject | undefined;
  readonly withinMs?: number;
}

/** A user with ten fingers and a face is some hundred KB; nothing is larger. */
const LARGEST_REPLY = 16 * 1024 * 1024;
const MOST_AT_ONCE = 4;

const isSession = (id: string | undefined): id is string => id !== undefined && /^[\w-]{8,128}$/.test(id);

/**
 * Calls to a BioStar server: at most four at once, one session for all of them, renewed once when the server forgot it.
 * Errors: WORKER_SUPREMA_UNREACHABLE, _CERTIFICATE, _LOGIN, _ANSWER. A refusal of the server is no error: its code is in the
 * answer. Source: protocols/suprema.md §1.
 */
export class BioStarApi {
  readonly #deps: ApiDeps;
  readonly #agent: Agent;
  readonly #places = new Places(MOST_AT_ONCE);
  #sessionId: string | undefined;
  #loggingIn: Promise<string> | undefined;
  #refusedUntil = 0;
  #refusal = '';

  constructor(deps: ApiDeps) {
    this.#deps = deps;
    this.#agent = openAgent(deps.server);
  }

  /** For the socket of events, which needs the same certificate handling. */
  get agent(): Agent {
    return this.#agent;
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** One call within the session; a forgotten session is renewed once, by one login for all calls that it fails. */
  async call(ask: Ask): Promise<Answer> {
    const first = await this.#session();
    const answer = await this.callWith(first, ask);
    if (answer.code !== CODE.loginRequired) return answer;
    const again = await this.callWith(await this.renew(first), ask);
    if (again.code !== CODE.loginRequired) return again;
    throw workerError('WORKER_SUPREMA_LOGIN', 'the BioStar server asks for a login again right after one');
  }

  /** As `call`, within this session and no other. */
  async callWith(sessionId: string, ask: Ask): Promise<Answer> {
    const reply = await this.#places.within(() => this.#send(ask, sessionId));
    const envelope = readEnvelope(reply.text);
    if (!envelope)
      throw workerError(
        'WORKER_SUPREMA_ANSWER',
        `${ask.method} ${plain(ask.path)}: the answer is no JSON of BioStar (${reply.status})`,
      );
    return { ...envelope, code: reply.status === 401 ? CODE.loginRequired : envelope.code, date: reply.date };
  }

  /** A session that is not `stale` any more; several callers share one login. */
  async renew(stale: string | undefined): Promise<string> {
    if (this.#sessionId !== undefined && this.#sessionId !== stale) return this.#sessionId;
    this.#sessionId = undefined;
    return this.#session();
  }

  /** Ends the session, where there is one. Never throws: a server that is away ends it by itself. */
  async logout(): Promise<void> {
    const sessionId = this.#sessionId;
    this.#sessionId = undefined;
    if (sessionId !== undefined)
      await this.callWith(sessionId, { method: 'POST', path: '/logout', body: {} }).catch(() => undefined);
  }

  #session(): Promise<string> {
    if (this.#sessionId !== undefined) return Promise.resolve(this.#sessionId);
    return (this.#loggingIn ??= this.#login().finally(() => {
      this.#loggingIn = undefined;
    }));
  }

  async #login(): Promise<string> {
    const { server, pace, now } = this.#deps;
    if (now() < this.#refusedUntil) throw workerError('WORKER_SUPREMA_LOGIN', this.#refusal);
    const body = { User: { login_id: server.login, password: server.password } };
    const reply = await this.#send({ method: 'POST', path: '/login', body });
    const envelope = readEnvelope(reply.text);
    if (!envelope)
      throw workerError('WORKER_SUPREMA_ANSWER', `login: the answer is no JSON of BioStar (${reply.status})`);
    if (envelope.code === CODE.success && isSession(reply.sessionId)) return (this.#sessionId = reply.sessionId);
    this.#refusedUntil = now() + pace.loginAgainMs;
    this.#refusal = `the BioStar server refuses the login (code ${envelope.code})`;
    throw workerError('WORKER_SUPREMA_LOGIN', this.#refusal);
  }

  #send(ask: Ask, sessionId?: string): Promise<RawReply> {
    const { server, pace } = this.#deps;
    const body = ask.body === undefined ? undefined : Buffer.from(JSON.stringify(ask.body));
    return new Promise<RawReply>((resolve, reject) => {
      const fail = (error: unknown): void => reject(connectionError(error, server.url));
      const request = httpsRequest(
        `${server.url}/api${ask.path}`,
        {
          method: ask.method,
          agent: this.#agent,
          timeout: ask.withinMs ?? pace.requestMs,
          headers: {
            Accept: 'application/json',
            ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
            ...(sessionId === undefined ? {} : { 'bs-session-id': sessionId }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > LARGEST_REPLY) response.destroy(new Error('the answer is too large'));
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('end', () => {
            const sid = response.headers['bs-session-id'];
            const date = Date.parse(response.headers.date ?? '');
            resolve({
              status: response.statusCode ?? 0,
              sessionId: typeof sid === 'string' ? sid : undefined,
              date: Number.isNaN(date) ? undefined : date,
              text: Buffer.concat(chunks).toString('utf8'),
            });
          });
        },
      );
      const within = ask.withinMs ?? pace.requestMs;
      const patience = setTimeout(() => request.destroy(new TimeOut(within)), within);
      request.on('close', () => clearTimeout(patience));
      request.on('error', fail);
      request.end(body);
    });
  }
}

/** No answer within the time that this call may take. */
export class TimeOut extends Error {
  constructor(withinMs: number) {
    super(`no answer within ${withinMs} ms`);
  }
}

export const isTimeOut = (error: unknown): boolean =>
  error instanceof BiolistenerError && error.cause instanceof TimeOut;

/** A path without ids of people. */
const plain = (path: string): string => (path.split('?')[0] ?? '').replace(/^(\/users)\/.*/, '$1/…');
