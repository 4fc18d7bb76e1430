import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  while (!take(path)) {
    putAside(path, deadHolder(path));
  }
  return () => rmSync(path, { force: true });
}

/** Whole or not at all: of several that start at once, none may find the file of another one still empty and take it for dead. */
function take(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${process.pid} ${startOf(process.pid) ?? ''}\n`);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs throws nothing else than errno errors
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** What a holder that is no more wrote. */
function deadHolder(path: string): string {
  const written = textOf(path);
  const [pid = '', start = ''] = written.trim().split(' ');
  if (written === '' || startOf(Number(pid)) !== start) return written;
  throw new CommandFailure(
    `another biolistener (process ${pid}) is up in this folder`,
    EXIT.refused,
    'Stop it first, or set BIOLISTENER_DATA_DIR and the ports to run a second one.',
  );
}

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Away with what was read, and not with what another one that starts now has put in its place meanwhile. */
function putAside(path: string, read: string): void {
  const aside = `${path}.${process.pid}.aside`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== read) linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // node:fs throws nothing else than errno errors
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error; // another one was quicker: the next look tells who
  } finally {
    rmSync(aside, { force: true });
  }
}
