import { asSerialNumber, digestOf, messageOf, type SerialNumber } from '@biolistener/core';
import type { ParkedPiece } from '@biolistener/store';
import type { Brand, Decoded, Identity, WireInput, WireOutput } from '@biolistener/wire';
import type { ListenerDeps } from './deps.ts';
import { listenerError } from './errors.ts';
import { reply, tags, type Request } from './request.ts';
import type { Arrival } from './upload.ts';
import { packRequest } from './quarantine.ts';

/** Stands where no serial number is known. No terminal can have it: brands refuse a bare dash. */
export const NOBODY: SerialNumber = asSerialNumber('-');

const NOT_FOUND = 'no terminal protocol is known at this address; the request was kept for the operator\n';

/** A whole request as a parked piece: nothing unknown is answered and forgotten. */
function pieceOf(input: WireInput, reason: string, detail: string, deps: Pick<ListenerDeps, 'vault'>): ParkedPiece {
  const packed = packRequest(input);
  const path = input.target.split('?')[0] ?? '';
  return {
    reason,
    detail,
    table: `path:${path.slice(0, 200)}`,
    digest: digestOf(Buffer.concat([Buffer.from(`${input.method} ${path}\n`), input.body])),
    size: input.body.length,
    isSensitive: true,
    sealed: deps.vault.seal('parked', packed),
    request: { method: input.method, path: path.slice(0, 200), isWholeRequest: true },
  };
}

async function keep(
  input: WireInput,
  serialNumber: SerialNumber,
  brand: string,
  operation: string,
  piece: ParkedPiece,
  deps: Pick<ListenerDeps, 'store'>,
  at: number,
): Promise<void> {
  const nothing = { punches: [], users: [], templates: [], photos: [], operations: [], results: [] };
  const correlationId = piece.digest.slice(0, 12);
  await deps.store.commitUpload({
    ...nothing,
    correlationId,
    serialNumber,
    brand,
    operation,
    remoteAddress: input.remoteAddress,
    receivedAt: at,
    parked: [piece],
  });
}

/** No brand claims it: kept, counted, named, and answered 404 in plain text. */
export async function keepUnclaimed(input: WireInput, deps: ListenerDeps): Promise<WireOutput> {
  deps.metrics.unknown.inc({ brand: 'none' });
  const detail = `${input.method} ${input.target.slice(0, 200)} from ${input.remoteAddress}`;
  if (deps.keepUnknownRequests) {
    const piece = pieceOf(input, 'LISTENER_UNCLAIMED', detail, deps);
    await keep(input, NOBODY, 'none', 'unclaimed', piece, deps, deps.now());
    deps.log.warn(
      { remoteAddress: input.remoteAddress, digest: piece.digest.slice(0, 12), bytes: piece.size },
      'a request that no brand claims is kept',
    );
  }
  const body = Buffer.from(NOT_FOUND);
  return { status: 404, headers: ['Content-Type', 'text/plain', 'Content-Length', String(body.length)], body };
}

/** A brand claims it and cannot tell whose it is: kept and not acknowledged. */
export async function keepUnidentified(
  input: WireInput,
  brand: Brand,
  identity: Identity,
  deps: ListenerDeps,
): Promise<WireOutput> {
  const problem = identity.problem ?? 'missing';
  deps.metrics.unknown.inc({ brand: brand.name });
  if (deps.keepUnknownRequests) {
    const piece = pieceOf(input, 'LISTENER_NO_SERIAL', `serial number ${problem}, from ${input.remoteAddress}`, deps);
    await keep(input, NOBODY, brand.name, identity.operation, piece, deps, deps.now());
    deps.log.warn(
      { brand: brand.name, remoteAddress: input.remoteAddress, operation: identity.operation, problem },
      'a request without a usable serial number is kept',
    );
  }
  return reply({ input, brand, identity, serialNumber: NOBODY }, undefined, { kind: 'unidentified', problem }, deps);
}

/** A codec threw. The bytes are kept, and the caller must not acknowledge them. */
export async function keepUndecodable(
  request: Request,
  arrival: Arrival,
  error: unknown,
  deps: Pick<ListenerDeps, 'store' | 'vault' | 'log'>,
): Promise<Decoded> {
  const piece = pieceOf(request.input, 'LISTENER_DECODER_FAILED', `operation ${request.identity.operation}`, deps);
  await keep(
    request.input,
    request.serialNumber,
    request.brand.name,
    request.identity.operation,
    piece,
    deps,
    arrival.receivedAt,
  );
  deps.log.error(
    { ...tags(request, arrival), reason: messageOf(error) },
    'a codec threw; the request is kept and not acknowledged',
  );
  throw listenerError('LISTENER_DECODER_FAILED', 'the codec failed on this request', error);
}
