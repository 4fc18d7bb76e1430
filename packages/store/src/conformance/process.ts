import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Place } from './harness.ts';

/** A process of its own that works on the store under test and writes a number for each thing that was acknowledged. */
export interface Process {
  readonly process: ChildProcess;
  readonly acknowledged: number[];
  /** Resolves when it acknowledged so many, or ended. */
  reached(count: number): Promise<void>;
  readonly ended: Promise<unknown>;
}

export function startProcess(place: Place, script: string, ...words: (string | number)[]): Process {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', file, place.opener, place.handle, ...words];
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: number[] = [];
  const lines = createInterface({ input: child.stdout });
  const waits: { count: number; resolve: () => void }[] = [];
  lines.on('line', (line) => {
    acknowledged.push(Number(line));
    for (const wait of waits) if (acknowledged.length >= wait.count) wait.resolve();
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const reached = (wanted: number) =>
    Promise.race([ended.then(() => undefined), new Promise<void>((resolve) => waits.push({ count: wanted, resolve }))]);
  return { process: child, acknowledged, reached, ended };
}
