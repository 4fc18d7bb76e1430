import { messageOf, NOBODY, type Instant } from '@biolistener/core';
import { recordCountOf } from '@biolistener/roster/logs-proof';
import { driftOf, hasNewStamps, quarantineOf, type Arrival } from '@biolistener/intake';
import type { Brand, Decoded, Identity, WireInput, WireOutput } from '@biolistener/wire';
import { brandMetricsOf } from './brand-metrics.ts';
import type { ListenerDeps } from './deps.ts';
import { ingest, type Ingested } from './ingest.ts';
import { keepUnclaimed, keepUnidentified } from './keep.ts';
import { sometimes } from './log-seldom.ts';
import { noteRestart, noteResults } from './mailbox-answers.ts';
import { takeCommands, type Posted, type Settle } from './mailbox.ts';
import type { Entry } from './registry.ts';
import { arrivalOf, reply, type Request } from './request.ts';

/** A reply, and whom to tell whether it left, where commands go with it. */
export interface Handled extends WireOutput {
  readonly settle?: Settle;
}

/** How long a terminal's own words on itself may be left unread while it only polls. */
const FACTS_EVERY_MS = 60_000;

/**
 * The way of a request through the listener, and so the first half of the way of a punch:
 * find the brand → identify → limit → find the terminal → gate → decode → commit → answer → nudge the outbox.
 * A terminal hears OK only after the commit. The other half is apps/worker/src/deliver.ts.
 */
export function handleRequest(input: WireInput, deps: ListenerDeps): Handled | Promise<Handled> {
  const brand = deps.brands.find((candidate) => candidate.claims(input));
  if (!brand) return keepUnclaimed(input, deps);
  const identity = brand.identify(input);
  const { serialNumber } = identity;
  if (serialNumber === undefined || serialNumber === NOBODY) return keepUnidentified(input, brand, identity, deps);

  const request = { input, brand, identity, serialNumber };
  const now = deps.now();
  if (!deps.limits.terminalRate.take(serialNumber, now)) return limited(request, 'rate', deps);
  return idleReply(request, now, deps) ?? inItsSlot(request, now, deps);
}

/** Nearly every request is a poll that brings nothing and gets nothing: it asks nobody, so it is answered at once and takes no slot. */
function idleReply(request: Request, now: Instant, deps: ListenerDeps): Handled | undefined {
  const { identity, brand, input, serialNumber } = request;
  const entry = identity.isPoll ? deps.registry.find(serialNumber) : undefined;
  if (!entry || !isIdle(entry, now) || !isAdmitted(entry, brand) || !deps.keys.admits(request, entry)) return undefined;
  deps.registry.touch(entry, now, input.remoteAddress);
  return reply(request, entry, { kind: 'idle' }, deps);
}

async function inItsSlot(request: Request, now: Instant, deps: ListenerDeps): Promise<Handled> {
  const { input, serialNumber } = request;
  if (!deps.limits.terminalSlots.enter(serialNumber, 1)) return limited(request, 'concurrency', deps);
  try {
    const entry = deps.registry.find(serialNumber) ?? (await meet(request, deps));
    const turnedAway = turnAway(request, entry, deps);
    if (turnedAway) return await turnedAway;
    deps.registry.touch(entry, now, input.remoteAddress);
    const startedAt = performance.now();
    const arrival = arrivalOf(request, entry, now, true);
    const done = conclude(await ingest(request, arrival, deps), { request, entry, arrival, startedAt }, deps);
    return done instanceof Promise ? await done : done;
  } catch (error) {
    return unavailable(request, error, deps);
  } finally {
    deps.limits.terminalSlots.leave(serialNumber, 1);
  }
}

function turnAway(request: Request, entry: Entry, deps: ListenerDeps): Handled | Promise<Handled> | undefined {
  if (!deps.keys.admits(request, entry)) return withoutKey(request, entry, deps);
  return isAdmitted(entry, request.brand) ? undefined : refuse(request, entry, deps);
}

/** Without a zone no wall time has an instant, so an approved terminal without one is still pending. */
export function isAdmitted(entry: Entry, brand: Brand): boolean {
  const { status, zone, brand: known } = entry.terminal;
  return status === 'approved' && zone !== undefined && known === brand.name;
}

const isIdle = (entry: Entry, now: Instant): boolean => !entry.hasCommands && now - entry.factsAt < FACTS_EVERY_MS;

function meet({ input, brand, serialNumber }: Request, deps: ListenerDeps): Promise<Entry> {
  const { remoteAddress } = input;
  sometimes(deps, `stranger ${remoteAddress}`, (times) =>
    deps.log.info({ brand: brand.name, serialNumber, remoteAddress, times }, 'unknown terminal, waiting for approval'),
  );
  return deps.registry.meet({ serialNumber, brand: brand.name, at: deps.now(), address: remoteAddress });
}

interface Visit {
  readonly request: Request;
  readonly entry: Entry;
  readonly arrival: Arrival;
  readonly startedAt: number;
}

/** What it brought is committed: learn from it, nudge the outbox, answer. Promises only for what has to be waited for. */
function conclude(ingested: Ingested, visit: Visit, deps: ListenerDeps): Handled | Promise<Handled> {
  const { request, entry, arrival } = visit;
  const { decoded, newPunches } = ingested;
  learn(decoded, arrival, entry, deps);
  if (newPunches > 0) deps.nudge();
  noteResults(decoded, request, entry, deps);
  if (decoded.facts.isRestart === true)
    return noteRestart(request, entry, deps).then(() => answerWithMail(decoded, visit, deps));
  return answerWithMail(decoded, visit, deps);
}

function answerWithMail(decoded: Decoded, visit: Visit, deps: ListenerDeps): Handled | Promise<Handled> {
  const posted = mail(visit.request, decoded, visit.entry, deps);
  return posted instanceof Promise
    ? posted.then((late) => committed(decoded, late, visit, deps))
    : committed(decoded, posted, visit, deps);
}

function committed(decoded: Decoded, { commands, settle }: Posted, visit: Visit, deps: ListenerDeps): Handled {
  const { request, entry, startedAt } = visit;
  observe(request, startedAt, deps);
  const output = reply(request, entry, { kind: 'committed', decoded, commands }, deps);
  return settle === undefined ? output : { ...output, settle };
}

const NO_MAIL: Posted = { commands: [] };

/**
 * A poll with news in it may carry commands home as well; one that is refused, or comes in pieces, carries none. Terminals
 * that hold a socket get theirs by it (socket/link.ts).
 */
function mail(request: Request, decoded: Decoded, entry: Entry, deps: ListenerDeps): Posted | Promise<Posted> {
  const isWhole = decoded.refused !== true && decoded.transfer === undefined && request.brand.socket === undefined;
  return entry.hasCommands && isWhole && isPolling(request.identity) ? takeCommands(request, entry, deps) : NO_MAIL;
}

function observe({ brand, identity }: Request, startedAt: number, deps: ListenerDeps): void {
  if (!identity.isPoll)
    brandMetricsOf(deps.metrics, brand.name).requestSeconds.observe((performance.now() - startedAt) / 1000);
}

const isPolling = (identity: Identity): boolean => identity.isPoll || identity.operation === 'getrequest';

/** What an exchange taught of the terminal, into the memory of this process; it is written in batches. */
export function learn({ facts }: Decoded, arrival: Arrival, entry: Entry, deps: ListenerDeps): void {
  const drift = driftOf(arrival, facts.wallClock);
  const isNews = facts.profile !== undefined || drift !== undefined;
  if (facts.profile !== undefined && recordCountOf(facts.profile) !== undefined) entry.countedAt = deps.now();
  if (isNews)
    deps.registry.learn(entry, deps.now(), {
      ...(facts.profile === undefined ? {} : { profile: facts.profile }),
      ...(drift === undefined ? {} : { clockDriftSeconds: drift }),
    });
  else if (arrival.identity.isPoll) entry.factsAt = deps.now();
  if (hasNewStamps(facts, entry.terminal))
    entry.terminal = { ...entry.terminal, stamps: { ...entry.terminal.stamps, ...facts.stamps } };
}

/** Not approved, blocked, or speaking another brand than it was approved for: kept apart, never delivered. */
async function refuse(request: Request, entry: Entry, deps: ListenerDeps): Promise<WireOutput> {
  const { input, brand, identity, serialNumber } = request;
  deps.registry.touch(entry, deps.now(), input.remoteAddress);
  if (entry.terminal.status === 'blocked') return reply(request, entry, { kind: 'blocked' }, deps);
  if (input.body.length > 0 && !identity.isPoll) {
    const item = quarantineOf(input, { ...identity, serialNumber }, brand.name, deps.now(), deps.vault);
    deps.metrics.quarantined.inc({ verdict: await deps.store.quarantine(item) });
  }
  return reply(request, entry, { kind: 'pending' }, deps);
}

/**
 * It does not show the key that was set for this serial number: somebody else with its number, or a typing error at its
 * keypad. Nothing of it is kept and it counts as no contact; the real one keeps its records.
 */
function withoutKey(request: Request, entry: Entry, deps: ListenerDeps): WireOutput {
  const { brand, serialNumber, identity, input } = request;
  deps.metrics.limited.inc({ limit: 'key' });
  sometimes(deps, `key ${serialNumber}`, (times) => {
    const tags = { brand: brand.name, serialNumber, operation: identity.operation, remoteAddress: input.remoteAddress };
    deps.log.warn({ ...tags, times }, 'a request without the key of its terminal is refused');
  });
  return reply(request, entry, { kind: 'blocked' }, deps);
}

function limited(request: Request, limit: 'rate' | 'concurrency', deps: ListenerDeps): WireOutput {
  deps.metrics.limited.inc({ limit });
  return reply(request, deps.registry.find(request.serialNumber), { kind: 'limited', limit }, deps);
}

function unavailable(request: Request, error: unknown, deps: ListenerDeps): WireOutput {
  deps.metrics.commitFailures.inc();
  const { brand, serialNumber, identity } = request;
  deps.log.error(
    { brand: brand.name, serialNumber, operation: identity.operation, reason: messageOf(error) },
    'not stored, so not acknowledged',
  );
  return reply(request, deps.registry.find(serialNumber), { kind: 'unavailable' }, deps);
}
