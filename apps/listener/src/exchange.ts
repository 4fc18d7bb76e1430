import type { ServerResponse } from 'node:http';
import { messageOf } from '@biolistener/core';
import type { Outcome, RequestHead, WireOutput } from '@biolistener/wire';
import { readBody, type BodyResult, type WholeBody } from './body.ts';
import type { ListenerDeps } from './deps.ts';
import type { DeviceRequest } from './device-request.ts';
import { handleRequest } from './handle.ts';
import { sometimes } from './log-seldom.ts';
import { noteRequest } from './raw-packet.ts';
import { headOf } from './request-head.ts';
import type { SocketHub } from './socket/hub.ts';
import { endEarly, plain, send, write } from './write-reply.ts';

/** Answers the CLI and load balancers without touching a brand. */
const PROBE_TARGET = '/-/biolistener';
const RETRY = plain(503, 'RETRY LATER\n');

/** One request and where its reply goes. */
interface Exchange {
  readonly req: DeviceRequest;
  readonly res: ServerResponse;
  readonly head: RequestHead;
  readonly isProxied: boolean;
}

/** A poll is answered in the turn that brought it; whatever has to be waited for costs its promises only then. */
export function serve(
  req: DeviceRequest,
  res: ServerResponse,
  deps: ListenerDeps,
  sockets: SocketHub | undefined,
): void {
  const isProxied = deps.trustedProxies.has(req.socket.remoteAddress ?? '');
  const exchange = { req, res, head: headOf(req, isProxied), isProxied };
  noteRequest(req.socket, res);
  guarded(exchange, deps, () => serveAdmitted(exchange, deps, sockets));
}

/** Whatever goes wrong in one exchange is its own, and acknowledges nothing. */
function guarded(exchange: Exchange, deps: ListenerDeps, act: () => Promise<void> | undefined): void {
  try {
    act()?.catch((error: unknown) => fail(exchange, error, deps));
  } catch (error) {
    fail(exchange, error, deps);
  }
}

/** Answers at once where it can. */
function serveAdmitted(exchange: Exchange, deps: ListenerDeps, sockets: SocketHub | undefined): undefined {
  const { req, res, head, isProxied } = exchange;
  const admitted = gate(head, deps, sockets);
  if (!('early' in admitted))
    readBody(req, head.remoteAddress, deps.limits, (body) => {
      guarded(exchange, deps, () => answer(exchange, admitted, body, deps));
    });
  else if (admitted.isLast === true) endEarly(req, res, admitted.early);
  else write(res, admitted.early, isProxied);
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

function answer(
  exchange: Exchange,
  admitted: RequestHead,
  body: BodyResult,
  deps: ListenerDeps,
): Promise<void> | undefined {
  const { req, res, head, isProxied } = exchange;
  if (body.kind === 'whole' && body.bytes.length > 0) return answerBody(exchange, admitted, body, deps);
  if (body.kind === 'gone') return undefined;
  if (body.kind === 'limited') {
    endEarly(req, res, limitedReply(head, body.limit, deps));
    return undefined;
  }
  body.release(); // of no bytes
  const handled = handleRequest({ ...admitted, body: body.bytes }, deps);
  if (handled instanceof Promise) return handled.then((late) => send(res, late, isProxied));
  send(res, handled, isProxied);
  return undefined;
}

/** However it ends, the bytes of the body count no longer then. */
async function answerBody(
  { res, isProxied }: Exchange,
  admitted: RequestHead,
  body: WholeBody,
  deps: ListenerDeps,
): Promise<void> {
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
