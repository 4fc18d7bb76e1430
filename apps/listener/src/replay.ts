import { isTransient, messageOf, type SerialNumber } from '@biolistener/core';
import { openQuarantined, unpackRequest } from '@biolistener/intake';
import type { ParkedItem, QuarantinedItem } from '@biolistener/store';
import type { Brand, Decoded, WireInput } from '@biolistener/wire';
import { z } from 'zod';
import type { ListenerDeps } from './deps.ts';
import { commit } from './ingest.ts';
import { keepWhole } from './keep.ts';
import { sometimes } from './log-seldom.ts';
import type { Entry } from './registry.ts';
import { arrivalOf, type Request } from './request.ts';

const BATCH = 50;

/**
 * Requests of terminals that were approved since, and pieces that a person asked to be read again, go the way of every
 * request now. Safe to run twice and in several processes: punches have one identity.
 */
export async function replayWaiting(deps: ListenerDeps): Promise<void> {
  for (const serialNumber of await deps.store.terminalsWithQuarantine()) await replayQuarantine(serialNumber, deps);
  for (const item of await deps.store.listParked({ state: 'retry', limit: BATCH })) await replayParked(item, deps);
}

async function replayQuarantine(serialNumber: SerialNumber, deps: ListenerDeps): Promise<void> {
  const entry = deps.registry.find(serialNumber);
  const brand = deps.brands.find((candidate) => candidate.name === entry?.terminal.brand);
  if (!entry || !brand || !isReadable(entry)) return;
  for (const item of await deps.store.listQuarantine(serialNumber, BATCH)) {
    // what came in the words of another brand stays: nobody approved that
    if (item.brand === brand.name) await takeIn(item, brand, entry, deps);
  }
  deps.nudge();
}

const isReadable = ({ terminal }: Entry): boolean => terminal.status === 'approved' && terminal.zone !== undefined;

/** One item that cannot be opened or read must not keep the others out. */
async function takeIn(item: QuarantinedItem, brand: Brand, entry: Entry, deps: ListenerDeps): Promise<void> {
  const { serialNumber } = item;
  try {
    const input = openQuarantined(item, deps.vault);
    const request = { input, brand, identity: brand.identify(input), serialNumber };
    await commitAgain(request, entry, item.receivedAt, decodeAll(request, entry, item.receivedAt), deps);
    await deps.store.releaseQuarantine([item.id]);
    deps.log.info({ serialNumber, quarantined: item.id }, 'a request from quarantine was taken in');
  } catch (error) {
    await giveUp(item, entry, error, deps);
  }
}

/** Sealed with a key that is gone, or beyond its codec: it is parked as it is, where a person sees it. */
async function giveUp(item: QuarantinedItem, entry: Entry, error: unknown, deps: ListenerDeps): Promise<void> {
  if (isTransient(error)) throw error; // the store is away: the next round tries again
  const { serialNumber } = item;
  sometimes(deps, `quarantined ${item.id}`, () =>
    deps.log.error(
      { serialNumber, quarantined: item.id, reason: messageOf(error) },
      'a request from quarantine cannot be read',
    ),
  );
  if (!isOpenable(item, deps)) return;
  await keepWhole(openQuarantined(item, deps.vault), entry.terminal, 'LISTENER_DECODER_FAILED', deps);
  await deps.store.releaseQuarantine([item.id]);
}

function isOpenable(item: QuarantinedItem, deps: ListenerDeps): boolean {
  try {
    return openQuarantined(item, deps.vault).method !== '';
  } catch {
    return false; // it stays in quarantine until its key is back
  }
}

/** Every part of a request, decoded without touching what is under way for the same terminal. */
function decodeAll({ input, brand }: Request, entry: Entry, now: number): Decoded[] {
  const parts = brand.split?.(input) ?? [input];
  return parts.map((part) => brand.decode(part, { now, terminal: entry.terminal }));
}

/** The records alone: pointers, profile, clock and transfers of back then are history. */
const recordsOf = ({ events, parked, reply }: Decoded): Decoded => ({ events, parked, reply, facts: {} });

async function commitAgain(
  request: Request,
  entry: Entry,
  receivedAt: number,
  decoded: readonly Decoded[],
  deps: ListenerDeps,
): Promise<void> {
  const arrival = { ...arrivalOf(request, entry, receivedAt), isReplay: true };
  for (const part of decoded) await commit(request, arrival, recordsOf(part), deps);
}

async function replayParked(item: ParkedItem, deps: ListenerDeps): Promise<void> {
  const isRead = await retry(item, deps);
  await deps.store.setParkedState(item.id, isRead ? 'resolved' : 'parked', 'system');
  deps.log.info({ serialNumber: item.serialNumber, parked: item.id, isRead }, 'a parked piece was tried again');
}

async function retry(item: ParkedItem, deps: ListenerDeps): Promise<boolean> {
  try {
    const request = requestOf(item, deps);
    const entry = request === undefined ? undefined : deps.registry.find(request.serialNumber);
    if (!request || !entry || !isReadable(entry) || entry.terminal.brand !== request.brand.name) return false;
    const decoded = decodeAll(request, entry, item.firstAt);
    if (!decoded.every(isWhole)) return false;
    await commitAgain(request, entry, item.firstAt, decoded, deps);
    deps.nudge();
    return true;
  } catch (error) {
    deps.log.warn({ parked: item.id, reason: messageOf(error) }, 'a parked piece still cannot be read');
    return false;
  }
}

/** It gave records, and nothing of it was refused or parked again. */
const isWhole = (decoded: Decoded): boolean =>
  decoded.refused !== true && decoded.parked.length === 0 && decoded.events.length > 0;

function requestOf(item: ParkedItem, deps: ListenerDeps): Request | undefined {
  const input = inputOf(item, deps);
  const brand = deps.brands.find((candidate) => candidate.claims(input));
  const identity = brand?.identify(input);
  const serialNumber = identity?.serialNumber;
  return brand && identity && serialNumber !== undefined ? { input, brand, identity, serialNumber } : undefined;
}

const pieceRequest = z.object({
  method: z.string(),
  target: z.string(),
  httpVersion: z.string(),
  headers: z.array(z.string()),
});

/** Told of the whole message, and wrong of one piece of it; and pieces were parked in the clear. */
const OF_THE_WHOLE = /^(content-length|transfer-encoding|blk[_-]len|blk[_-]no|encrypt)$/i;

/** A parked request is unpacked whole; a parked piece is put back under the request that brought it. */
function inputOf(item: ParkedItem, deps: ListenerDeps): WireInput {
  const bytes = deps.vault.open('parked', item.sealed);
  if (item.request['isWholeRequest'] === true) return unpackRequest(bytes);
  const { headers, ...head } = pieceRequest.parse(item.request);
  const kept = headers.filter((_, i) => !OF_THE_WHOLE.test(headers[i - (i % 2)] ?? ''));
  return { ...head, headers: kept, body: bytes, remoteAddress: '' };
}
