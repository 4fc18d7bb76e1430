import { messageOf } from '@biolistener/core';
import type { ListenerDeps } from './deps.ts';
import { replayWaiting } from './replay.ts';

const REFRESH_MS = 250;
const FLUSH_MS = 5_000;
const RETRY_MS = 1_000;
const PRUNE_MS = 60_000;
const TRANSFER_IDLE_MS = 30 * 60_000;

export interface Housekeeping {
  /** Stops the timers, waits for what is running, and writes the last contacts. */
  stop(): Promise<void>;
}

/** The listener's repeated work. Each chore is safe to run in several processes at once. */
export function startHousekeeping(deps: ListenerDeps): Housekeeping {
  const running = new Set<Promise<void>>();
  const chores = [
    every(REFRESH_MS, () => follow(deps)),
    every(FLUSH_MS, () => deps.registry.flush()),
    every(RETRY_MS, () => replayWaiting(deps)),
    every(PRUNE_MS, () => prune(deps)),
  ];

  /** One run at a time; a failure is logged and the next run tries again. */
  function every(ms: number, chore: () => Promise<void>): NodeJS.Timeout {
    let isRunning = false;
    return setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      const run = chore()
        .catch((error: unknown) =>
          deps.log.warn({ reason: messageOf(error) }, 'a chore failed and will be tried again'),
        )
        .finally(() => {
          isRunning = false;
          running.delete(run);
        });
      running.add(run);
    }, ms);
  }

  return {
    async stop() {
      chores.forEach(clearInterval);
      await Promise.all(running);
      await deps.sent.flush();
      await deps.registry.flush();
    },
  };
}

/** Follows what people changed. */
export async function follow(deps: ListenerDeps): Promise<void> {
  await deps.registry.refresh();
  await deps.keys.refresh();
  for (const [status, terminals] of Object.entries(deps.registry.countByStatus()))
    deps.metrics.terminals.set({ status }, terminals);
}

async function prune(deps: ListenerDeps): Promise<void> {
  const now = deps.now();
  deps.limits.addressRate.prune(now);
  deps.limits.terminalRate.prune(now);
  await deps.store.dropStaleTransfers(now - TRANSFER_IDLE_MS);
}
