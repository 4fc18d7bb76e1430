import type { PunchId } from '@biolistener/core';
import type { Redis } from 'ioredis';
import { openJobQueue, openJobWorker, type JobQueue, type JobVerdict, type JobWorker } from './job-queue.ts';
import { JOBS, type DeliverPayload } from './jobs.ts';

/** Deliveries to one site, by punch. */
export type DeliveryQueue = JobQueue<PunchId>;

export function openDeliveryQueue(redis: Redis, targetId: string, onError: (error: Error) => void): DeliveryQueue {
  const queue = openJobQueue<DeliverPayload>(JOBS.deliver, redis, targetId, onError);
  return { ...queue, add: (ids) => queue.add(ids.map((punchId) => ({ targetId, punchId }))) };
}

export type DeliveryWorker = JobWorker;

export const openDeliveryWorker = (
  url: string,
  targetId: string,
  handle: (payload: DeliverPayload) => Promise<JobVerdict>,
  onError: (error: Error) => void,
): DeliveryWorker => openJobWorker<DeliverPayload>(JOBS.deliver, url, targetId, handle, onError);
