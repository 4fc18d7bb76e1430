import { Redis } from 'ioredis';
import { messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import { at, type Finding } from './finding.ts';

const TIMEOUT_MS = 2000;

/** Without Redis punches are still taken; they are not delivered until it is back. */
export async function lookAtRedis(settings: Settings): Promise<Finding[]> {
  const hop = at('Redis');
  const isPrivate = settings.redisUrl === undefined;
  const url = settings.redisUrl ?? `redis://127.0.0.1:${settings.redisPort}/0`;
  const shown = withoutSecrets(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason = '';
  redis.on('error', (error: Error) => (reason = error.message));
  try {
    await redis.connect();
    const [server, persistence, memory] = await Promise.all(
      ['server', 'persistence', 'memory'].map(async (section) => readInfo(await redis.info(section))),
    );
    return judge(shown, server?.get('redis_version'), persistence?.get('aof_enabled'), memory?.get('maxmemory_policy'));
  } catch (error) {
    const todo = isPrivate
      ? '`biolistener up` starts it; its log is redis/redis.log in the data folder.'
      : 'Start it, or correct REDIS_URL.';
    return [hop.bad(`${shown} does not answer: ${reason || messageOf(error)}`, todo)];
  } finally {
    redis.disconnect();
  }
}

function judge(shown: string, version = '?', aof: string | undefined, policy: string | undefined): Finding[] {
  const hop = at('Redis');
  const findings = [hop.ok(`${shown} answers (${version})`)];
  if (aof === '0')
    findings.push(
      hop.warn(
        'its append-only file is off',
        'Set `appendonly yes`. Nothing is lost without it, but queues are built anew after each restart.',
      ),
    );
  if (policy !== undefined && policy !== 'noeviction')
    findings.push(
      hop.warn(
        `it may throw away keys (${policy})`,
        'Set `maxmemory-policy noeviction`: a queue that forgets jobs delivers late.',
      ),
    );
  return findings;
}

/** `name:value` lines. */
const readInfo = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\r\n')
      .flatMap((line) =>
        line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const] : [],
      ),
  );

function withoutSecrets(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
