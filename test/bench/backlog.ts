import { join } from 'node:path';
import { asSerialNumber } from '@biolistener/core';
import { openSqliteStore, type NewCommand, type Store } from '@biolistener/store';
import { load, median, quiet, type LoadOptions } from './load.ts';
import { cpuMicros } from './process-use.ts';
import { poll } from './requests.ts';
import { serialOf, type BenchStage } from './stage.ts';

export interface BacklogResult {
  readonly alone: number;
  readonly withBacklog: number;
  readonly ratio: number;
  /** Processor time of the listener per poll, µs: steadier than the ratio where others use the machine. */
  readonly aloneCpuMicros: number;
  readonly withBacklogCpuMicros: number;
}

interface Polled {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

const ACTOR = 'bench';
const DAY_MS = 86_400_000;

const commandFor = (terminal: number): NewCommand => ({
  serialNumber: asSerialNumber(serialOf(terminal)),
  kind: 'info',
  parameters: {},
  origin: 'service',
  askedBy: ACTOR,
  priority: 9,
  deadline: Date.now() + DAY_MS,
  maxAttempts: 1,
  bytes: 40,
});

/** Idle polls of the same terminals at the same listener, in turns with nothing waiting and with `count` commands for others. */
export async function measureBacklog(
  stage: BenchStage,
  size: {
    readonly rounds: number;
    readonly milliseconds: number;
    readonly terminals: number;
    readonly commands: number;
  },
  connections: number,
): Promise<BacklogResult> {
  const store = await openSqliteStore({ path: join(stage.dir, 'store', 'biolistener.db') });
  const others = size.terminals - connections;
  const polls = async (): Promise<Polled> => {
    await quiet();
    return pollAll(stage, { port: stage.ports.listener, connections, milliseconds: size.milliseconds, request: poll });
  };
  const rounds: { readonly alone: Polled; readonly withBacklog: Polled }[] = [];
  try {
    for (let at = 0; at <= size.rounds; at += 1) {
      const alone = await polls();
      const commands = Array.from({ length: size.commands }, (_, no) => commandFor(connections + (no % others)));
      const queued = await store.queueCommands(commands, Date.now());
      await untilKnown(stage, size.terminals - 1 - (at % others));
      rounds.push({ alone, withBacklog: await polls() });
      await store.cancelCommands(
        queued.map(({ id }) => id),
        ACTOR,
        Date.now(),
      );
      await untilNothingWaits(store);
    }
  } finally {
    await store.close();
  }
  const warm = rounds.slice(1); // the first round warms both up
  return {
    alone: median(warm.map(({ alone }) => alone.perSecond)),
    withBacklog: median(warm.map(({ withBacklog }) => withBacklog.perSecond)),
    ratio: median(warm.map(({ alone, withBacklog }) => withBacklog.perSecond / alone.perSecond)),
    aloneCpuMicros: median(warm.map(({ alone }) => alone.cpuMicros)),
    withBacklogCpuMicros: median(warm.map(({ withBacklog }) => withBacklog.cpuMicros)),
  };
}

async function pollAll(stage: BenchStage, options: LoadOptions): Promise<Polled> {
  const before = cpuMicros(stage.listenerPid());
  const { refusals, replies, perSecond } = await load(options);
  if (refusals > 0) throw new Error(`${refusals} polls were refused`);
  return { perSecond, cpuMicros: (cpuMicros(stage.listenerPid()) - before) / replies };
}

const PATIENCE_MS = 20_000;

/** One of the others gets its command: so the listener knows of all, which came in one transaction. */
async function untilKnown(stage: BenchStage, terminal: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const url = `http://127.0.0.1:${stage.ports.listener}/iclock/getrequest?SN=${serialOf(terminal)}`;
  while (!(await (await fetch(url)).text()).startsWith('C:'))
    if (Date.now() > deadline) throw new Error('the listener does not know of the commands that wait');
    else await quiet();
}

async function untilNothingWaits(store: Store): Promise<void> {
  const waiting = await store.terminalsWithCommands(Date.now());
  if (waiting.length > 0) throw new Error(`${waiting.length} terminals still have commands`);
}
