import { DESK_PACES, type DeskDeps } from './deps.ts';
import { DeskKeeper, type DeskStatus } from './desk-keeper.ts';

export interface RunningDesk {
  /** Lets the request in flight finish. */
  stop(): Promise<void>;
  status(): DeskStatus;
  /** A webhook may have come. */
  nudge(): void;
}

/** Starts keeping Desk and the store in step (docs/desk-sync.md). Comes back at once, whatever the state of the site. */
export function startDesk(deps: DeskDeps): RunningDesk {
  const { log, paces } = deps;
  const keeper = new DeskKeeper({ ...deps, log: log.child({ module: 'desk' }), pace: { ...DESK_PACES, ...paces } });
  keeper.start();
  return { stop: () => keeper.stop(), status: () => keeper.status(), nudge: () => keeper.nudge() };
}
