import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandFailure, EXIT } from '../exit-codes.ts';

/** When a process began, in clock ticks since boot: tells a process from a later one with the same number. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined; // no such process
  }
}

/**
 * Holds a folder for one process. Errors: refuses when a living process holds it; a lock left by a killed one is taken over.
 * Returns the release.
 */
export function holdFolder(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    const [pid = '', start = ''] = readFileSync(path, 'utf8').trim().split(' ');
    if (startOf(Number(pid)) === start) {
      throw new CommandFailure(
        `another biolistener (process ${pid}) is up in this folder`,
        EXIT.refused,
        'Stop it first, or set BIOLISTENER_DATA_DIR and the ports to run a second one.',
      );
    }
    rmSync(path, { force: true });
  }
  writeFileSync(path, `${process.pid} ${startOf(process.pid) ?? ''}\n`, { flag: 'wx' });
  return () => rmSync(path, { force: true });
}
