import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { KEY_PREFIX } from './jobs.ts';
import { isReady } from './redis.ts';

const TTL_MS = 10_000;
const RENEW_MS = 2500;

const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`;

/** Held: ours until released. Busy: another process has it. Absent: Redis is away, and nobody can say. */
export type LaneClaim = { readonly kind: 'held'; release(): Promise<void> } | { readonly kind: 'busy' | 'absent' };

/**
 * One employee at a time, over all worker processes (contract §3.5). When Redis is away, the caller goes on with what
 * it knows in its own process: the unique field, or the look before resending, still keeps check-ins single.
 */
export async function claimLane(redis: Redis, targetId: string, employee: string): Promise<LaneClaim> {
  if (!isReady(redis)) return { kind: 'absent' };
  const key = `${KEY_PREFIX}:lane:${targetId}:${employee}`;
  const token = randomUUID();
  try {
    if ((await redis.set(key, token, 'PX', TTL_MS, 'NX')) !== 'OK') return { kind: 'busy' };
  } catch {
    return { kind: 'absent' }; // lost on the way; a lock that was set after all runs out by itself
  }
  const renewal = setInterval(() => {
    redis.eval(RENEW, 1, key, token, TTL_MS).catch(() => undefined); // Redis away: see above
  }, RENEW_MS);
  renewal.unref();
  return {
    kind: 'held',
    release: async () => {
      clearInterval(renewal);
      await redis.eval(RELEASE, 1, key, token).catch(() => undefined); // runs out by itself
    },
  };
}
