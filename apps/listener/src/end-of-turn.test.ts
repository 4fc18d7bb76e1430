import { expect, test } from '@jest/globals';
import { turned } from '../test/kit.ts';
import { atEndOfTurn } from './end-of-turn.ts';

test('tasks wait for the end of the turn, and run once and in order', async () => {
  const done: number[] = [];
  for (const task of [1, 2, 3]) atEndOfTurn(() => done.push(task));
  await Promise.resolve();
  expect(done).toEqual([]);
  await turned();
  expect(done).toEqual([1, 2, 3]);
  await turned();
  expect(done).toEqual([1, 2, 3]);
});

test('they run together: nothing that was put off later comes in between', async () => {
  const done: string[] = [];
  atEndOfTurn(() => done.push('first'));
  setImmediate(() => done.push('other'));
  atEndOfTurn(() => done.push('second'));
  await turned();
  expect(done).toEqual(['first', 'second', 'other']);
});

test('a task that asks for another has it run in a later turn', async () => {
  const done: string[] = [];
  atEndOfTurn(() => {
    done.push('first');
    atEndOfTurn(() => done.push('later'));
  });
  atEndOfTurn(() => done.push('second'));
  await turned();
  await turned();
  expect(done).toEqual(['first', 'second', 'later']);
});
