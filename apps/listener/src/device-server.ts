import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenerDeps } from './deps.ts';
import type { DeviceRequest } from './device-request.ts';
import { serve } from './exchange.ts';
import { deviceApp } from './express-app.ts';
import { answerRawPacket } from './raw-packet.ts';
import { headOf } from './request-head.ts';
import type { SocketHub } from './socket/hub.ts';

const TIMEOUTS = { keepAliveTimeout: 75_000, requestTimeout: 0, headersTimeout: 30_000, maxHeaderSize: 16_384 };
/** A poll has no body: no stream of it is kept up for anybody. */
const BODIES = { optimizeEmptyRequests: true };

/** Express in front of the steps: it parses nothing, adds nothing, and hands over raw bytes and raw headers. */
export function createDeviceServer(deps: ListenerDeps, sockets?: SocketHub): Server {
  const answer = (req: DeviceRequest, res: ServerResponse): void => serve(req, res, deps, sockets);
  const { dispatch, born } = deviceApp(answer);
  const upgrades = { shouldUpgradeCallback: (req: IncomingMessage) => sockets !== undefined && asksForSocket(req) };
  const server = createServer({ ...TIMEOUTS, ...BODIES, ...upgrades, ...born }, (req, res) =>
    dispatch(req, res, () => answer(req, res)),
  );
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
