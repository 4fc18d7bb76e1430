import { asPunchId, type PunchId } from '@biolistener/core';
import { queueError } from './errors.ts';

/** All keys begin with it; the braces keep them in one slot of a Redis cluster. */
export const KEY_PREFIX = '{biolistener}';

/** One punch to one site. Ids only: the store carries the truth. */
export interface DeliverPayload {
  readonly targetId: string;
  readonly punchId: PunchId;
}

/** A mark of the roster: something about terminals and persons has to be looked at. Ids only, as above. */
export interface ConvergePayload {
  /** As the store marked it: `person:12`, `cell:SN|12` … */
  readonly subject: string;
  /** That of the mark: what is marked again meanwhile is another job. */
  readonly version: number;
}

export interface JobKind<P> {
  readonly name: string;
  /** `deliver`: one queue for each target, so that workers of two sites never take each other's jobs. */
  queueOf(scope: string): string;
  /** The same work has the same id, so adding it twice is harmless. BullMQ allows no colon. */
  idOf(payload: P): string;
  /** What comes out of Redis is unknown until it is read. Throws QUEUE_BAD_PAYLOAD. */
  read(data: unknown): P;
  /** How many at once in one process. The limiter, not this, decides how many requests ERPNext sees. */
  readonly concurrency: number;
}

/**
 * Every kind of job. Each has exactly one handler (a guard test counts them).
 * BullMQ's own retries are off: a job that cannot be done ends, the store knows when to try again, and the relay adds it
 * anew. So an outage burns no attempts, and a lost Redis loses no back-off.
 */
export const JOBS = {
  deliver: {
    name: 'deliver',
    queueOf: (targetId) => `deliver-${targetId}`,
    idOf: ({ targetId, punchId }) => `${targetId}.${punchId}`,
    read: readDeliver,
    concurrency: 16,
  },
  converge: {
    name: 'converge',
    queueOf: () => 'converge',
    idOf: ({ subject, version }) => `${encodeURIComponent(subject)}.${version}`,
    read: readConverge,
    concurrency: 8,
  },
} as const satisfies { readonly deliver: JobKind<DeliverPayload>; readonly converge: JobKind<ConvergePayload> };

export type JobName = keyof typeof JOBS;

function readDeliver(data: unknown): DeliverPayload {
  const fields: Record<string, unknown> = typeof data === 'object' && data !== null ? { ...data } : {};
  const { targetId, punchId } = fields;
  if (typeof targetId !== 'string' || typeof punchId !== 'string' || !/^[0-9a-f]{32}$/.test(punchId))
    throw queueError('QUEUE_BAD_PAYLOAD', 'A deliver job without a target and a punch id.');
  return { targetId, punchId: asPunchId(punchId) };
}

function readConverge(data: unknown): ConvergePayload {
  const fields: Record<string, unknown> = typeof data === 'object' && data !== null ? { ...data } : {};
  const { subject, version } = fields;
  if (typeof subject !== 'string' || subject === '' || typeof version !== 'number' || !Number.isSafeInteger(version))
    throw queueError('QUEUE_BAD_PAYLOAD', 'A converge job without a subject and a version.');
  return { subject, version };
}

export interface BackoffRule {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Waits of one delivery and of the circuit: doubling from a second to a minute. */
export const DELIVERY_BACKOFF: BackoffRule = { firstMs: 1000, mostMs: 60_000 };

/**
 * Exponential with full jitter: evenly anywhere up to the doubled ceiling, never under a quarter of the first wait.
 * `tries` counts the failures so far, from 1. There is no last try.
 */
export function backoffMs(rule: BackoffRule, tries: number, random: () => number): number {
  const ceiling = Math.min(rule.mostMs, rule.firstMs * 2 ** Math.min(Math.max(tries, 1) - 1, 30));
  return Math.max(rule.firstMs / 4, Math.round(random() * ceiling));
}
