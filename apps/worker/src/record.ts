import type { Attempt, DeliveryJob, ParkReason } from '@biolistener/store';
import type { DeliverContext } from './deliver-context.ts';

interface Told {
  readonly status: number | undefined;
  readonly ms: number;
}

const attemptOf = (ctx: DeliverContext, outcome: Attempt['outcome'], told: Told, detail: string): Attempt => {
  ctx.metrics.attempt(outcome);
  return { at: ctx.clock.now(), ms: Math.round(told.ms), outcome, status: told.status, detail };
};

const about = (job: DeliveryJob, detail: string): object => ({
  punchId: job.punchId,
  correlationId: job.correlationId,
  serialNumber: job.punch.serialNumber,
  detail,
});

/** The site has it. */
export async function record(
  ctx: DeliverContext,
  job: DeliveryJob,
  told: Told,
  outcome: 'created' | 'duplicate' | 'found',
  checkin: string | undefined,
  detail: string,
): Promise<void> {
  await ctx.store.finishDelivery(ctx.targetId, job.punchId, attemptOf(ctx, outcome, told, detail), checkin);
  ctx.metrics.deliverySeconds(Math.max(0, ctx.clock.now() - job.receivedAt) / 1000);
  ctx.log.debug(about(job, detail), 'delivered');
}

/** It needs a cause to go away. */
export async function recordPark(
  ctx: DeliverContext,
  job: DeliveryJob,
  reason: ParkReason,
  detail: string,
  told: Told = { status: undefined, ms: 0 },
): Promise<void> {
  await ctx.store.parkDelivery(ctx.targetId, job.punchId, attemptOf(ctx, 'parked', told, detail), reason);
  ctx.log.warn({ ...about(job, detail), reason }, 'parked');
}

/** It waits. */
export async function recordPostpone(
  ctx: DeliverContext,
  job: DeliveryJob,
  told: Told,
  detail: string,
  waitMs: number,
): Promise<void> {
  const attempt = attemptOf(ctx, 'transient', told, detail);
  await ctx.store.postponeDelivery(ctx.targetId, job.punchId, attempt, ctx.clock.now() + waitMs);
  ctx.log.debug(about(job, detail), 'postponed');
}
