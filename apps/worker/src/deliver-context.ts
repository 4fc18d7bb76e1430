import type { ZoneName } from '@biolistener/core';
import type { DeliverySettings, ErpNextClient } from '@biolistener/erpnext';
import type { DeliveryStore, MirroredEmployee, PeopleStore } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Redis } from '@biolistener/queue';
import type { Circuit } from './circuit.ts';
import type { WorkerClock, WorkerMetrics } from './deps.ts';
import type { KeyedMutex } from './keyed-mutex.ts';
import type { Limiter } from './limiter.ts';

/** What is known of the site, as far as a delivery asks. */
export interface SiteView {
  isReady(): boolean;
  zone(): ZoneName;
  hasPunchIdField(): boolean;
  /** The site answered without the punch id: somebody removed the field. */
  lostPunchIdField(): void;
  storesWrongTimes(stored: string): void;
}

/** All that the steps of a delivery use. */
export interface DeliverContext {
  readonly targetId: string;
  readonly store: DeliveryStore & PeopleStore;
  readonly client: ErpNextClient;
  readonly redis: Redis;
  readonly lanes: KeyedMutex;
  readonly circuit: Circuit;
  readonly limiter: Limiter;
  readonly site: SiteView;
  readonly settings: () => DeliverySettings;
  /** True when the mirror was compared with the site a moment ago. */
  readonly isMirrorFresh: () => Promise<boolean>;
  /** Whether the mirror's id values are of this field of Employee now. */
  readonly mirrorHolds: (idField: string) => Promise<boolean>;
  /** Errors: RequestFailed; MirrorMoved when the id field changes under way. */
  readonly refreshEmployee: (idValue: string) => Promise<MirroredEmployee[]>;
  readonly isStopping: () => boolean;
  readonly metrics: WorkerMetrics;
  readonly clock: WorkerClock;
  readonly log: Log;
}
