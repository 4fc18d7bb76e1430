import { messageOf, NOBODY } from '@biolistener/core';
import type { Brand, Decoded, Identity, WireInput, WireOutput } from '@biolistener/wire';
import type { ListenerDeps } from './deps.ts';
import { ingest } from './ingest.ts';
import { keepUnclaimed, keepUnidentified } from './keep.ts';
import { takeCommands } from './mailbox.ts';
import { quarantineOf } from './quarantine.ts';
import type { Entry } from './registry.ts';
import { arrivalOf, reply, type Request } from './request.ts';
import { driftOf, type Arrival } from './upload.ts';

/** How long a terminal's own words on itself may be left unread while it only polls. */
const FACTS_EVERY_MS = 60_000;

/**
 * The way of a request through the listener, and so the first half of the way of a punch:
 * find the brand → identify → limit → find the terminal → gate → decode → commit → answer → nudge the outbox.
 * A terminal hears OK only after the commit. The other half is apps/worker/src/deliver.ts.
 */
export async function handleRequest(input: WireInput, deps: ListenerDeps): Promise<WireOutput> {
  const brand = deps.brands.find((candidate) => candidate.claims(input));
  if (!brand) return keepUnclaimed(input, deps);
  const identity = brand.identify(input);
  const { serialNumber } = identity;
  if (serialNumber === undefined || serialNumber === NOBODY) return keepUnidentified(input, brand, identity, deps);

  const request = { input, brand, identity, serialNumber };
  if (!deps.limits.terminalRate.take(serialNumber, deps.now())) return limited(request, 'rate', deps);
  if (!deps.limits.terminalSlots.enter(serialNumber, 1)) return limited(request, 'concurrency', deps);
  try {
    const entry = deps.registry.find(serialNumber) ?? (await meet(request, deps));
    if (!isAdmitted(entry, brand)) return await refuse(request, entry, deps);
    deps.registry.touch(entry, deps.now(), input.remoteAddress);
    if (isIdlePoll(identity, entry, deps)) return reply(request, entry, { kind: 'idle' }, deps);
    return await work(request, entry, deps);
  } catch (error) {
    return unavailable(request, error, deps);
  } finally {
    deps.limits.terminalSlots.leave(serialNumber, 1);
  }
}

/** Without a zone no wall time has an instant, so an approved terminal without one is still pending. */
function isAdmitted(entry: Entry, brand: Brand): boolean {
  const { status, zone, brand: known } = entry.terminal;
  return status === 'approved' && zone !== undefined && known === brand.name;
}

function isIdlePoll(identity: Identity, entry: Entry, deps: ListenerDeps): boolean {
  return identity.isPoll && !entry.hasCommands && deps.now() - entry.factsAt < FACTS_EVERY_MS;
}

function meet({ input, brand, serialNumber }: Request, deps: ListenerDeps): Promise<Entry> {
  deps.log.info(
    { brand: brand.name, serialNumber, remoteAddress: input.remoteAddress },
    'unknown terminal, waiting for approval',
  );
  return deps.registry.meet({ serialNumber, brand: brand.name, at: deps.now(), address: input.remoteAddress });
}

/** Decode, commit, answer, nudge. */
async function work(request: Request, entry: Entry, deps: ListenerDeps): Promise<WireOutput> {
  const startedAt = performance.now();
  const arrival = arrivalOf(request, entry, deps);
  const { decoded, newPunches } = await ingest(request, arrival, deps);
  learn(decoded, arrival, entry, deps);
  if (newPunches > 0) deps.nudge();
  const commands = entry.hasCommands && isPolling(request.identity) ? await takeCommands(request, entry, deps) : [];
  observe(request, startedAt, deps);
  return reply(request, entry, { kind: 'committed', decoded, commands }, deps);
}

function observe({ brand, identity }: Request, startedAt: number, deps: ListenerDeps): void {
  if (!identity.isPoll)
    deps.metrics.requestSeconds.observe({ brand: brand.name }, (performance.now() - startedAt) / 1000);
}

/** A poll with news in it may carry commands home as well. */
const isPolling = (identity: Identity): boolean => identity.isPoll || identity.operation === 'getrequest';

function learn({ facts }: Decoded, arrival: Arrival, entry: Entry, deps: ListenerDeps): void {
  const drift = driftOf(arrival, facts.wallClock);
  const isNews = facts.profile !== undefined || drift !== undefined;
  if (isNews)
    deps.registry.learn(entry, deps.now(), {
      ...(facts.profile === undefined ? {} : { profile: facts.profile }),
      ...(drift === undefined ? {} : { clockDriftSeconds: drift }),
    });
  else if (arrival.identity.isPoll) entry.factsAt = deps.now();
  if (facts.stamps !== undefined)
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
