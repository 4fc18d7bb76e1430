import { Redis } from 'ioredis';

/** Told once per change, not once per attempt to reconnect. */
export type RedisWatcher = (state: 'up' | 'down', reason: string) => void;

const COMMAND_TIMEOUT_MS = 5000;
/** ioredis waits this long for a socket to close, also for one that is closed already; it holds up the end of a process. */
const DISCONNECT_TIMEOUT_MS = 200;
const reconnectMs = (times: number): number => Math.min(100 * times, 2000);

/**
 * A connection that answers or fails at once: without Redis nobody may hang on a command.
 * It reconnects for ever by itself.
 */
export const openCommandRedis = (url: string): Redis =>
  quiet(
    new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: reconnectMs,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    }),
  );

/** A connection for BullMQ's worker and for subscriptions: commands wait for Redis as long as it takes. */
export const openPatientRedis = (url: string): Redis =>
  quiet(
    new Redis(url, {
      maxRetriesPerRequest: null,
      retryStrategy: reconnectMs,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    }),
  );

/** Without a listener each failed reconnect would be an uncaught exception. Who wants to know uses watchRedis. */
function quiet(redis: Redis): Redis {
  redis.on('error', () => undefined);
  return redis;
}

/** Tells each change between up and down once. The first failure to connect is a change too. */
export type { Redis } from 'ioredis';

export function watchRedis(redis: Redis, watcher: RedisWatcher): void {
  let last: 'up' | 'down' | undefined;
  let reason = 'not connected';
  const tell = (state: 'up' | 'down', why: string): void => {
    if (state !== last) watcher(state, why);
    last = state;
  };
  redis.on('error', (error: Error) => (reason = error.message || 'cannot connect'));
  redis.on('close', () => tell('down', reason));
  redis.on('ready', () => tell('up', 'connected'));
}

export const isReady = (redis: Redis): boolean => redis.status === 'ready';

/** ioredis keeps its socket; disconnect drops it without a round trip, also while Redis is away. */
export const closeRedis = (redis: Redis): void => redis.disconnect();
