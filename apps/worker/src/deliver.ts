import { decideLogType, offsetMinutes, toLocal, type PunchId } from '@biolistener/core';
import {
  deviceIdOf,
  isOfTheSite,
  RequestFailed,
  sendCheckIn,
  type CheckInDraft,
  type CheckInOutcome,
  type Failure,
} from '@biolistener/erpnext';
import { backoffMs, DELIVERY_BACKOFF, type JobVerdict } from '@biolistener/queue';
import type { DeliveryJob } from '@biolistener/store';
import { runInLane } from './lane.ts';
import type { DeliverContext } from './deliver-context.ts';
import { workerError } from './errors.ts';
import { findEmployeeAtSite } from './find-employee.ts';
import { MirrorMoved } from './mirror-keeper.ts';
import { record, recordPark, recordPostpone } from './record.ts';
import { isOfTheDocument } from './unexplained.ts';
import { lanePins, whosePunch } from './whose-punch.ts';

/** How one delivery of a lane ended. stop: the rest of the lane must wait behind it. again: the employee changed. */
type Step = 'next' | 'stop' | 'held' | 'again';

const LANE_BATCH = 50;
/** Later than any punch: a lane is emptied, not only up to the punch that the job names. */
const AGAIN: JobVerdict = { kind: 'busy', retryMs: 50 };
/** It is another employee's by now, or the mirror is being read by another id field. */
const LATER: JobVerdict = { kind: 'busy', retryMs: 250 };
const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * The way of one job: load → find employee → take the employee's lane → deliver what is undone there, oldest first.
 * Safe to run twice: whatever is done by then is skipped.
 */
export async function deliver(punchId: PunchId, ctx: DeliverContext): Promise<JobVerdict> {
  const job = await ctx.store.loadDelivery(ctx.targetId, punchId);
  if (!job || !isUndone(job)) return 'finished';
  try {
    const found = await whosePunch(job, ctx);
    if (found.kind === 'nobody') {
      await recordPark(ctx, job, found.reason, found.detail);
      return 'finished';
    }
    return await runInLane(ctx, found.employee, () => deliverLane(found.employee, job, ctx));
  } catch (error) {
    if (error instanceof MirrorMoved) return LATER; // waiting for it is no attempt
    if (!(error instanceof RequestFailed)) throw error;
    return afterLookupFailed(ctx, job, error.failure); // the live look at an employee got no answer
  }
}

const isUndone = (job: DeliveryJob): boolean => job.state === 'waiting' || job.state === 'queued';

/**
 * Delivers the undone punches of an employee in time order, under whatever PIN, until none is left or one has to wait.
 * Whose each is, is looked up again: a PIN may have been somebody else's then, and waiting for the lane and for the site
 * takes its time. What is another's is left to its own job.
 */
async function deliverLane(employee: string, asked: DeliveryJob, ctx: DeliverContext): Promise<JobVerdict> {
  const pins = await lanePins(employee, asked, ctx);
  const seen = new Set<PunchId>();
  const others = new Set<PunchId>();
  for (;;) {
    const jobs = await ctx.store.lane(ctx.targetId, pins, FOREVER, LANE_BATCH + others.size);
    const mine = jobs.filter(({ punchId }) => !others.has(punchId));
    if (mine.length === 0) return others.has(asked.punchId) ? LATER : 'finished';
    for (const { punchId } of mine) {
      if (seen.has(punchId)) throw workerError('WORKER_LANE_STUCK', `punch ${punchId} came back undone`);
      seen.add(punchId);
      if (ctx.isStopping()) return 'held';
      const job = await ctx.store.loadDelivery(ctx.targetId, punchId);
      if (!job || !isUndone(job)) continue;
      const step = await deliverIfOf(employee, job, ctx);
      if (step === 'other') others.add(punchId);
      else if (step === 'held') return 'held';
      else if (step === 'again') return AGAIN;
      else if (step === 'stop') return 'finished';
    }
  }
}

async function deliverIfOf(employee: string, job: DeliveryJob, ctx: DeliverContext): Promise<Step | 'other'> {
  if (job.state === 'waiting' && job.nextAt > ctx.clock.now()) {
    // its own retry comes, and takes with it what waits behind: nobody overtakes
    return job.employee === undefined || job.employee === employee ? 'stop' : 'other';
  }
  const whose = await whosePunch(job, ctx);
  return whose.kind === 'one' && whose.employee === employee ? deliverOne(employee, job, ctx) : 'other';
}

/** One punch: a place among the requests in flight → log type → time at the site → send → record. */
async function deliverOne(employee: string, job: DeliveryJob, ctx: DeliverContext): Promise<Step> {
  const leave = await ctx.limiter.enter();
  let outcome: CheckInOutcome | undefined;
  try {
    if (!ctx.site.isReady() || !ctx.circuit.take()) return 'held';
    outcome = await attempt(employee, job, ctx);
  } finally {
    leave(outcome && { ms: outcome.ms, isGood: outcome.kind !== 'failed' || !isOfTheSite(outcome.failure) });
  }
  return conclude(outcome, employee, job, ctx);
}

async function attempt(employee: string, job: DeliveryJob, ctx: DeliverContext): Promise<CheckInOutcome> {
  try {
    const logType = await decideOnce(employee, job, ctx);
    const outcome = await sendCheckIn(ctx.client, draftOf(employee, job, logType, ctx), {
      hasPunchIdField: ctx.site.hasPunchIdField(),
      // a stored decision means that a process may have died between sending and recording
      mustLookFirst: job.attempts > 0 || job.logType !== undefined,
      siteOffsetMinutes: offsetMinutes(ctx.site.zone(), ctx.clock.now()),
      mayCorrectTime: job.checkin === undefined,
    });
    ctx.metrics.erpnextSeconds(outcome.kind, outcome.ms / 1000);
    return outcome;
  } catch (error) {
    ctx.circuit.gaveBack();
    throw error;
  }
}

/** Decided once, stored, then sent: a resend can never differ (design §4.2). */
async function decideOnce(employee: string, job: DeliveryJob, ctx: DeliverContext): Promise<'IN' | 'OUT' | ''> {
  if (job.logType !== undefined && job.employee === employee) return job.logType;
  const policy = ctx.settings().logTypePolicy;
  const last =
    policy.kind === 'alternate' ? await ctx.store.lastDecision(ctx.targetId, employee, job.punch.instant) : undefined;
  const { punch, terminal } = job;
  const { role, stateMap } = terminal;
  const facts = {
    instant: punch.instant,
    state: punch.state,
    claimedDirection: punch.claimedDirection,
    role,
    stateMap,
    last,
  };
  const { logType, source } = decideLogType(policy, facts);
  await ctx.store.decide(ctx.targetId, job.punchId, { employee, logType, source });
  return logType;
}

function draftOf(
  employee: string,
  job: DeliveryJob,
  logType: CheckInDraft['logType'],
  ctx: DeliverContext,
): CheckInDraft {
  const { deviceIdTemplate, skipAutoAttendance } = ctx.settings();
  return {
    employee,
    time: toLocal(job.punch.instant, ctx.site.zone()),
    logType,
    deviceId: deviceIdOf(deviceIdTemplate, job.terminal),
    skipAutoAttendance,
    punchId: job.punchId,
  };
}

async function conclude(
  outcome: CheckInOutcome,
  employee: string,
  job: DeliveryJob,
  ctx: DeliverContext,
): Promise<Step> {
  const isOfSite = outcome.kind === 'failed' && isOfTheSite(outcome.failure);
  if (isOfSite && !isOfTheDocument(outcome.failure, job.attempts, ctx.circuit))
    return afterSiteFailed(outcome, job, ctx);
  ctx.circuit.succeeded();
  switch (outcome.kind) {
    case 'created':
      if (outcome.lostPunchIdField) ctx.site.lostPunchIdField();
      await record(ctx, job, outcome, 'created', outcome.name, `check-in ${outcome.name}`);
      return 'next';
    case 'duplicate':
    case 'found':
      await record(ctx, job, outcome, outcome.kind, outcome.name, `the site has it as ${outcome.name ?? '?'}`);
      return 'next';
    case 'wrong-time':
      await recordPostpone(ctx, job, outcome, `the site stored ${outcome.stored}`, WRONG_TIME_WAIT_MS);
      ctx.site.storesWrongTimes(outcome.stored);
      return 'held';
    case 'no-such-employee':
      return afterEmployeeGone(outcome, employee, job, ctx);
    case 'failed':
      await recordPark(ctx, job, parkReasonOf(outcome.failure), outcome.failure.text, outcome);
      return 'next';
  }
}

/**
 * The site has no such employee, so nothing is there under that name: who has the PIN now gets it. When the site lists
 * the same one all the same, asking again would go round for ever.
 */
async function afterEmployeeGone(
  outcome: CheckInOutcome & { readonly text: string },
  employee: string,
  job: DeliveryJob,
  ctx: DeliverContext,
): Promise<Step> {
  const found = await findEmployeeAtSite(job.punch.pin, ctx);
  if (found.kind === 'nobody') await recordPark(ctx, job, found.reason, found.detail, outcome);
  else if (found.employee === employee || job.checkin !== undefined)
    await recordPark(ctx, job, 'refused', outcome.text, outcome);
  else {
    await decideOnce(found.employee, job, ctx);
    ctx.log.warn({ employee, now: found.employee, punchId: job.punchId }, 'employee is gone from the site');
    return 'again';
  }
  return 'next';
}

const WRONG_TIME_WAIT_MS = 1000;

const parkReasonOf = (failure: Failure): 'inactive-employee' | 'refused' =>
  failure.kind === 'inactive-employee' ? 'inactive-employee' : 'refused';

/** Trouble on the way says nothing about the punch: it waits, and the circuit decides for all. */
async function afterSiteFailed(
  outcome: CheckInOutcome & { readonly failure: Failure },
  job: DeliveryJob,
  ctx: DeliverContext,
): Promise<Step> {
  ctx.circuit.failed(outcome.failure);
  await recordPostpone(ctx, job, outcome, outcome.failure.text, waitMs(ctx, job, outcome.failure));
  return 'stop';
}

/** Until the circuit tries again at the earliest; an answer that got lost gives the site time to finish first. */
function waitMs(ctx: DeliverContext, job: DeliveryJob, failure: Failure): number {
  const retryAt = ctx.circuit.status().retryAt;
  const untilProbe = retryAt === undefined ? 0 : retryAt - ctx.clock.now();
  const own = backoffMs(DELIVERY_BACKOFF, Math.min(job.attempts + 1, 7), () => ctx.clock.random());
  return untilProbe > 0 ? untilProbe : Math.max(own, failure.mayHaveArrived ? DELIVERY_BACKOFF.firstMs : 0);
}

async function afterLookupFailed(ctx: DeliverContext, job: DeliveryJob, failure: Failure): Promise<JobVerdict> {
  if (isOfTheSite(failure)) ctx.circuit.failed(failure);
  await recordPostpone(ctx, job, { status: failure.status, ms: 0 }, failure.text, waitMs(ctx, job, failure));
  return 'finished';
}
