import { expect, test } from '@jest/globals';
import { KeyedMutex } from './keyed-mutex.ts';

test('work of one key runs one after the other, of different keys together; a failure blocks nobody', async () => {
  const mutex = new KeyedMutex();
  const gate = Promise.withResolvers<undefined>();
  const order: string[] = [];
  const first = mutex.run('a', async () => {
    await gate.promise;
    order.push('a1');
    throw new Error('broken');
  });
  const second = mutex.run('a', () => Promise.resolve(order.push('a2')));
  await mutex.run('b', () => Promise.resolve(order.push('b')));
  gate.resolve(undefined);
  await expect(first).rejects.toThrow('broken');
  await second;
  expect(order).toEqual(['b', 'a1', 'a2']);
});
