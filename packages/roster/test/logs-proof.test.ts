import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asSerialNumber, type CommandResult } from '@biolistener/core';
import { orderOf, punchesOf } from '../../store/src/conformance/builders.ts';
import { must } from '../../store/src/conformance/harness.ts';
import { logsProvenDelivered } from '../src/index.ts';
import { World } from './world.ts';

jest.setTimeout(60_000);

const A = asSerialNumber('A');
const HOUR = 3_600_000;

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.terminal('A', 'single', { attendanceRecords: 10 });
});
afterEach(() => world.close());

const punched = (from: number, to: number): Promise<void> =>
  world.send('A', { punches: punchesOf(from, to).map((punch) => ({ ...punch, serialNumber: A })) });

/** What the proof says about the counts; there is no site here, so it always misses that. */
async function shortage(): Promise<readonly string[]> {
  const proof = await logsProvenDelivered(world.store, A);
  return proof.isProven ? ['proven'] : proof.missing.filter((sentence) => sentence.includes('counts'));
}

async function asked(parameters = {}): Promise<string> {
  const order = {
    serialNumber: A,
    kind: 'logs.clear',
    parameters,
    maxAttempts: 1,
    deadline: world.now + 90 * HOUR,
  } as const;
  const [queued] = await world.store.queueCommands([orderOf(order)], world.tick());
  return must(queued).id;
}

async function given(parameters = {}): Promise<string> {
  const id = await asked(parameters);
  const options = { limit: 9, maxBytes: 65_536, leaseMs: 60_000, isOneOutstanding: false };
  await world.store.takeCommands(A, { ...options, now: world.tick() });
  await world.store.markSent([id], world.tick(), 120_000);
  return id;
}

const answered = (id: string, over: Partial<CommandResult> = {}): Promise<void> =>
  world.send('A', { results: [{ id, code: '0', verdict: 'done', info: {}, ...over }] });

const short = (here: number): string[] => [`The terminal counts 10 records, ${here} of them are here.`];

test('punches that came between the request to clear and its answer are not of what the terminal holds now', async () => {
  await punched(0, 20);
  const id = await given();
  await punched(20, 60);
  expect(await shortage()).toEqual(short(0)); // under way
  await answered(id);
  await punched(60, 65);
  expect(await shortage()).toEqual(short(5));
  await punched(65, 70);
  expect(await shortage()).toEqual([]);
});

test('a clearing counts behind any number of other commands', async () => {
  await punched(0, 20);
  await answered(await given());
  const order = orderOf({ serialNumber: A, deadline: world.now + HOUR });
  const queued = await world.store.queueCommands(
    Array.from({ length: 1100 }, () => order),
    world.tick(),
  );
  const options = { limit: 2000, maxBytes: 10_000_000, leaseMs: 60_000, isOneOutstanding: false };
  await world.store.takeCommands(A, { ...options, now: world.tick() });
  await world.send('A', { results: queued.map(({ id }) => ({ id, code: '0', verdict: 'done', info: {} })) });
  expect(await shortage()).toEqual(short(0));
});

test('a clearing whose answer was lost counts, and one that was cancelled on its way', async () => {
  await punched(0, 20);
  const id = await given();
  await world.store.sweepCommands((world.now += HOUR));
  expect(must(await world.store.findCommand(id)).state).toBe('failed');
  await punched(20, 40);
  expect(await shortage()).toEqual(short(0)); // nobody knows when it was done
  world.now += 2 * HOUR;
  await punched(40, 50);
  expect(await shortage()).toEqual([]);
  await world.store.cancelCommands([await given()], 'test', world.tick());
  expect(await shortage()).toEqual(short(0));
});

test('a refusal proves nothing, unless whoever carried it out says that the log is untouched', async () => {
  await punched(0, 20);
  await answered(await given(), { verdict: 'failed-for-good', info: { isUntouched: true } });
  expect(await shortage()).toEqual([]);
  await answered(await given(), { verdict: 'failed-for-good' });
  expect(await shortage()).toEqual(short(0));
});

test('a clearing that never left and one of pictures leave the log as it is', async () => {
  await punched(0, 20);
  await answered(await given({ what: 'photos' }));
  await world.store.cancelCommands([await asked()], 'test', world.tick());
  const refused = await asked();
  const options = { limit: 9, maxBytes: 65_536, leaseMs: 60_000, isOneOutstanding: false };
  await world.store.takeCommands(A, { ...options, now: world.tick() });
  await world.store.failCommands([{ id: refused, reason: 'FAKE_UNCONFIRMED' }], world.tick());
  expect(await shortage()).toEqual([]);
});
