import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { essence } from './control.ts';
import { raise } from './errors.ts';
import { writeFileWhole } from './files.ts';
import { placesOf, privateLayout, type Layout } from './layouts.ts';
import { endLeftover, writeOwner } from './leftover.ts';
import { writePrivateConf } from './private-conf.ts';
import { nameOf, portOwners } from './port-owner.ts';
import { awaitGeneration } from './probe.ts';
import { bareAddress, render } from './render.ts';
import { parseSettings, portsOf, type Settings, type SettingsInput } from './settings.ts';

export interface PrivateOptions extends SettingsInput {
  /** Directory of the instance; made when missing. */
  readonly dir: string;
  readonly binary?: string;
  /** How long nginx may take from its start to its first answer. */
  readonly patienceMs?: number;
}

export interface PrivateNginx {
  readonly pid: number;
  readonly settings: Settings;
  readonly layout: Layout;
  /** Settles when nginx is gone, for whatever reason; never rejects. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Lets running requests end for at most `graceMs`, then ends them. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts an nginx of our own as a child process that needs no root, and waits until it answers.
 * An nginx that a killed biolistener left behind in this directory is ended first. Blocks that `biolistener enable`
 * put into its conf.d come up with it.
 * Throws NGINX_PORT_TAKEN, NGINX_START_FAILED, NGINX_ALREADY_RUNNING, NGINX_NOT_FOUND, NGINX_SETTING_INVALID.
 */
export async function startPrivateNginx(options: PrivateOptions): Promise<PrivateNginx> {
  const settings = parseSettings(options);
  const dir = resolve(options.dir);
  const layout = await privateLayout(dir, options.binary);
  await mkdir(dir, { recursive: true });
  await endLeftover(dir);
  await assertFree(settings);
  await writeOwner(dir);
  await writePrivateConf(dir);
  await writeFileWhole(placesOf(layout, settings.site, settings.port).file, render(settings));

  const child = spawn(layout.binary, layout.flags, {
    // A group of its own: Ctrl-C reaches biolistener, which then ends nginx in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const nginx = handleOf(child, settings, layout);
  await awaitReady(nginx, child, options.patienceMs ?? 10_000);
  return nginx;
}

async function assertFree(settings: Settings): Promise<void> {
  for (const port of portsOf(settings)) {
    const [owner] = await portOwners(port, settings.listen.map(bareAddress));
    if (owner !== undefined) throw raise('NGINX_PORT_TAKEN', `port ${port} is held by ${nameOf(owner)}`);
  }
}

function handleOf(child: ChildProcess, settings: Settings, layout: Layout): PrivateNginx {
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((settle) => {
    child.once('exit', (code, signal) => settle({ code, signal }));
    child.once('error', () => settle({ code: -1, signal: null })); // no program there: `awaitReady` tells why
  });
  const pid = child.pid ?? 0;
  const stop = async (graceMs = 5000): Promise<void> => {
    // QUIT lets requests end, TERM does not, and KILL reaches the workers through the group.
    for (const [signal, patience] of [
      ['SIGQUIT', graceMs],
      ['SIGTERM', 3000],
      ['SIGKILL', 3000],
    ] as const) {
      if (child.exitCode !== null || child.signalCode !== null || pid === 0) return;
      signalTo(signal === 'SIGKILL' ? -pid : pid, signal);
      await within(exited, patience);
    }
  };
  return { pid, settings, layout, exited, stop };
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal; `exited` settles.
  }
}

/** Waits for `settled`, but not longer than a time, and leaves no timer behind. */
async function within(settled: Promise<unknown>, ms: number): Promise<void> {
  const stopWaiting = new AbortController();
  const limit = pause(ms, undefined, { signal: stopWaiting.signal }).catch(() => undefined); // aborted: it settled
  await Promise.race([settled, limit]);
  stopWaiting.abort();
}

async function awaitReady(nginx: PrivateNginx, child: ChildProcess, patienceMs: number): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (said = (said + part).slice(-8192)));
  child.once('error', (error) => (said += error.message));
  const ended = nginx.exited.then(() => false);
  if (await Promise.race([awaitGeneration(nginx.settings, true, patienceMs), ended])) return;
  await nginx.stop(0);
  await rm(join(nginx.layout.conf, '..', 'nginx.pid'), { force: true });
  throw raise('NGINX_START_FAILED', `the private nginx did not come up: ${essence(said) || 'it said nothing'}`);
}
