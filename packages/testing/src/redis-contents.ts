/** As much of a Redis client as is needed to read everything in it; ioredis is one. */
export interface RedisReader {
  call(command: string, ...words: string[]): Promise<unknown>;
}

/** How each type of key is read whole. */
const READERS: Readonly<Record<string, (key: string) => readonly [string, ...string[]]>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  hash: (key) => ['HGETALL', key],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

/**
 * Every key with its content as text, for a scan: the files of Redis are compressed and show nothing.
 * Errors: a type of key that is not known here, since it would go unread.
 */
export async function redisContents(redis: RedisReader): Promise<{ readonly key: string; readonly content: string }[]> {
  const contents: { key: string; content: string }[] = [];
  for (const key of await keysOf(redis)) {
    const type = String(await redis.call('TYPE', key));
    if (type === 'none') continue; // it expired meanwhile
    const reader = READERS[type];
    if (!reader) throw new Error(`the key ${key} is a ${type}, which is not read`);
    contents.push({ key, content: `${key}\n${flat(await redis.call(...reader(key)))}` });
  }
  return contents;
}

async function keysOf(redis: RedisReader): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    // a cursor and the keys of this step: the form of every SCAN
    const [next, found] = (await redis.call('SCAN', cursor, 'COUNT', '500')) as [string, string[]];
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...keys];
}

const flat = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(flat).join('\n')
    : typeof value === 'object' && value !== null
      ? flat(Object.entries(value))
      : String(value);
