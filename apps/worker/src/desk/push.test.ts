import { expect, test } from '@jest/globals';
import { DESK_PACES, type DeskContext } from './deps.ts';
import { Pusher } from './push.ts';
import { Pass, type Turn } from './turn.ts';

let now = 1_000_000;
const clock = { now: () => now, random: () => 0.5 };
const pace = { ...DESK_PACES, pushMs: 1000, turnMs: 30 };
// of the context it uses these
const ctx = { clock, pace } as unknown as DeskContext;

/** Tells of so many documents, 10 ms each. */
const teller = (word: string, count: number, told: string[]) => {
  const pass = new Pass();
  const names = Array.from({ length: count }, (_, i) => `${word}${i}`);
  const work = (name: string) => {
    now += 10;
    told.push(name);
    return Promise.resolve();
  };
  return { push: (turn: Turn) => pass.go(names, turn, work) };
};

test('each is told once before any is told again, in turns that end, orders first and the others in rotation', async () => {
  const told: string[] = [];
  const pusher = new Pusher(ctx, teller('order', 1, told), [teller('user', 7, told), teller('device', 4, told)]);
  const turns: string[] = [];
  do {
    await pusher.push();
    turns.push(told.splice(0).join(' '));
  } while (pusher.isUnderWay());
  expect(turns).toEqual([
    'order0 user0 user1 user2',
    'order0 device0 device1 device2',
    'order0 user3 user4 user5',
    'order0 device3 user6',
  ]);
  await pusher.push();
  expect(told).toEqual([]);
  now += pace.pushMs;
  await pusher.push();
  expect(told.join(' ')).toBe('order0 user0 user1 user2');
});

test('many orders leave the others their turn', async () => {
  const told: string[] = [];
  const pusher = new Pusher(ctx, teller('order', 5, told), [teller('user', 1, told)]);
  await pusher.push();
  expect(told.splice(0).join(' ')).toBe('order0 order1 order2 user0');
  expect(pusher.isUnderWay()).toBe(true);
  await pusher.push();
  expect(told.join(' ')).toBe('order3 order4');
  expect(pusher.isUnderWay()).toBe(false);
});

test('orders that never come to their end keep nobody from telling again', async () => {
  const told: string[] = [];
  const endless = { push: () => Promise.resolve(false) };
  const pusher = new Pusher(ctx, endless, [teller('user', 2, told)]);
  await pusher.push();
  await pusher.push();
  expect(told.splice(0).join(' ')).toBe('user0 user1');
  now += pace.pushMs;
  await pusher.push();
  expect(told.join(' ')).toBe('user0 user1');
});

test('one that breaks off keeps nobody else from telling', async () => {
  const told: string[] = [];
  const broken = { push: () => Promise.reject(new Error('broken')) };
  const pusher = new Pusher(ctx, teller('order', 1, told), [broken, teller('user', 1, told)]);
  await expect(pusher.push()).rejects.toThrow('broken');
  await pusher.push();
  expect(told.join(' ')).toBe('order0 order0 user0');
});
