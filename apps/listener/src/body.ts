import type { IncomingMessage } from 'node:http';
import type { Limits } from './deps.ts';
import { atEndOfTurn } from './end-of-turn.ts';

export type BodyResult =
  | { readonly kind: 'whole'; readonly bytes: Buffer; release(): void }
  | { readonly kind: 'limited'; readonly limit: 'size' | 'time' | 'concurrency' }
  | { readonly kind: 'gone' };

const EMPTY = Buffer.alloc(0);
const nothing = (): void => undefined;

/**
 * Reads a body whole, within limits of size, time, and bytes in memory (per address and in all).
 * `release` gives the memory back to the budget, once the bytes are no longer needed. `gone`: the terminal went away.
 */
export function readBody(req: IncomingMessage, address: string, limits: Limits): Promise<BodyResult> {
  const announced = Number(req.headers['content-length'] ?? 0);
  if (announced === 0 && req.headers['transfer-encoding'] === undefined) {
    return Promise.resolve({ kind: 'whole', bytes: EMPTY, release: nothing });
  }
  if (announced > limits.maxBodyBytes) return Promise.resolve({ kind: 'limited', limit: 'size' });
  return collect(req, address, limits);
}

function collect(req: IncomingMessage, address: string, limits: Limits): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const release = (): void => limits.bodyBytes.leave(address, size);
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    // most bodies come with their head: only those that do not are worth a timer
    atEndOfTurn(() => {
      if (!isOver) timer = setTimeout(() => end({ kind: 'limited', limit: 'time' }), limits.bodyTimeoutMs);
    });

    function end(result: BodyResult): void {
      isOver = true;
      clearTimeout(timer);
      req.off('data', take).off('end', whole).off('close', gone).off('error', gone);
      if (result.kind !== 'whole') release();
      resolve(result);
    }
    function take(chunk: Buffer): void {
      if (size + chunk.length > limits.maxBodyBytes) return end({ kind: 'limited', limit: 'size' });
      if (!limits.bodyBytes.enter(address, chunk.length)) return end({ kind: 'limited', limit: 'concurrency' });
      size += chunk.length;
      chunks.push(chunk);
    }
    const whole = (): void => end({ kind: 'whole', bytes: joined(chunks, size), release });
    const gone = (): void => end({ kind: 'gone' });
    req.on('data', take).on('end', whole).on('close', gone).on('error', gone);
  });
}

/** One chunk is the whole body as it stands: no copy. */
const joined = (chunks: readonly Buffer[], size: number): Buffer =>
  chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
