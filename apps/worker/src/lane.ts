import { claimLane, type JobVerdict } from '@biolistener/queue';
import type { DeliverContext } from './deliver-context.ts';

const BUSY_ELSEWHERE: JobVerdict = { kind: 'busy', retryMs: 250 };

/** One request in flight per employee: a queue within this process, a lock in Redis between processes. */
export const runInLane = (
  ctx: DeliverContext,
  employee: string,
  work: () => Promise<JobVerdict>,
): Promise<JobVerdict> =>
  ctx.lanes.run(employee, async () => {
    const claim = await claimLane(ctx.redis, ctx.targetId, employee);
    if (claim.kind === 'busy') return BUSY_ELSEWHERE;
    try {
      return await work();
    } finally {
      if (claim.kind === 'held') await claim.release();
    }
  });
