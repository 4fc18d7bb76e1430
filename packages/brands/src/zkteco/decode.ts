import { isZone, offsetMinutes, type Json, type JsonObject } from '@biolistener/core';
import type { DecodeContext, Decoded, TerminalFacts, WireInput } from '@biolistener/wire';
import { emitOperation, park, type Collector } from './collector.ts';
import { dialectOf } from './dialect.ts';
import { handshakeFacts, handshakeReply } from './handshake-facts.ts';
import { readInfo } from './info-vector.ts';
import { decodeResults } from './command-results.ts';
import { locatorOf } from './locate.ts';
import { routeOf, type Route } from './route.ts';
import { securityStep, tokenStep, verificationStep } from './sec-decode.ts';
import { resendAnswered, stampOf } from './stamps.ts';
import { OK, text, type Step } from './step.ts';
import { rawParameterOf } from './target.ts';
import { decodeUpload } from './upload.ts';

/**
 * What happened in one request. Never throws; each line of an upload is an event or a parked record.
 * Wall times are read in the zone of the terminal (`UTC` when it has none, which the listener never lets happen).
 */
export function decode(input: WireInput, ctx: DecodeContext): Decoded {
  const route = routeOf(input);
  const into = collectorOf(route, ctx);
  const step = tokenStep(route, input, into) ?? stepOf(route, input, into);
  noteDialect(into);
  const { events, parked } = into;
  const decoded = { events, parked, facts: factsOf(route, into, step), reply: { ...step.reply } };
  return step.refused === true ? { ...decoded, refused: true } : decoded;
}

/** Another dialect than before is part of a terminal's history: somebody switched its mode in the menu (§2.11). */
function noteDialect(into: Collector): void {
  const before = into.ctx.terminal.profile['dialect'];
  if (into.dialect === before) return;
  into.profile['dialect'] = into.dialect;
  if (before === undefined) return;
  emitOperation(into, {
    source: 'terminal',
    code: 'dialect',
    wallTime: undefined,
    isAlert: false,
    details: { from: before, to: into.dialect },
    key: ['dialect', into.dialect, into.ctx.now],
  });
}

function collectorOf(route: Route, ctx: DecodeContext): Collector {
  const named = ctx.terminal.zone;
  const zone = named !== undefined && isZone(named) ? named : 'UTC';
  return {
    ctx,
    dialect: dialectOf(route, ctx.terminal),
    zone,
    locate: locatorOf(zone),
    table: route.table === '' ? route.operation : route.table,
    events: [],
    parked: [],
    profile: {},
    lines: 0,
    unreadable: 0,
  };
}

function factsOf(route: Route, into: Collector, step: Step): TerminalFacts {
  const { profile } = into;
  const facts: { -readonly [K in keyof TerminalFacts]: TerminalFacts[K] } = {};
  if (step.stampedTable !== undefined) {
    Object.assign(profile, resendAnswered(into.ctx.terminal.profile, step.stampedTable));
    const stamps = stampOf(route, step.stampedTable);
    if (stamps) facts.stamps = stamps;
  }
  if (Object.keys(profile).length > 0) facts.profile = profile;
  if (step.isRestart === true) facts.isRestart = true;
  if (step.wallClock !== undefined) facts.wallClock = step.wallClock;
  return facts;
}

function stepOf(route: Route, input: WireInput, into: Collector): Step {
  switch (route.kind) {
    case 'handshake':
      return handshakeStep(route, input, into);
    case 'upload':
      return uploadStep(route, input, into);
    case 'results':
      decodeResults(into, input.body);
      return OK;
    case 'poll': {
      keepBody(input, into, 'getrequest');
      Object.assign(into.profile, infoOf(route));
      return { reply: { form: 'commands' } };
    }
    case 'ping':
    case 'test':
    case 'self-service':
      keepBody(input, into, route.operation);
      return OK;
    default:
      return rareStep(route, input, into);
  }
}

function rareStep(route: Route, input: WireInput, into: Collector): Step {
  switch (route.kind) {
    case 'remote-user': // default policy of §3.13: nobody is fetched on the fly
      return route.operation === 'cdata/PIN' ? text(200, 'NONE') : OK;
    case 'time':
      return { reply: { form: 'time' } };
    case 'verify': // doors are not opened on the word of a client that proves nothing (§3.13)
      into.profile['onlineVerification'] = true;
      return into.dialect === 'SEC' ? verificationStep(input) : text(200, 'AUTH=Failed\n');
    case 'verified':
      if (input.body.length > 0) park(into, 'ZK_VERIFY_DATA', 'the outcome of an online verification', input.body);
      return OK;
    case 'exchange': // §2.10: the next handshake offers a version without encryption
      into.profile['encryptionRequested'] = true;
      return OK;
    case 'event':
      if (input.body.length > 0) park(into, 'ZK_EVENT_RAW', 'a lock event, kept unread', input.body);
      return OK;
    case 'security':
      return securityStep(route, input, into);
    default:
      return strangeStep(route, input, into);
  }
}

/** A request that carries no data by its kind, and did. */
function keepBody(input: WireInput, into: Collector, where: string): void {
  if (input.body.length > 0) park(into, 'ZK_BODY_UNEXPECTED', `a body came with ${where}`, input.body);
}

function infoOf(route: Route): JsonObject {
  const info = rawParameterOf(route.target, 'info');
  return info === undefined ? {} : readInfo(info);
}

function handshakeStep(route: Route, input: WireInput, into: Collector): Step {
  keepBody(input, into, 'a handshake');
  Object.assign(into.profile, handshakeFacts(route, into.ctx));
  // a terminal in access mode is told OK and registers next; it does so after each reconnect anyway (§2.9)
  if (into.dialect === 'SEC') return OK;
  into.profile['toldOffsetMinutes'] = offsetMinutes(into.zone, into.ctx.now);
  return { reply: handshakeReply(route, into), isRestart: true };
}

function uploadStep(route: Route, input: WireInput, into: Collector): Step {
  const upload = decodeUpload(route, input, into);
  return upload.stampedTable === undefined
    ? { reply: upload.reply }
    : { reply: upload.reply, stampedTable: upload.stampedTable };
}

/** Paths that nobody knows: a read is answered, a write is kept and not acknowledged (§1.2). */
function strangeStep(route: Route, input: WireInput, into: Collector): Step {
  if (route.isRead && input.body.length === 0) return strangeRead(route, into);
  park(into, 'ZK_PATH_UNKNOWN', `${input.method.slice(0, 16)} to ${route.operation}`, input.body);
  return text(404, 'NOT FOUND\n');
}

const KNOWN_PATHS_LIMIT = 20;

function strangeRead(route: Route, into: Collector): Step {
  if (route.kind === 'file') return text(404, 'NOT FOUND\n'); // an OK would be taken for the file
  const known = into.ctx.terminal.profile['unknownPaths'];
  const seen: readonly Json[] = Array.isArray(known) ? (known as readonly Json[]) : []; // profiles are JSON
  if (!seen.includes(route.table) && seen.length < KNOWN_PATHS_LIMIT) {
    park(into, 'ZK_PATH_UNKNOWN', `a question at ${route.operation}`, Buffer.from(route.target.path), false);
    into.profile['unknownPaths'] = [...seen, route.table];
  }
  return OK;
}
