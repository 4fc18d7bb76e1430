import type { CommitReceipt } from '@biolistener/store';
import type { Decoded, OpenTransfer, WireInput } from '@biolistener/wire';
import type { ListenerDeps } from './deps.ts';
import { tags, type Request } from './request.ts';
import { keepUndecodable } from './keep.ts';
import { needsCommit, uploadOf, type Arrival } from './upload.ts';

type IngestDeps = Pick<ListenerDeps, 'store' | 'vault' | 'metrics' | 'log'>;

export interface Ingested {
  readonly decoded: Decoded;
  readonly newPunches: number;
}

/** Parts of a long upload that may be on their way to the store while the next one is decoded. */
const PARTS_IN_FLIGHT = 4;

/**
 * Decodes a request and commits what it brought. Resolves only after the commit, with all of it stored.
 * A long upload goes in parts; pointers and transfers are committed with the last part, after all others are safe,
 * so that a crash in between leaves the terminal with an old pointer and never with one that hides records.
 */
export async function ingest(request: Request, arrival: Arrival, deps: IngestDeps): Promise<Ingested> {
  const { brand, input } = request;
  const parts = brand.split?.(input) ?? [input];
  if (parts.length === 1) return ingestPart(request, arrival, await openTransfer(request, deps), deps);
  const inFlight: Promise<Ingested>[] = [];
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
  inFlight: Promise<Ingested>[],
  deps: IngestDeps,
): Promise<Ingested> {
  const replies = [];
  for (const [at, input] of parts.slice(0, -1).entries()) {
    const part = { ...request, input };
    const decoded = await decode(part, arrival, undefined, deps);
    replies.push(decoded.reply);
    const committed = commit(part, arrival, withoutPointers(decoded), deps);
    committed.catch(() => undefined); // awaited below; until then its failure must not count as nobody's
    inFlight.push(committed);
    await turn(); // the store gets what it was given, and other terminals get their turn
    if (at >= PARTS_IN_FLIGHT) await inFlight[at - PARTS_IN_FLIGHT];
  }
  const earlier = await Promise.all(inFlight);
  const last = await ingestPart({ ...request, input: parts.at(-1) ?? request.input }, arrival, undefined, deps);
  const reply = request.brand.join?.([...replies, last.decoded.reply]) ?? last.decoded.reply;
  const newPunches = earlier.reduce((sum, part) => sum + part.newPunches, last.newPunches);
  return { decoded: { ...last.decoded, reply }, newPunches };
}

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

/** Pointers and what else the upload says of the terminal belong to its last part. */
const withoutPointers = (decoded: Decoded): Decoded => ({ ...decoded, facts: {} });

async function openTransfer({ identity, serialNumber }: Request, deps: IngestDeps): Promise<OpenTransfer | undefined> {
  return identity.transferKey === undefined ? undefined : deps.store.findTransfer(serialNumber, identity.transferKey);
}

async function ingestPart(
  request: Request,
  arrival: Arrival,
  transfer: OpenTransfer | undefined,
  deps: IngestDeps,
): Promise<Ingested> {
  const decoded = decode(request, arrival, transfer, deps);
  return commit(request, arrival, decoded instanceof Promise ? await decoded : decoded, deps);
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
  };
  try {
    return request.brand.decode(request.input, context);
  } catch (error) {
    return keepUndecodable(request, arrival, error, deps);
  }
}

export async function commit(
  request: Request,
  arrival: Arrival,
  decoded: Decoded,
  deps: IngestDeps,
): Promise<Ingested> {
  if (!needsCommit(decoded, arrival.terminal)) return { decoded, newPunches: 0 };
  const receipt = await deps.store.commitUpload(uploadOf(arrival, decoded, deps.vault));
  count(request, arrival, decoded, receipt, deps);
  return { decoded, newPunches: receipt.newPunches };
}

function count(
  request: Request,
  arrival: Arrival,
  decoded: Decoded,
  receipt: CommitReceipt,
  { metrics, log }: IngestDeps,
): void {
  const { name } = request.brand;
  if (receipt.newPunches > 0) metrics.punches.inc({ brand: name, result: 'new' }, receipt.newPunches);
  if (receipt.duplicatePunches > 0) metrics.punches.inc({ brand: name, result: 'resent' }, receipt.duplicatePunches);
  for (const { reason } of decoded.parked) metrics.parked.inc({ brand: name, reason });
  if (receipt.newParked > 0)
    log.warn(
      { ...tags(request, arrival), pieces: receipt.newParked, reason: decoded.parked[0]?.reason },
      'could not be read and is parked',
    );
  if (!log.isLevelEnabled('debug')) return;
  log.debug({ ...tags(request, arrival), punches: receipt.newPunches, resent: receipt.duplicatePunches }, 'stored');
}
