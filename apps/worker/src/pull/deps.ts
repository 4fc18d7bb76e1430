import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from '../deps.ts';

export interface PullDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: WorkerClock;
  readonly log: Log;
  /** There are new punches to deliver. */
  readonly nudge: () => void;
  /** Times this is how long a command may stay out before it goes again. Absent: as long as the brand needs. */
  readonly patience?: () => number;
}
