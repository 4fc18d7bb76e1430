import { setTimeout as pause } from 'node:timers/promises';
import { Pollers } from '@biolistener/simulator';
import { rssMiB } from './process-use.ts';
import { serialOf, type BenchStage } from './stage.ts';

/**
 * Resident memory of the listener while many terminals poll through nginx, each on a connection of its own, as they do
 * where it is installed: the most that was seen, and the growth from half time to the end.
 */
export async function measureMemory(
  stage: BenchStage,
  terminals: number,
  seconds: number,
): Promise<{ terminals: number; polls: number; rssMiB: number; growthMiB: number }> {
  const pollers = new Pollers({
    target: { host: '127.0.0.1', port: stage.ports.nginxListener },
    count: terminals,
    intervalMs: 5_000,
    keepAlive: true,
    serialPrefix: serialOf(0).slice(0, 5),
  });
  const samples: number[] = [];
  pollers.start();
  try {
    for (let second = 0; second < seconds; second += 1) {
      await pause(1000);
      samples.push(rssMiB(stage.listenerPid()));
    }
    const { replies, refusals } = pollers.totals();
    if (refusals > 0) throw new Error(`${refusals} polls were refused`);
    const warm = samples[Math.floor(samples.length / 2)] ?? 0;
    return { terminals, polls: replies, rssMiB: Math.max(...samples), growthMiB: (samples.at(-1) ?? 0) - warm };
  } finally {
    pollers.stop();
  }
}
