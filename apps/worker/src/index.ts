import type { WorkerDeps } from './deps.ts';
import type { WorkerStatus } from './status.ts';
import { DeliveryProcess, enterTarget } from './worker.ts';

export type { WorkerClock, WorkerDeps, WorkerMetrics, WorkerTarget } from './deps.ts';
export type { WorkerStatus } from './status.ts';
export { NO_METRICS } from './deps.ts';
export type { DeskCommandRequest, DeskStatus, MadeCommand } from './desk/index.ts';
export { WORKER_ERRORS } from './errors.ts';
export { rosterSettings } from './roster/roster-settings.ts';
export type { RosterStatus } from './roster/roster-status.ts';

export * from './suprema/index.ts';

export interface RunningWorker {
  /** Lets what is in flight finish. What is left stays in the store. */
  stop(): Promise<void>;
  status(): WorkerStatus;
  /** There may be something new to deliver. */
  nudge(): void;
}

/**
 * Starts delivering to one site. Comes back at once, also while Redis or the site are away: it waits for them by itself,
 * and `status` says what it waits for. Errors: only what the store throws.
 */
export async function startWorker(deps: WorkerDeps): Promise<RunningWorker> {
  const running = new DeliveryProcess(deps, await enterTarget(deps));
  running.start();
  return running;
}
