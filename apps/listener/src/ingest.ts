import type { JsonObject } from '@biolistener/core';
import { needsCommit, openTransferOf, uploadOf, type Arrival } from '@biolistener/intake';
import type { CommitReceipt } from '@biolistener/store';
import type { Decoded, OpenTransfer, WireInput } from '@biolistener/wire';
import { brandMetricsOf } from './brand-metrics.ts';
import type { ListenerDeps } from './deps.ts';
import { tags, type Request } from './request.ts';
import { keepUndecodable } from './keep.ts';

type IngestDeps = Pick<ListenerDeps, 'store' | 'vault' | 'metrics' | 'log'>;

export interface Ingested {
  readonly decoded: Decoded;
  readonly newPunches: number;
}

/** Parts of a long upload that may be on their way to the store while the next one is decoded. */
const PARTS_IN_FLIGHT = 4;

/**
 * Decodes a request and commits what it brought. Resolves only after the commit, with all of it stored.
 * A long upload goes in parts; pointers and transfers are committed behind them, after all of them are safe,
 * so that a crash in between leaves the terminal with an old pointer and never with one that hides records.
 */
export function ingest(request: Request, arrival: Arrival, deps: IngestDeps): Promise<Ingested> {
  const parts = request.brand.split?.(request.input) ?? [request.input];
  return parts.length === 1 ? ingestWhole(request, arrival, deps) : ingestLong(request, arrival, parts, deps);
}

/** Nearly every upload: no step more than it needs. */
function ingestWhole(request: Request, arrival: Arrival, deps: IngestDeps): Promise<Ingested> {
  if (request.identity.transferKey === undefined) return ingestPart(request, arrival, undefined, deps);
  return openTransfer(request, deps).then((transfer) => ingestPart(request, arrival, transfer, deps));
}

async function ingestLong(
  request: Request,
  arrival: Arrival,
  parts: readonly WireInput[],
  deps: IngestDeps,
): Promise<Ingested> {
  const inFlight: Promise<number>[] = [];
  try {
    return await ingestParts(request, arrival, parts, inFlight, deps);
  } finally {
    await Promise.allSettled(inFlight); // when one failed, the others must not be left alone
  }
}

async function ingestParts(
  request: Request,
  arrival: Arrival,
  parts: readonly WireInput[],
  inFlight: Promise<number>[],
  deps: IngestDeps,
): Promise<Ingested> {
  const replies: JsonObject[] = [];
  const take = async (input: WireInput): Promise<Decoded> => {
    const part = { ...request, input };
    const decoded = await decode(part, arrival, undefined, deps);
    replies.push(decoded.reply);
    const committed = commitRecords(part, arrival, decoded, deps);
    committed.catch(() => undefined); // awaited below; until then its failure must not count as nobody's
    inFlight.push(committed);
    await turn(); // the store gets what it was given, and other terminals get their turn
    return decoded;
  };
  for (const [at, input] of parts.slice(0, -1).entries()) {
    await take(input);
    if (at >= PARTS_IN_FLIGHT) await inFlight[at - PARTS_IN_FLIGHT];
  }
  const decoded = await take(parts.at(-1) ?? request.input);
  const stored = await Promise.all(inFlight);
  await commit(request, arrival, { ...decoded, events: [], parked: [] }, deps);
  const newPunches = stored.reduce((sum, part) => sum + part, 0);
  return { decoded: { ...decoded, reply: request.brand.join?.(replies) ?? decoded.reply }, newPunches };
}

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

async function openTransfer({ identity, serialNumber }: Request, deps: IngestDeps): Promise<OpenTransfer | undefined> {
  if (identity.transferKey === undefined) return undefined;
  return openTransferOf(await deps.store.findTransfer(serialNumber, identity.transferKey), deps.vault);
}

function ingestPart(
  request: Request,
  arrival: Arrival,
  transfer: OpenTransfer | undefined,
  deps: IngestDeps,
): Promise<Ingested> {
  const decoded = decode(request, arrival, transfer, deps);
  if (decoded instanceof Promise) return decoded.then((late) => commit(request, arrival, late, deps));
  return commit(request, arrival, decoded, deps);
}

/** A codec must not throw. If one does, the bytes are kept, it is said loudly, and nothing is acknowledged. */
function decode(
  request: Request,
  arrival: Arrival,
  transfer: OpenTransfer | undefined,
  deps: IngestDeps,
): Decoded | Promise<Decoded> {
  const context = {
    now: arrival.receivedAt,
    terminal: arrival.terminal,
    ...(transfer === undefined ? {} : { transfer }),
    ...(arrival.wordOf === undefined ? {} : { wordOf: arrival.wordOf }),
  };
  try {
    return request.brand.decode(request.input, context);
  } catch (error) {
    return keepUndecodable(request, arrival, error, deps);
  }
}

/**
 * What a part of a long upload brought, without pointers: those come behind the last part. What is decoded is let go as soon
 * as it is on its way: the records of all parts together would be swept again and again, and take longer to sweep than to decode.
 */
function commitRecords(
  request: Request,
  arrival: Arrival,
  { events, parked, reply }: Decoded,
  deps: IngestDeps,
): Promise<number> {
  if (events.length + parked.length === 0) return Promise.resolve(0);
  const upload = uploadOf(arrival, { events, parked, reply, facts: {} }, deps.vault);
  return deps.store.commitUpload(upload).then((receipt) => {
    count(request, arrival, parked, receipt, deps);
    return receipt.newPunches;
  });
}

export function commit(request: Request, arrival: Arrival, decoded: Decoded, deps: IngestDeps): Promise<Ingested> {
  if (!needsCommit(decoded, arrival.terminal)) return Promise.resolve({ decoded, newPunches: 0 });
  return deps.store.commitUpload(uploadOf(arrival, decoded, deps.vault)).then((receipt) => {
    count(request, arrival, decoded.parked, receipt, deps);
    return { decoded, newPunches: receipt.newPunches };
  });
}

function count(
  request: Request,
  arrival: Arrival,
  parked: Decoded['parked'],
  receipt: CommitReceipt,
  { metrics, log }: IngestDeps,
): void {
  const { name } = request.brand;
  const { newPunches, resentPunches } = brandMetricsOf(metrics, name);
  if (receipt.newPunches > 0) newPunches.inc(receipt.newPunches);
  if (receipt.duplicatePunches > 0) resentPunches.inc(receipt.duplicatePunches);
  for (const { reason } of parked) metrics.parked.inc({ brand: name, reason });
  if (receipt.newParked > 0)
    log.warn(
      { ...tags(request, arrival), pieces: receipt.newParked, reason: parked[0]?.reason },
      'could not be read and is parked',
    );
  if (!log.isLevelEnabled('debug')) return;
  log.debug({ ...tags(request, arrival), punches: receipt.newPunches, resent: receipt.duplicatePunches }, 'stored');
}
