import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openStage, SN, statusOf, until, type Stage } from './stage.ts';

// Processes that are killed and stopped by signals, on one store and one terminal. Leases run out in real time.

jest.setTimeout(240_000);

let stage: Stage;
let port = 0;
const children: ChildProcess[] = [];
const states = new Map<ChildProcess, string>();

function puller(): ChildProcess {
  const child = fork(join(import.meta.dirname, 'puller.ts'), [stage.path], { execArgv: ['--no-warnings'] });
  child.on('message', (state) => states.set(child, state as string)); // puller.ts sends texts alone
  children.push(child);
  return child;
}

const isIn = (child: ChildProcess, state: string): Promise<true> =>
  until(() => (states.get(child) === state ? true : undefined));
const stored = async (): Promise<number> => (await stage.store.counts()).punches;

function fill(count: number): void {
  for (let at = 0; at < count; at += 1) {
    const wallTime = new Date(Date.UTC(2026, 0, 5) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');
    stage.terminal.record({ userId: String(1 + (at % 90)), wallTime });
  }
}

beforeEach(async () => {
  stage = await openStage();
  port = await stage.terminal.start();
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await stage.end();
});

/** A log that is being cleared: the terminal is disabled, and does not answer the reads of its log. */
async function midOfClearing(speaker: () => Promise<unknown>): Promise<void> {
  fill(3000);
  await stage.add(port);
  await speaker();
  stage.terminal.faults.mute = new Set([1504]);
  await stage.ask({ kind: 'logs.clear', parameters: { confirmed: true } });
  const before = stage.terminal.asked.length;
  await until(() => (stage.terminal.asked.slice(before).includes(1504) ? true : undefined));
  expect(stage.terminal.isDisabled).toBe(true);
}

test('one that is killed in the middle of a disabled read: the next process enables the terminal, and nothing is lost', async () => {
  const first = puller();
  await midOfClearing(() => isIn(first, 'ready'));
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(stage.terminal.isDisabled).toBe(true);
  stage.terminal.faults.mute = new Set();
  const second = puller();
  await until(() => (stage.terminal.isDisabled ? undefined : true));
  await isIn(second, 'ready');
  expect([stage.terminal.memory.log.length, await stored()]).toEqual([3000, 3000]);
  expect(await stage.store.getCursor(`pull-disabled.${SN}`)).toBe('no');
});

test('one that ends in order in the middle of a disabled read enables the terminal before it goes', async () => {
  const pull = stage.process();
  await midOfClearing(async () => {
    pull.start();
    await until(() => (statusOf(pull)?.state === 'ready' ? true : undefined));
  });
  await pull.stop();
  expect([stage.terminal.isDisabled, stage.terminal.memory.log.length]).toEqual([false, 3000]);
  expect(await stage.store.getCursor(`pull-disabled.${SN}`)).toBe('no');
  expect(stage.terminal.clients).toBe(0);
});

test('one of two processes speaks; one that sleeps past its lease is overtaken, and neither reads nor writes when it wakes', async () => {
  fill(20);
  stage.terminal.addUser({ userId: '1' });
  await stage.add(port);
  const first = puller();
  await isIn(first, 'ready');
  const second = puller();
  await isIn(second, 'elsewhere');
  expect(stage.terminal.clients).toBe(1);
  first.kill('SIGSTOP');
  await isIn(second, 'ready');
  const asked = stage.terminal.asked.length;
  stage.terminal.punch({ userId: '7', wallTime: '2026-06-01 08:00:00' });
  await until(async () => ((await stored()) === 21 ? true : undefined));
  const own = stage.terminal.asked.length - asked;
  first.kill('SIGCONT');
  await isIn(first, 'elsewhere');
  const id = await stage.ask({ kind: 'user.update', parameters: { pin: '44', name: 'Neu' } });
  await stage.ended(id);
  // written once, by the one that holds the terminal
  expect(stage.terminal.asked.filter((code) => code === 8)).toHaveLength(1);
  expect(own).toBeGreaterThan(0);
  await until(() => (stage.terminal.clients === 1 ? true : undefined));
  expect(await stored()).toBe(21);
});
