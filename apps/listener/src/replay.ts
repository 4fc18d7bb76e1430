import { messageOf, type SerialNumber } from '@biolistener/core';
import type { ParkedItem } from '@biolistener/store';
import type { WireInput } from '@biolistener/wire';
import { z } from 'zod';
import type { ListenerDeps } from './deps.ts';
import { arrivalOf, type Request } from './request.ts';
import { ingest } from './ingest.ts';
import { openQuarantined, unpackRequest } from './quarantine.ts';
import type { Entry } from './registry.ts';

const BATCH = 50;

/** Whatever a terminal sent before it was approved goes the way of every request now. Safe to run twice. */
export async function replayQuarantine(serialNumber: SerialNumber, deps: ListenerDeps): Promise<void> {
  const entry = deps.registry.find(serialNumber);
  const brand = deps.brands.find((candidate) => candidate.name === entry?.terminal.brand);
  if (!entry || !brand || entry.terminal.zone === undefined) return;
  for (;;) {
    const items = await deps.store.listQuarantine(serialNumber, BATCH);
    if (items.length === 0) return;
    for (const item of items) {
      const input = openQuarantined(item, deps.vault);
      await again({ input, brand, identity: brand.identify(input), serialNumber }, entry, deps);
      await deps.store.releaseQuarantine([item.id]);
    }
    deps.log.info({ serialNumber, requests: items.length }, 'records from quarantine were taken in');
    deps.nudge();
  }
}

/** A request that came before: its records are as good as new, its pointers are history. */
async function again(request: Request, entry: Entry, deps: ListenerDeps): Promise<number> {
  const arrival = arrivalOf(request, entry, deps);
  const { newPunches } = await ingest(request, arrival, deps);
  return newPunches;
}

/** Parked pieces that a person asked to be read again, after a fix or an update. */
export async function replayParked(deps: ListenerDeps): Promise<void> {
  for (const item of await deps.store.listParked({ state: 'retry', limit: BATCH })) {
    const isRead = await retry(item, deps);
    await deps.store.setParkedState(item.id, isRead ? 'resolved' : 'parked', 'system');
    deps.log.info({ serialNumber: item.serialNumber, parked: item.id, isRead }, 'a parked piece was tried again');
  }
}

async function retry(item: ParkedItem, deps: ListenerDeps): Promise<boolean> {
  try {
    const input = inputOf(item, deps);
    const brand = deps.brands.find((candidate) => candidate.claims(input));
    const identity = brand?.identify(input);
    const serialNumber = identity?.serialNumber;
    const entry = serialNumber === undefined ? undefined : deps.registry.find(serialNumber);
    if (
      !brand ||
      !identity ||
      serialNumber === undefined ||
      entry?.terminal.status !== 'approved' ||
      entry.terminal.zone === undefined
    )
      return false;
    const parkedAgain = brand.decode(input, { now: deps.now(), terminal: entry.terminal }).parked.length > 0;
    if (parkedAgain) return false;
    await again({ input, brand, identity, serialNumber }, entry, deps);
    deps.nudge();
    return true;
  } catch (error) {
    deps.log.warn({ parked: item.id, reason: messageOf(error) }, 'a parked piece still cannot be read');
    return false;
  }
}

const pieceRequest = z.object({
  method: z.string(),
  target: z.string(),
  httpVersion: z.string(),
  headers: z.array(z.string()),
});

/** A parked request is unpacked whole; a parked line is put back under the request that brought it. */
function inputOf(item: ParkedItem, deps: ListenerDeps): WireInput {
  const bytes = deps.vault.open('parked', item.sealed);
  if (item.request['isWholeRequest'] === true) return unpackRequest(bytes);
  return { ...pieceRequest.parse(item.request), body: bytes, remoteAddress: '' };
}
