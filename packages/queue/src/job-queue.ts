import { DelayedError, Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { KEY_PREFIX, type JobKind } from './jobs.ts';
import { closeRedis, isReady, openPatientRedis } from './redis.ts';

/** What a handler says about its job. `held`: put it back, the worker is paused. `busy`: put it back for a moment. */
export type JobVerdict = 'finished' | 'held' | { readonly kind: 'busy'; readonly retryMs: number };

export interface JobQueue<P> {
  add(payloads: readonly P[]): Promise<void>;
  /** Jobs that wait in Redis. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** The sending end. `redis` is a command connection: without Redis every call fails at once. */
export function openJobQueue<P extends object>(
  kind: JobKind<P>,
  redis: Redis,
  scope: string,
  onError: (error: Error) => void,
): JobQueue<P> {
  const open = (): Queue => {
    const opened = new Queue(kind.queueOf(scope), {
      connection: redis,
      prefix: KEY_PREFIX,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      streams: { events: { maxLen: 100 } },
    });
    opened.on('error', onError);
    return opened;
  };
  let queue = open();
  // BullMQ keeps a failure to begin for ever: a queue that was opened while Redis was just going has to be opened anew
  const ready = async (): Promise<Queue> => {
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      queue.close().catch(() => undefined); // it never began
      queue = open();
      throw error;
    }
  };
  return {
    add: async (payloads) => {
      const jobs = payloads.map((data) => ({ name: kind.name, data, opts: { jobId: kind.idOf(data) } }));
      if (jobs.length > 0) await (await ready()).addBulk(jobs);
    },
    size: async () => (await ready()).count(),
    close: () => queue.close(),
  };
}

export interface JobWorker {
  pause(): Promise<void>;
  resume(): Promise<void>;
  setConcurrency(count: number): void;
  close(): Promise<void>;
}

/** How long a job of a killed process stays taken: lock plus two checks. A second run of one that was only slow is harmless. */
const LOCK_MS = 5000;
const STALLED_CHECK_MS = 2000;
const RECONNECT_PAUSE_MS = 500;
const CLOSE_PATIENCE_MS = 8000;

/**
 * The receiving end; begins paused. Survives any absence of Redis. A handler that throws loses its job, which is
 * harmless: the store still has it, and the relay adds it again.
 */
export function openJobWorker<P>(
  kind: JobKind<P>,
  url: string,
  scope: string,
  handle: (payload: P) => Promise<JobVerdict>,
  onError: (error: Error) => void,
): JobWorker {
  const redis = openPatientRedis(url);
  const connections = rememberDuplicates(redis);
  const active = new Set<Promise<unknown>>();
  const tracked = (payload: P): Promise<JobVerdict> => {
    const work = handle(payload);
    active.add(work);
    return work.finally(() => active.delete(work));
  };
  const worker = new Worker(kind.queueOf(scope), (job, token) => run(job, token, kind, tracked), {
    connection: redis,
    prefix: KEY_PREFIX,
    autorun: false,
    concurrency: kind.concurrency,
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

async function run<P>(
  job: Job,
  token: string | undefined,
  kind: JobKind<P>,
  handle: (payload: P) => Promise<JobVerdict>,
): Promise<void> {
  const verdict = await handle(kind.read(job.data));
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
