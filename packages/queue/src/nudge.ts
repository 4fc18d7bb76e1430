import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { KEY_PREFIX } from './jobs.ts';
import { closeRedis, isReady, openCommandRedis } from './redis.ts';

/** Says that the store has something new. A hint only: who misses it finds out within half a second. */
export const NUDGE_CHANNEL = `${KEY_PREFIX}:nudge`;

/** Nudges within one process need no Redis. */
const local = new EventEmitter();
local.setMaxListeners(0);

export function onLocalNudge(listener: () => void): () => void {
  local.on('nudge', listener);
  return () => void local.off('nudge', listener);
}

export interface Nudger {
  /** Never throws, never waits. */
  nudge(): void;
  close(): void;
}

/** For the listener: tells every relay, here and in other processes, after a commit. Without a URL only those here. */
export function openNudger(url?: string): Nudger {
  const redis = url === undefined ? undefined : openCommandRedis(url);
  let isPublishing = false;
  const publish = (connection: Redis): void => {
    if (isPublishing || !isReady(connection)) return;
    isPublishing = true; // one at a time is enough: a nudge carries nothing
    connection
      .publish(NUDGE_CHANNEL, '')
      .catch(() => undefined) // a hint only; the relay looks by itself
      .finally(() => (isPublishing = false));
  };
  return {
    nudge: () => {
      local.emit('nudge');
      if (redis) publish(redis);
    },
    close: () => redis && closeRedis(redis),
  };
}

/** Calls back for nudges of any process. `patient` is a connection of its own: it turns into a subscriber. */
export async function subscribeNudges(patient: Redis, listener: () => void): Promise<void> {
  patient.on('message', (channel: string) => {
    if (channel === NUDGE_CHANNEL) listener();
  });
  await patient.subscribe(NUDGE_CHANNEL);
}
