import type { PunchId } from '@biolistener/core';
import { DelayedError, Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { JOBS, KEY_PREFIX, type DeliverPayload } from './jobs.ts';
import { closeRedis, isReady, openPatientRedis } from './redis.ts';

const KIND = JOBS.deliver;

/** What a handler says about its job. `held`: put it back, the worker is paused. `busy`: put it back for a moment. */
export type JobVerdict = 'finished' | 'held' | { readonly kind: 'busy'; readonly retryMs: number };

export interface DeliveryQueue {
  add(ids: readonly PunchId[]): Promise<void>;
  /** Jobs that wait in Redis. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** The sending end. `redis` is a command connection: without Redis every call fails at once. */
export function openDeliveryQueue(redis: Redis, targetId: string, onError: (error: Error) => void): DeliveryQueue {
  const queue = new Queue(KIND.queueOf(targetId), {
    connection: redis,
    prefix: KEY_PREFIX,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', onError);
  return {
    add: async (ids) => {
      const jobs = ids.map((punchId) => {
        const data: DeliverPayload = { targetId, punchId };
        return { name: KIND.name, data, opts: { jobId: KIND.idOf(data) } };
      });
      if (jobs.length > 0) await queue.addBulk(jobs);
    },
    size: () => queue.count(),
    close: () => queue.close(),
  };
}

export interface DeliveryWorker {
  pause(): Promise<void>;
  resume(): Promise<void>;
  setConcurrency(count: number): void;
  close(): Promise<void>;
}

/** How long a job of a killed process stays taken: lock plus one check. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5000;
const RECONNECT_PAUSE_MS = 500;
const CLOSE_PATIENCE_MS = 8000;

/**
 * The receiving end; begins paused. Survives any absence of Redis. A handler that throws loses its job, which is
 * harmless: the store still has it as queued, and the relay adds it again.
 */
export function openDeliveryWorker(
  url: string,
  targetId: string,
  handle: (payload: DeliverPayload) => Promise<JobVerdict>,
  onError: (error: Error) => void,
): DeliveryWorker {
  const redis = openPatientRedis(url);
  const connections = rememberDuplicates(redis);
  const active = new Set<Promise<unknown>>();
  const tracked = (payload: DeliverPayload): Promise<JobVerdict> => {
    const work = handle(payload);
    active.add(work);
    return work.finally(() => active.delete(work));
  };
  const worker = new Worker(KIND.queueOf(targetId), (job, token) => run(job, token, tracked), {
    connection: redis,
    prefix: KEY_PREFIX,
    autorun: false,
    concurrency: KIND.concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: 1_000_000,
    runRetryDelay: RECONNECT_PAUSE_MS,
    drainDelay: 2,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return {
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    setConcurrency: (count) => {
      worker.concurrency = count;
    },
    close: () => closeWorker(worker, active, connections),
  };
}

async function run(
  job: Job,
  token: string | undefined,
  handle: (payload: DeliverPayload) => Promise<JobVerdict>,
): Promise<void> {
  const verdict = await handle(KIND.read(job.data));
  if (verdict === 'finished') return;
  if (verdict === 'held') throw Worker.RateLimitError(); // back to the head of the queue; counts as nothing
  await job.moveToDelayed(Date.now() + verdict.retryMs, token);
  throw new DelayedError();
}

/** Waits for what is under way, but never for a Redis that is away; leaves no connection behind. */
async function closeWorker(worker: Worker, active: ReadonlySet<Promise<unknown>>, connections: Redis[]): Promise<void> {
  const isThere = connections.every(isReady);
  const closing = isThere ? worker.close() : Promise.allSettled([...active]).then(() => worker.close(true));
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_PATIENCE_MS);
  });
  await Promise.race([closing.catch(() => undefined), impatient]); // closing must not fail the shutdown
  clearTimeout(timer);
  connections.forEach(closeRedis);
}

/** BullMQ makes a second, blocking connection by duplicating ours; who closes it while Redis is away must know it. */
function rememberDuplicates(redis: Redis): Redis[] {
  const made = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    made.push(copy);
    return copy;
  };
  return made;
}
