import { digestOf, messageOf, NOBODY, type SerialNumber, type Terminal } from '@biolistener/core';
import { packRequest, type Arrival } from '@biolistener/intake';
import type { ParkedPiece } from '@biolistener/store';
import type { Brand, Decoded, Identity, WireInput, WireOutput } from '@biolistener/wire';
import type { ListenerDeps } from './deps.ts';
import { listenerError, type ListenerReason } from './errors.ts';
import { sometimes } from './log-seldom.ts';
import { reply, tags, type Request } from './request.ts';

const NOT_FOUND = 'no terminal protocol is known at this address; the request was kept for the operator\n';

/** Of a stranger's request so much is kept; its size and digest are of the whole. Nothing of it is acknowledged. */
const MOST_OF_A_STRANGER = 64 * 1024;

type KeepDeps = Pick<ListenerDeps, 'vault'>;

/** The path alone: queries carry communication keys. */
const pathOf = (target: string): string => (target.split('?')[0] ?? '').slice(0, 200);

/** A whole request as a parked piece: nothing unknown is answered and forgotten. */
function pieceOf(
  input: WireInput,
  reason: ListenerReason,
  detail: string,
  deps: KeepDeps,
  most = Infinity,
): ParkedPiece {
  const path = pathOf(input.target);
  return {
    reason,
    detail,
    table: `path:${path}`,
    digest: digestOf(`${input.method} ${path}\n${digestOf(input.body)}`),
    size: input.body.length,
    isSensitive: true,
    sealed: deps.vault.seal('parked', packRequest({ ...input, body: input.body.subarray(0, most) })),
    request: { method: input.method, path, isWholeRequest: true },
  };
}

interface Whose {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly operation: string;
  readonly remoteAddress: string;
  readonly receivedAt: number;
}

async function keep(whose: Whose, piece: ParkedPiece, deps: Pick<ListenerDeps, 'store' | 'metrics'>): Promise<void> {
  const nothing = { punches: [], users: [], templates: [], photos: [], operations: [], results: [] };
  const upload = { ...nothing, ...whose, correlationId: piece.digest.slice(0, 12), parked: [piece] };
  const { refusedParked } = await deps.store.commitUpload(upload);
  if (refusedParked > 0) deps.metrics.limited.inc({ limit: 'parked' });
}

/** A stranger's request: kept while there is room for strangers, counted always, told in the log once in a while. */
async function keepStranger(
  input: WireInput,
  brand: string,
  operation: string,
  reason: ListenerReason,
  detail: string,
  deps: ListenerDeps,
): Promise<void> {
  deps.metrics.unknown.inc({ brand });
  const { remoteAddress } = input;
  sometimes(deps, `${reason} ${remoteAddress}`, (times) =>
    deps.log.warn({ brand, operation, remoteAddress, reason, times }, 'a request that is nobody’s is kept'),
  );
  if (!deps.keepUnknownRequests) return;
  const piece = pieceOf(input, reason, detail, deps, MOST_OF_A_STRANGER);
  await keep({ serialNumber: NOBODY, brand, operation, remoteAddress, receivedAt: deps.now() }, piece, deps);
}

/** No brand claims it: kept, counted, named, and answered 404 in plain text. */
export async function keepUnclaimed(input: WireInput, deps: ListenerDeps): Promise<WireOutput> {
  const detail = `${input.method.slice(0, 16)} ${pathOf(input.target)} from ${input.remoteAddress}`;
  await keepStranger(input, 'none', 'unclaimed', 'LISTENER_UNCLAIMED', detail, deps);
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
  const problem = identity.problem ?? 'malformed';
  const detail = `serial number ${problem}, from ${input.remoteAddress}`;
  await keepStranger(input, brand.name, identity.operation, 'LISTENER_NO_SERIAL', detail, deps);
  return reply({ input, brand, identity, serialNumber: NOBODY }, undefined, { kind: 'unidentified', problem }, deps);
}

/** A request of a known terminal, as it came. */
export async function keepWhole(
  input: WireInput,
  terminal: Terminal,
  reason: ListenerReason,
  deps: ListenerDeps,
): Promise<void> {
  const { serialNumber, brand } = terminal;
  const whose = { serialNumber, brand, operation: 'kept', remoteAddress: input.remoteAddress, receivedAt: deps.now() };
  await keep(whose, pieceOf(input, reason, `from ${input.remoteAddress}`, deps), deps);
}

/** A codec threw. The bytes are kept, and the caller must not acknowledge them. */
export async function keepUndecodable(
  request: Request,
  arrival: Arrival,
  error: unknown,
  deps: Pick<ListenerDeps, 'store' | 'vault' | 'log' | 'metrics'>,
): Promise<Decoded> {
  const { input, serialNumber, brand, identity } = request;
  const piece = pieceOf(input, 'LISTENER_DECODER_FAILED', `operation ${identity.operation}`, deps);
  const { remoteAddress } = input;
  await keep(
    { serialNumber, brand: brand.name, operation: identity.operation, remoteAddress, receivedAt: arrival.receivedAt },
    piece,
    deps,
  );
  deps.log.error(
    { ...tags(request, arrival), reason: messageOf(error) },
    'a codec threw; the request is kept and not acknowledged',
  );
  throw listenerError('LISTENER_DECODER_FAILED', 'the codec failed on this request', error);
}
