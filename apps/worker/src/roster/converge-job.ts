import { BiolistenerError } from '@biolistener/core';
import { coveredBy, type ConvergePayload, type JobVerdict } from '@biolistener/queue';
import { personSubject, type Converged, type Converger } from '@biolistener/roster';
import type { RosterMark, RosterStore } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock, WorkerMetrics } from '../deps.ts';

/** All that one look at a mark uses. */
export interface ConvergeContext {
  readonly converger: Pick<Converger, 'converge'>;
  readonly store: Pick<RosterStore, 'clearMarks' | 'listMarks'>;
  readonly metrics: WorkerMetrics;
  readonly clock: WorkerClock;
  readonly log: Log;
  readonly isStopping: () => boolean;
}

/** Somebody else plans the same person. */
const BUSY: JobVerdict = { kind: 'busy', retryMs: 50 };
const LEAST_WAIT_MS = 50;
/** As many marks as a gathered job can stand for. */
const MOST_MARKS = 2000;
const GATHERED = 'cells:';

/**
 * Looks at what a mark names, and takes the mark away afterwards: a crash in between looks once more, which changes nothing.
 * What was marked again meanwhile has another version and stays.
 */
export async function converge(payload: ConvergePayload, ctx: ConvergeContext): Promise<JobVerdict> {
  if (ctx.isStopping()) return 'held';
  const startedAt = ctx.clock.now();
  const marks = await marksOf(payload, ctx);
  const done = await look(payload, ctx);
  if (done?.isBusy === true) return BUSY;
  if (done) tell(payload, done, startedAt, ctx);
  if (done?.lookAgainAt !== undefined)
    return { kind: 'busy', retryMs: Math.max(LEAST_WAIT_MS, done.lookAgainAt - ctx.clock.now()) };
  await ctx.store.clearMarks(marks);
  return 'finished';
}

/** Read before the work: what is marked while it goes on is not taken away. */
async function marksOf(payload: ConvergePayload, { store }: ConvergeContext): Promise<readonly RosterMark[]> {
  if (!payload.subject.startsWith(GATHERED)) return [payload];
  return coveredBy(payload, await store.listMarks(MOST_MARKS));
}

/** Undefined: the mark names nothing, so it goes. */
async function look({ subject }: ConvergePayload, { converger, log }: ConvergeContext): Promise<Converged | undefined> {
  const isGathered = subject.startsWith(GATHERED);
  try {
    return await converger.converge(isGathered ? personSubject(subject.slice(GATHERED.length)) : subject);
  } catch (error) {
    if (!(error instanceof BiolistenerError) || error.code !== 'ROSTER_BAD_SUBJECT') throw error;
    log.error({ subject, reason: error.message }, 'a roster mark cannot be read and is dropped');
    return undefined;
  }
}

function tell({ subject }: ConvergePayload, done: Converged, startedAt: number, ctx: ConvergeContext): void {
  const ms = ctx.clock.now() - startedAt;
  const { cells, changes, commands } = done;
  ctx.metrics.converged(commands, ms / 1000);
  const what = { subject, cells, changes, commands, ms };
  if (commands > 0) ctx.log.info(what, 'roster commands were queued');
  else ctx.log.debug(what, 'roster was looked at');
}
