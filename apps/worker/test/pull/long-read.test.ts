import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { openHostileProxy } from '@biolistener/simulator';
import { openStage, SN, until } from './stage.ts';

// The puller is a process of its own, so that its memory is its own.

jest.setTimeout(480_000);

const RECORDS = 120_000;
const MIB = 1024 * 1024;

const wallAt = (at: number): string =>
  new Date(Date.UTC(2026, 0, 5) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** What it uses after a collection. */
async function memoryOf(child: ChildProcess): Promise<number> {
  const told = new Promise<number>((done) => {
    const look = (message: unknown): void => {
      if (typeof message !== 'string' || !message.startsWith('memory ')) return;
      child.off('message', look);
      done(Number(message.slice(7)));
    };
    child.on('message', look);
  });
  child.send('memory');
  return told;
}

test('120,000 records through a network that drops, cuts, delays and resets: none lost, none twice, memory flat, the terminal enabled', async () => {
  const stage = await openStage();
  const port = await stage.terminal.start();
  for (let at = 0; at < RECORDS; at += 1)
    stage.terminal.record({ userId: String(1 + (at % 500)), wallTime: wallAt(at), state: at % 2 });
  const rates = { reset: 0.006, close: 0.003, hang: 0.002, delay: 0.02, pieceBytes: 16_000 };
  const proxy = await openHostileProxy(port, { seed: 7, ...rates });
  await stage.add(proxy.port, { live: false, patience: 0.1 });
  const execArgv = ['--no-warnings', '--expose-gc'];
  const child = fork(join(import.meta.dirname, 'puller.ts'), [stage.path], { execArgv });
  try {
    const hasStored = (count: number): Promise<true> =>
      until(async () => ((await stage.store.counts()).punches >= count ? true : undefined), 200);
    await hasStored(RECORDS / 6);
    const early = await memoryOf(child);
    await hasStored((RECORDS * 9) / 10);
    const late = await memoryOf(child);
    const pull = await until(async () => (await stage.store.findTerminal(SN))?.profile['pull'], 200);
    expect(pull).toMatchObject({ records: RECORDS, proof: 'counted', found: RECORDS });
    expect((await stage.store.counts()).punches).toBe(RECORDS);
    expect([proxy.resets > 0, proxy.drops > 0]).toEqual([true, true]);
    expect(stage.terminal.isDisabled).toBe(false);
    // what 90,000 records more would need, were they kept, is four times as much
    expect(late - early).toBeLessThan(12 * MIB);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await proxy.close();
    await stage.end();
  }
});
