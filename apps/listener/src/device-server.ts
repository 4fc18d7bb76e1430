import express, { type Express } from 'express';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '@biolistener/core';
import type { Outcome, RequestHead, WireOutput } from '@biolistener/wire';
import { readBody, type BodyResult } from './body.ts';
import type { ListenerDeps } from './deps.ts';
import { DeviceRequest } from './device-request.ts';
import { handleRequest } from './handle.ts';
import { sometimes } from './log-seldom.ts';
import { answerRawPacket, noteRequest } from './raw-packet.ts';
import { headOf } from './request-head.ts';
import type { SocketHub } from './socket/hub.ts';
import { endEarly, plain, send, write } from './write-reply.ts';

/** Answers the CLI and load balancers without touching a brand. */
const PROBE_TARGET = '/-/biolistener';
const RETRY = plain(503, 'RETRY LATER\n');

/** Express in front of the steps: it parses nothing, adds nothing, and hands over raw bytes and raw headers. */
export function createDeviceServer(deps: ListenerDeps, sockets?: SocketHub): Server {
  const app = deviceApp(deps, sockets);
  const timeouts = { keepAliveTimeout: 75_000, requestTimeout: 0, headersTimeout: 30_000, maxHeaderSize: 16_384 };
  // a poll has no body: no stream of it is kept up for anybody
  const bodies = { optimizeEmptyRequests: true };
  const upgrades = { shouldUpgradeCallback: (req: IncomingMessage) => sockets !== undefined && asksForSocket(req) };
  const dispatch = app as unknown as Dispatch; // plain requests are born as those that it expects
  const server = createServer({ ...timeouts, ...bodies, ...upgrades, ...bornForExpress(app) }, (req, res) =>
    dispatch(req, res, () => serve(req, res, deps, sockets)),
  );
  if (sockets) mountSockets(server, sockets, deps);
  server.on('connection', () => deps.metrics.sockets.inc());
  server.on('connection', (socket: Socket) => socket.once('close', () => deps.metrics.sockets.dec()));
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket) =>
    answerRawPacket(error, socket, deps),
  );
  return server;
}

/** `lost`: Express gives up a target that it cannot parse, and would answer 404 by itself. */
type Dispatch = (req: IncomingMessage, res: ServerResponse, lost: () => void) => void;

/** Other protocols than WebSocket are offered by some HTTP clients, and mean nothing: those requests go their usual way. */
const asksForSocket = (req: IncomingMessage): boolean => req.headers.upgrade?.toLowerCase() === 'websocket';

function mountSockets(server: Server, sockets: SocketHub, deps: ListenerDeps): void {
  server.on('upgrade', (req, socket, head) => {
    const isProxied = deps.trustedProxies.has(req.socket.remoteAddress ?? '');
    sockets.upgrade(req, socket, head, headOf(req, isProxied));
  });
}

function deviceApp(deps: ListenerDeps, sockets: SocketHub | undefined): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use((req, res) => {
    serve(req as unknown as DeviceRequest, res, deps, sockets); // they are born as such
  });
  return app;
}

/**
 * Express changes the prototype of every request and response, which costs more than all else that it does here.
 * Ours are made with the prototype that it would set, so that it finds nothing to change (docs/decisions/0006).
 */
function bornForExpress(app: Express) {
  class BornRequest extends DeviceRequest {}
  class BornResponse extends ServerResponse<BornRequest> {}
  // what Express gives to requests, and behind it what they are
  Object.setPrototypeOf(BornRequest.prototype, app.request);
  Object.setPrototypeOf(app.request, DeviceRequest.prototype);
  Object.setPrototypeOf(DeviceRequest.prototype, express.request);
  Object.setPrototypeOf(BornResponse.prototype, app.response);
  Object.assign(app, { request: BornRequest.prototype, response: BornResponse.prototype });
  routeOnce(BornRequest.prototype);
  return { IncomingMessage: BornRequest, ServerResponse: BornResponse };
}

/**
 * Express reads each target sign by sign and keeps what it found with the request, to see which of its routes fits. There is
 * one, and it fits everything: so what was found for the first target stands for all of them.
 */
function routeOnce(requests: IncomingMessage): void {
  let found: { _raw?: string | undefined } | undefined;
  Object.defineProperty(requests, '_parsedUrl', {
    get(this: IncomingMessage) {
      if (found) found._raw = this.url; // whose it is
      return found;
    },
    set(first: object) {
      found ??= first;
    },
  });
}

/** One request and where its reply goes. */
interface Exchange {
  readonly req: DeviceRequest;
  readonly res: ServerResponse;
  readonly head: RequestHead;
  readonly isProxied: boolean;
}

/** A poll is answered in the turn that brought it; whatever has to be waited for costs its promises only then. */
function serve(req: DeviceRequest, res: ServerResponse, deps: ListenerDeps, sockets: SocketHub | undefined): void {
  const isProxied = deps.trustedProxies.has(req.socket.remoteAddress ?? '');
  const exchange = { req, res, head: headOf(req, isProxied), isProxied };
  noteRequest(req.socket, res);
  try {
    const waiting = serveAdmitted(exchange, deps, sockets);
    waiting?.catch((error: unknown) => fail(exchange, error, deps));
  } catch (error) {
    fail(exchange, error, deps);
  }
}

/** Answers at once where it can. */
function serveAdmitted(
  exchange: Exchange,
  deps: ListenerDeps,
  sockets: SocketHub | undefined,
): Promise<void> | undefined {
  const { req, res, head, isProxied } = exchange;
  const admitted = gate(head, deps, sockets);
  if ('early' in admitted) {
    if (admitted.isLast === true) endEarly(req, res, admitted.early);
    else write(res, admitted.early, isProxied);
    return undefined;
  }
  const body = readBody(req, head.remoteAddress, deps.limits);
  if (body instanceof Promise) return body.then((read) => answer(exchange, admitted, read, deps));
  if (body.kind !== 'whole') return answer(exchange, admitted, body, deps);
  const handled = handleRequest({ ...admitted, body: body.bytes }, deps);
  if (handled instanceof Promise) return handled.then((late) => send(res, late, isProxied));
  send(res, handled, isProxied);
  return undefined;
}

/** A reply that needs no body; `isLast`: the connection ends with it. */
interface Early {
  readonly early: WireOutput;
  readonly isLast?: boolean;
}

function gate(head: RequestHead, deps: ListenerDeps, sockets: SocketHub | undefined): RequestHead | Early {
  if (head.target === PROBE_TARGET) return { early: plain(200, 'biolistener\n') };
  if (!deps.limits.addressRate.take(head.remoteAddress, deps.now())) return { early: limitedReply(head, 'rate', deps) };
  const admitted = sockets?.admit(head) ?? head;
  return typeof admitted === 'number' ? { early: plain(admitted, 'REFUSED\n'), isLast: true } : admitted;
}

async function answer(
  { req, res, head, isProxied }: Exchange,
  admitted: RequestHead,
  body: BodyResult,
  deps: ListenerDeps,
): Promise<void> {
  if (body.kind === 'gone') return;
  if (body.kind === 'limited') return endEarly(req, res, limitedReply(head, body.limit, deps));
  try {
    send(res, await handleRequest({ ...admitted, body: body.bytes }, deps), isProxied);
  } finally {
    body.release();
  }
}

function fail({ res, head, isProxied }: Exchange, error: unknown, deps: ListenerDeps): void {
  const { remoteAddress } = head;
  deps.log.error({ remoteAddress, reason: messageOf(error) }, 'a request failed and was not acknowledged');
  if (!res.headersSent) write(res, RETRY, isProxied);
}

/** In the brand's words where one claims it; the store is not asked and nothing is acknowledged. */
function limitedReply(
  head: RequestHead,
  limit: Extract<Outcome, { kind: 'limited' }>['limit'],
  deps: ListenerDeps,
): WireOutput {
  deps.metrics.limited.inc({ limit });
  const input = { ...head, body: Buffer.alloc(0) };
  const brand = deps.brands.find((candidate) => candidate.claims(input));
  if (!brand) return RETRY;
  const identity = brand.identify(input);
  sometimes(deps, `limit ${limit} ${head.remoteAddress}`, (times) =>
    deps.log.warn(
      { brand: brand.name, serialNumber: identity.serialNumber, remoteAddress: head.remoteAddress, limit, times },
      'over a limit, not acknowledged',
    ),
  );
  return brand.answer({ kind: 'limited', limit }, { input, identity, now: deps.now(), terminal: undefined });
}
