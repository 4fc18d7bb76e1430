import { availableParallelism } from 'node:os';
import { textOf } from './control.ts';

export interface Capacity {
  readonly workers: number;
  readonly connections: number;
  readonly openFiles: number;
}

/** Enough for 10,000 terminals that keep their connection, each with one towards a listener at the worst moment. */
const WANTED_CONNECTIONS = 24_576;
/** Logs, listening sockets, temporary files of bodies. */
const SPARE_FILES = 1024;

/**
 * What an instance can be given here. An ordinary user may raise its limit of open files up to the hard one, so
 * connections are cut down to that instead of failing at the 1,025th terminal.
 */
export function capacityFor(hardOpenFiles: number, processors: number): Capacity {
  const openFiles = Math.max(256, Math.min(hardOpenFiles, WANTED_CONNECTIONS + SPARE_FILES));
  const spare = Math.min(SPARE_FILES, Math.floor(openFiles / 4));
  return { workers: processors > 1 ? 2 : 1, connections: openFiles - spare, openFiles };
}

export async function capacityHere(): Promise<Capacity> {
  const limits = (await textOf('/proc/self/limits')) ?? '';
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return capacityFor(hard === undefined ? 1024 : Number(hard), availableParallelism());
}
