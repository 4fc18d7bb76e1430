import { findBrand } from '@biolistener/brands';
import { messageOf } from '@biolistener/core';
import {
  isReady,
  JOBS,
  openJobQueue,
  openJobWorker,
  RosterRelay,
  type ConvergePayload,
  type JobQueue,
  type JobWorker,
  type Redis,
} from '@biolistener/queue';
import { Converger, type RosterDeps, type RosterSettings } from '@biolistener/roster';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock, WorkerMetrics } from '../deps.ts';
import { HANDLERS } from '../handlers.ts';
import { Periodic } from '../periodic.ts';
import { claimPins } from './claim-pins.ts';
import type { ConvergeContext } from './converge-job.ts';
import type { RosterStatus } from './roster-status.ts';
import { RosterSweep } from './sweep.ts';

export interface RosterProcessDeps {
  readonly store: Store;
  /** A command connection; the worker opens its own by the URL. */
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly settings: () => RosterSettings;
  /** Those of the brands that there are, unless a test brings others. */
  readonly rulesOf?: RosterDeps['rulesOf'];
  readonly metrics: WorkerMetrics;
  readonly clock: WorkerClock;
  readonly log: Log;
}

const SWEEP_EVERY_MS = 5000;
const SCOPE = 'roster';

/** Keeps the rosters: marks become jobs, jobs plan, and what only time brings about is swept. Needs no ERPNext. */
export class RosterProcess {
  readonly #deps: RosterProcessDeps;
  readonly #log: Log;
  readonly #queue: JobQueue<ConvergePayload>;
  readonly #worker: JobWorker;
  readonly #relay: RosterRelay;
  readonly #sweep: RosterSweep;
  readonly #periodic: Periodic;
  #isStopping = false;

  constructor(deps: RosterProcessDeps) {
    const { store, redis, redisUrl, settings, clock } = deps;
    this.#deps = deps;
    this.#log = deps.log.child({ module: 'roster' });
    const onError = (error: Error): void => this.#onQueueError(error);
    this.#queue = openJobQueue<ConvergePayload>(JOBS.converge, redis, SCOPE, onError);
    const ctx = this.#context();
    const handle = (payload: ConvergePayload) => HANDLERS.converge(payload, ctx);
    this.#worker = openJobWorker<ConvergePayload>(JOBS.converge, redisUrl, SCOPE, handle, onError);
    this.#relay = new RosterRelay({
      store,
      queue: this.#queue,
      redis,
      now: clock.now,
      onRebuilt: (marks) => this.#log.warn({ marks }, 'Redis had forgotten its roster jobs, rebuilt from the store'),
      onTrouble: (reason) => this.#log.warn({ reason }, 'roster jobs could not be queued'),
    });
    this.#sweep = new RosterSweep({ store, settings, clock, log: this.#log });
    this.#periodic = new Periodic(async () => {
      await this.#sweep.round();
      return SWEEP_EVERY_MS;
    });
  }

  start(): void {
    this.#relay.start();
    this.#periodic.run();
    this.#worker.resume().catch((error: unknown) => this.#onQueueError(error));
  }

  /** First no new jobs, then what is under way, then the connections. Marks stay in the store. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#relay.stop(), this.#periodic.stop()]);
    await this.#worker.close();
    await this.#sweep.release();
    await this.#queue.close().catch(() => undefined); // Redis may be away
  }

  nudge(): void {
    this.#relay.nudge();
  }

  status(): RosterStatus {
    return { relay: this.#relay.status(), sweep: this.#sweep.status() };
  }

  #context(): ConvergeContext {
    const { store, redis, settings, clock, metrics } = this.#deps;
    const rulesOf = this.#deps.rulesOf ?? ((brand) => findBrand(brand)?.roster);
    const converger = new Converger({ store, rulesOf, settings, now: clock.now, claim: claimPins(redis) });
    return { converger, store, metrics, clock, log: this.#log, isStopping: () => this.#isStopping };
  }

  /** A failed job is looked at again by its mark; connections that are away are told once, by the worker. */
  #onQueueError(error: unknown): void {
    if (this.#isStopping || !isReady(this.#deps.redis)) return;
    this.#log.warn({ reason: messageOf(error) }, 'a roster job failed and is done again');
  }
}
