import express, { type Express } from 'express';
import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '@biolistener/core';
import { headerOf, type Outcome, type RawHeaders, type RequestHead, type WireOutput } from '@biolistener/wire';
import { readBody } from './body.ts';
import type { ListenerDeps } from './deps.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { handleRequest, type Handled } from './handle.ts';
import { sometimes } from './log-seldom.ts';
import { answerRawPacket, noteReply, noteRequest } from './raw-packet.ts';
import type { SocketHub } from './socket/hub.ts';

/** Answers the CLI and load balancers without touching a brand. */
const PROBE_TARGET = '/-/biolistener';
const RETRY = plain(503, 'RETRY LATER\n');

/** Headers that only our own proxy may set; from anybody else they are ignored. */
const ADDRESS_HEADER = 'x-biolistener-address';
const VERSION_HEADER = 'x-biolistener-request-version';
const CONNECTION_HEADER = 'x-biolistener-client-connection';
const CONNECTION = 'connection';

/** Express in front of the steps: it parses nothing, adds nothing, and hands over raw bytes and raw headers. */
export function createDeviceServer(deps: ListenerDeps, sockets?: SocketHub): Server {
  const app = deviceApp(deps, sockets);
  const timeouts = { keepAliveTimeout: 75_000, requestTimeout: 0, headersTimeout: 30_000, maxHeaderSize: 16_384 };
  const upgrades = { shouldUpgradeCallback: (req: IncomingMessage) => sockets !== undefined && asksForSocket(req) };
  const server = createServer({ ...timeouts, ...upgrades, ...bornForExpress(app) }, app);
  if (sockets) mountSockets(server, sockets, deps);
  server.on('connection', () => deps.metrics.sockets.inc());
  server.on('connection', (socket: Socket) => socket.once('close', () => deps.metrics.sockets.dec()));
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket) =>
    answerRawPacket(error, socket, deps),
  );
  return server;
}

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
    void serve(req, res, deps, sockets);
  });
  return app;
}

/**
 * Express changes the prototype of every request and response, which costs more than all else that it does here.
 * Ours are made with the prototype that it would set, so that it finds nothing to change (docs/decisions/0006).
 */
function bornForExpress(app: Express) {
  class DeviceRequest extends IncomingMessage {}
  class DeviceResponse extends ServerResponse {}
  Object.setPrototypeOf(DeviceRequest.prototype, app.request);
  Object.setPrototypeOf(DeviceResponse.prototype, app.response);
  Object.assign(app, { request: DeviceRequest.prototype, response: DeviceResponse.prototype });
  return { IncomingMessage: DeviceRequest, ServerResponse: DeviceResponse };
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  deps: ListenerDeps,
  sockets: SocketHub | undefined,
): Promise<void> {
  const isProxied = deps.trustedProxies.has(req.socket.remoteAddress ?? '');
  const head = headOf(req, isProxied);
  noteRequest(req.socket, res);
  try {
    if (head.target === PROBE_TARGET) return write(res, plain(200, 'biolistener\n'), isProxied);
    if (!deps.limits.addressRate.take(head.remoteAddress, deps.now()))
      return write(res, limitedReply(head, 'rate', deps), isProxied);
    const admitted = sockets?.admit(head) ?? head;
    if (typeof admitted === 'number') return endEarly(req, res, plain(admitted, 'REFUSED\n'));
    const body = await readBody(req, head.remoteAddress, deps.limits);
    if (body.kind === 'gone') return;
    if (body.kind === 'limited') return endEarly(req, res, limitedReply(head, body.limit, deps));
    try {
      send(res, await handleRequest({ ...admitted, body: body.bytes }, deps), isProxied);
    } finally {
      body.release();
    }
  } catch (error) {
    deps.log.error(
      { remoteAddress: head.remoteAddress, reason: messageOf(error) },
      'a request failed and was not acknowledged',
    );
    if (!res.headersSent) write(res, RETRY, isProxied);
  }
}

/** What stood on the wire between the terminal and our proxy; the proxy's own word replaces its own connection. */
export function headOf(req: IncomingMessage, isProxied: boolean): RequestHead {
  const own = (name: string): string | undefined => (isProxied ? headerOf(req.rawHeaders, name) : undefined);
  const version = own(VERSION_HEADER)?.replace('HTTP/', '') ?? req.httpVersion;
  const { headers, clientConnection } = protocolHeaders(req.rawHeaders, isProxied);
  return {
    method: req.method ?? 'GET',
    target: req.url ?? '/',
    httpVersion: version,
    headers: clientConnection === undefined ? headers : [...headers, 'Connection', clientConnection],
    remoteAddress: own(ADDRESS_HEADER) ?? req.socket.remoteAddress ?? '',
  };
}

function protocolHeaders(
  raw: RawHeaders,
  isProxied: boolean,
): { headers: string[]; clientConnection: string | undefined } {
  const headers: string[] = [];
  let clientConnection: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] ?? '', raw[i + 1] ?? ''];
    const lower = name.length >= CONNECTION.length ? name.toLowerCase() : name;
    if (isProxied && lower === CONNECTION_HEADER) clientConnection = value === '' ? undefined : value;
    else if (
      lower.startsWith('x-biolistener-') ||
      (isProxied && name.length === CONNECTION.length && lower === CONNECTION)
    )
      continue;
    else headers.push(name, value);
  }
  return { headers, clientConnection };
}

/** Writes a reply with names and order as given. Towards our proxy `Connection` is left out: it speaks for itself. */
function write(res: ServerResponse, output: WireOutput, isProxied: boolean): void {
  res.sendDate = false;
  const headers = isProxied ? withoutConnection(output.headers) : [...output.headers];
  res.writeHead(output.status, headers);
  atEndOfTurn(() => {
    const { socket } = res;
    endWith(res, output.body);
    noteReply(socket, res);
  });
}

/** Writes a reply, and tells whom it concerns whether all of it was handed to the network. */
function send(res: ServerResponse, output: Handled, isProxied: boolean): void {
  const { settle } = output;
  if (settle === undefined) return write(res, output, isProxied);
  if (res.destroyed) return settle(false); // whoever asked has hung up meanwhile
  try {
    write(res, output, isProxied);
  } catch (error) {
    settle(false);
    throw error;
  }
  res.once('close', () => settle(res.writableFinished));
}

const SMALL_BODY = 4096;

/** A small body as latin1 text has the same bytes, and Node sends it in one write with the head instead of two. */
function endWith(res: ServerResponse, body: Uint8Array): void {
  if (body.length > SMALL_BODY) res.end(body);
  else res.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
}

function withoutConnection(headers: RawHeaders): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name.toLowerCase() !== 'connection') kept.push(name, headers[i + 1] ?? '');
  }
  return kept;
}

/** The rest of the body will not be read, so the connection cannot be used again. */
function endEarly(req: IncomingMessage, res: ServerResponse, output: WireOutput): void {
  write(res, { ...output, headers: [...withoutConnection(output.headers), 'Connection', 'close'] }, false);
  res.once('finish', () => setTimeout(() => req.destroy(), 1000).unref());
  req.resume();
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

export function plain(status: number, text: string): WireOutput {
  const body = Buffer.from(text);
  return { status, headers: ['Content-Type', 'text/plain', 'Content-Length', String(body.length)], body };
}
