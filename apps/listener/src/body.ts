import type { Limits } from './deps.ts';
import type { DeviceRequest } from './device-request.ts';
import { atEndOfTurn } from './end-of-turn.ts';

export interface WholeBody {
  readonly kind: 'whole';
  readonly bytes: Buffer;
  readonly release: () => void;
}

export type BodyResult =
  WholeBody | { readonly kind: 'limited'; readonly limit: 'size' | 'time' | 'concurrency' } | { readonly kind: 'gone' };

const EMPTY = Buffer.alloc(0);
const nothing = (): void => undefined;

/**
 * Reads a body whole, within limits of size, time, and bytes in memory (per address and in all), and hands it over: at once
 * where there is none. `release` gives the memory back to the budget, once the bytes are no longer needed. `gone`: the
 * terminal went away.
 *
 * Most bodies come with their head, and are there at the end of the turn: they are handed over together, so that decoding runs
 * for all of them in a row, which is a good deal quicker than in turns with parsing heads.
 */
export function readBody(req: DeviceRequest, address: string, limits: Limits, take: (body: BodyResult) => void): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  const announced = length === undefined ? 0 : Number(length);
  if (announced === 0 && encoding === undefined) return take({ kind: 'whole', bytes: EMPTY, release: nothing });
  if (announced > limits.maxBodyBytes) return take({ kind: 'limited', limit: 'size' });
  atEndOfTurn(() => {
    const bytes = req.takeBody();
    if (bytes === undefined) follow(req, address, limits, take);
    else take(held(bytes, address, limits));
  });
}

/** A body that is there already, without the cost of listening for its pieces. */
function held(bytes: Buffer, address: string, limits: Limits): BodyResult {
  if (bytes.length > limits.maxBodyBytes) return { kind: 'limited', limit: 'size' };
  if (!limits.bodyBytes.enter(address, bytes.length)) return { kind: 'limited', limit: 'concurrency' };
  return { kind: 'whole', bytes, release: () => limits.bodyBytes.leave(address, bytes.length) };
}

/** Piece by piece, for as long as it may take. */
function follow(req: DeviceRequest, address: string, limits: Limits, take: (body: BodyResult) => void): void {
  if (req.destroyed) return take({ kind: 'gone' });
  const chunks: Buffer[] = [];
  let size = 0;
  let isEnded = false;
  const release = (): void => limits.bodyBytes.leave(address, size);
  const timer = setTimeout(() => end({ kind: 'limited', limit: 'time' }), limits.bodyTimeoutMs);

  function end(found: BodyResult): void {
    if (isEnded) return;
    isEnded = true;
    if (found.kind !== 'whole') release();
    clearTimeout(timer);
    take(found);
  }
  function add(chunk: Buffer): void {
    if (isEnded) return;
    if (size + chunk.length > limits.maxBodyBytes) return end({ kind: 'limited', limit: 'size' });
    if (!limits.bodyBytes.enter(address, chunk.length)) return end({ kind: 'limited', limit: 'concurrency' });
    size += chunk.length;
    chunks.push(chunk);
  }
  const whole = (): void => end({ kind: 'whole', bytes: joined(chunks, size), release });
  const gone = (): void => end({ kind: 'gone' });
  req.on('data', add).on('end', whole).on('close', gone).on('error', gone);
}

/** One chunk is the whole body as it stands: no copy. */
const joined = (chunks: readonly Buffer[], size: number): Buffer =>
  chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
