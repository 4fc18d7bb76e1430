import type { FaultPlan } from './faults.ts';
import type { Delivery } from './link.ts';
import type { Random } from './random.ts';

/** A request that can be built with any announced length, and the length that is true. */
export interface Sendable {
  readonly bodyBytes: number;
  build(announcedLength: number): Buffer;
  readonly closes: boolean;
}

/** A request as it goes out, and whether it is still the request that was meant. */
export interface Spoilt {
  readonly bytes: Buffer;
  readonly delivery: Delivery;
  /** False: the reply cannot be held to the rules, the request broke them first. */
  readonly isSound: boolean;
}

/** Draws the faults of one upload; at most one of them happens. */
export function spoil(request: Sendable, faults: FaultPlan, random: Random, timeScale: number): Spoilt {
  const length = request.bodyBytes;
  const bytes = request.build(length);
  const broken = (delivery: Delivery): Spoilt => ({ bytes, delivery, isSound: false });
  if (faults.happens('lost-request')) return broken({ kind: 'nothing' });
  if (faults.happens('hang-up')) return broken({ kind: 'hang-up' });
  if (faults.happens('reset-mid-body')) {
    return broken({ kind: 'reset', afterBytes: bytes.length - Math.ceil(length / 2) });
  }
  if (faults.happens('wrong-length')) return spoilLength(request, random);
  const isSlow = faults.happens('slow-body');
  const drip = { kind: 'drip', pieces: 12, pauseMs: 250 * timeScale } as const;
  return { bytes, delivery: isSlow ? drip : { kind: 'plain' }, isSound: true };
}

/** Either more is announced than comes, or one stray byte comes after what was announced. */
function spoilLength(request: Sendable, random: Random): Spoilt {
  if (random.chance(0.5)) {
    return { bytes: request.build(request.bodyBytes + 7), delivery: { kind: 'end' }, isSound: false };
  }
  const bytes = Buffer.concat([request.build(request.bodyBytes), Buffer.from('\n')]);
  return { bytes, delivery: { kind: 'plain' }, isSound: false };
}
