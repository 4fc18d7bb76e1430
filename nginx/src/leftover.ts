import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isNginx, textOf } from './control.ts';
import { raise } from './errors.ts';
import { writeFileWhole } from './files.ts';

// A biolistener that was killed leaves its private nginx running. The next start must tell that one from an nginx
// that belongs to a biolistener which is alive: owner.pid says who started it, with the start time of that process,
// because numbers of processes come again.

const ownerFile = (dir: string): string => join(dir, 'owner.pid');

/** Notes this process as the owner of the instance. */
export async function writeOwner(dir: string): Promise<void> {
  await writeFileWhole(ownerFile(dir), `${process.pid} ${(await startTimeOf(process.pid)) ?? '?'}\n`);
}

/** Field 22 of /proc/<pid>/stat, proc(5). The name before it may hold blanks and brackets. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Ends the nginx that a dead owner left in `dir`. Throws NGINX_ALREADY_RUNNING when its owner lives. */
export async function endLeftover(dir: string): Promise<void> {
  const pidFile = join(dir, 'nginx.pid');
  const pid = Number((await textOf(pidFile))?.trim() ?? NaN);
  if (Number.isInteger(pid) && pid > 1 && (await isOurNginx(pid, dir))) {
    await assertOwnerGone(dir, pid);
    await end(pid);
  }
  if (Number.isInteger(pid) && pid > 1 && !(await isNginx(pid)) && (await hasOrphans(pid))) endGroup(pid);
  await rm(pidFile, { force: true });
}

/**
 * Workers whose master alone died keep its port. They stand in the process group that the master was started with, and
 * the kernel gives no process a number that a group still has: whatever nginx is in that group was ours.
 */
async function hasOrphans(group: number): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const name of processes) {
    const stat = await textOf(`/proc/${name}/stat`);
    if (stat?.includes('(nginx)') !== true) continue;
    const [, , groupOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(groupOf) === group) return true;
  }
  return false;
}

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** The title of the master process holds its arguments, and with them the path of our configuration. */
async function isOurNginx(pid: number, dir: string): Promise<boolean> {
  const title = (await textOf(`/proc/${pid}/cmdline`)) ?? '';
  return title.replaceAll('\0', ' ').includes(join(dir, 'nginx.conf')) && (await isNginx(pid));
}

async function assertOwnerGone(dir: string, pid: number): Promise<void> {
  const [owner = '', started] = ((await textOf(ownerFile(dir))) ?? '').trim().split(' ');
  const isAlive = started !== undefined && (await startTimeOf(Number(owner))) === started;
  if (!isAlive) return;
  throw raise('NGINX_ALREADY_RUNNING', `the nginx of ${dir} (pid ${pid}) belongs to the running process ${owner}`);
}

async function end(pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
    } catch {
      return; // gone already
    }
    for (let tries = 0; tries < 100 && (await isNginx(pid)); tries++) await pause(25);
    if (!(await isNginx(pid))) return;
  }
}
