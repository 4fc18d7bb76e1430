import { isOfTheSite, isStale, RequestFailed, type Through } from '@biolistener/erpnext';
import type { Circuit } from '../circuit.ts';
import type { Limiter } from '../limiter.ts';

/** Check-ins found the site in trouble: Desk waits until they go through again, and never tries first. */
export class SiteAway extends Error {
  constructor() {
    super('the site is away; deliveries find out when it is back');
    this.name = 'SiteAway';
  }
}

/** A missing plugin or right concerns Desk alone: check-ins go on. */
function isOutage(error: RequestFailed): boolean {
  const { kind } = error.failure;
  return isOfTheSite(error.failure) && kind !== 'key-refused' && kind !== 'not-there' && !isStale(error);
}

/** What a straggler saw from before the circuit opened says nothing about now. */
function tell(circuit: Circuit, what: () => void): void {
  if (circuit.status().state === 'closed') what();
}

/** Requests of Desk take their turn among the deliveries, and tell the same circuit how the site does. */
export function throughGate({ circuit, limiter }: { circuit: Circuit; limiter: Limiter }): Through {
  return async (request) => {
    if (circuit.status().state !== 'closed') throw new SiteAway();
    const leave = await limiter.enter();
    let seen: { ms: number; isGood: boolean } | undefined;
    const startedAt = performance.now();
    try {
      if (circuit.status().state !== 'closed') throw new SiteAway();
      const answer = await request();
      tell(circuit, () => circuit.succeeded());
      seen = { ms: performance.now() - startedAt, isGood: true };
      return answer;
    } catch (error) {
      if (error instanceof RequestFailed) {
        const isBad = isOutage(error);
        seen = { ms: performance.now() - startedAt, isGood: !isBad };
        if (isBad) tell(circuit, () => circuit.failed(error.failure));
      }
      throw error;
    } finally {
      leave(seen);
    }
  };
}
