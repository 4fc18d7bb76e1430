import { findBrand } from '@biolistener/brands';
import { randomUUID } from 'node:crypto';
import { messageOf } from '@biolistener/core';
import { ErpNextClient, logTypeWarning, targetIdOf } from '@biolistener/erpnext';
import {
  closeRedis,
  JOBS,
  onLocalNudge,
  openCommandRedis,
  openDeliveryQueue,
  openDeliveryWorker,
  openPatientRedis,
  Relay,
  subscribeNudges,
  watchRedis,
  type DeliveryQueue,
  type DeliveryWorker,
} from '@biolistener/queue';
import { DEFAULT_ROSTER_SETTINGS } from '@biolistener/roster';
import type { Target } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Redis } from '@biolistener/queue';
import { Circuit, type CircuitStatus } from './circuit.ts';
import type { DeliverContext } from './deliver-context.ts';
import { ClockKeeper } from './clock-keeper.ts';
import { NO_METRICS, REAL_CLOCK, type WorkerClock, type WorkerDeps, type WorkerMetrics } from './deps.ts';
import { deskCommands, startDesk, type RunningDesk } from './desk/index.ts';
import { HANDLERS } from './handlers.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { Limiter } from './limiter.ts';
import { MirrorKeeper } from './mirror-keeper.ts';
import { Periodic } from './periodic.ts';
import { PullProcess } from './pull/index.ts';
import { RefusedRetry } from './refused-retry.ts';
import { RosterProcess } from './roster/roster-process.ts';
import { SiteGate } from './site-gate.ts';
import { sentenceOf, type WorkerStatus } from './status.ts';
import { WatermarkKeeper } from './watermark-keeper.ts';

const CHORES_EVERY_MS = 60_000;

/** The parts of a worker process and how they hold each other back. */
export class DeliveryProcess {
  readonly #deps: WorkerDeps;
  readonly #target: Target;
  readonly #log: Log;
  readonly #clock: WorkerClock;
  readonly #metrics: WorkerMetrics;
  readonly #client: ErpNextClient;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #queue: DeliveryQueue;
  readonly #worker: DeliveryWorker;
  readonly #relay: Relay;
  readonly #roster: RosterProcess;
  readonly #pull: PullProcess | undefined;
  readonly #site: SiteGate;
  readonly #mirror: MirrorKeeper;
  readonly #watermark: WatermarkKeeper;
  readonly #clocks: ClockKeeper;
  readonly #refused: RefusedRetry;
  readonly #circuit: Circuit;
  readonly #limiter = new Limiter();
  readonly #lanes = new KeyedMutex();
  readonly #chores: Periodic;
  #desk: RunningDesk | undefined;
  #redisState: { state: 'up' | 'down'; reason: string } = { state: 'down', reason: 'not connected yet' };
  #retryTimer: NodeJS.Timeout | undefined;
  #isPaused = true;
  #isStopping = false;
  #stopping: Promise<void> | undefined;
  #stopListening: () => void = () => undefined;

  constructor(deps: WorkerDeps, target: Target) {
    this.#deps = deps;
    this.#target = target;
    this.#log = deps.log.child({ module: 'worker', target: target.id });
    this.#clock = deps.clock ?? REAL_CLOCK;
    this.#metrics = deps.metrics ?? NO_METRICS;
    this.#client = new ErpNextClient({ ...deps.target, timeoutMs: deps.requestTimeoutMs });
    this.#redis = openCommandRedis(deps.redis.url);
    this.#subscriber = openPatientRedis(deps.redis.url);
    const onError = (error: Error): void => this.#onQueueError(error);
    this.#queue = openDeliveryQueue(this.#redis, target.id, onError);
    const ctx = this.#context();
    this.#worker = openDeliveryWorker(deps.redis.url, target.id, (job) => HANDLERS.deliver(job, ctx()), onError);
    this.#circuit = this.#makeCircuit();
    const shared = { ...this.#shared(), client: this.#client };
    this.#site = new SiteGate({ ...shared, target, siteZone: deps.target.siteZone, onChange: () => this.#steer() });
    this.#mirror = new MirrorKeeper({ ...shared, onRound: () => this.#steer() });
    this.#watermark = new WatermarkKeeper({ ...shared, site: this.#site }, randomUUID());
    this.#refused = new RefusedRetry(shared);
    const keepsClock = (brand: string): boolean => findBrand(brand)?.keepsClock === true;
    this.#clocks = new ClockKeeper({ ...shared, keepsClock }, randomUUID());
    this.#relay = this.#makeRelay();
    this.#roster = this.#makeRoster();
    this.#pull = this.#makePull();
    this.#chores = new Periodic(() => this.#doChores());
  }

  start(): void {
    watchRedis(this.#redis, (state, reason) => this.#onRedis(state, reason));
    void subscribeNudges(this.#subscriber, () => this.nudge()).catch(() => undefined); // closed before it came up
    this.#stopListening = onLocalNudge(() => this.nudge());
    this.#site.start();
    this.#mirror.start();
    this.#relay.start();
    this.#roster.start();
    this.#pull?.start();
    this.#chores.run();
    this.#desk = this.#startDesk();
  }

  /** Lets what is in flight finish; the rest stays in the store. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopListening();
    clearTimeout(this.#retryTimer);
    await this.#desk?.stop();
    await Promise.all([this.#site.stop(), this.#mirror.stop(), this.#chores.stop(), this.#relay.stop()]);
    await this.#pull?.stop();
    await this.#roster.stop();
    await this.#worker.close();
    await this.#queue.close().catch(() => undefined); // Redis may be away
    for (const redis of [this.#redis, this.#subscriber]) closeRedis(redis);
    this.#client.close();
  }

  nudge(): void {
    this.#relay.nudge();
    this.#roster.nudge();
  }

  status(): WorkerStatus {
    const site = this.#site.status();
    const { kind } = this.#deps.settings().logTypePolicy;
    // of the other policies it depends on the terminals; the self-test and doctor say more
    const logTypes = kind === 'none' ? logTypeWarning(kind, site.capabilities?.strictShiftTypes) : undefined;
    const parts = {
      target: { id: this.#target.id, label: this.#target.label, url: this.#target.url },
      redis: this.#redisState,
      site,
      circuit: this.#circuit.status(),
      mirror: this.#mirror.status(),
      relay: this.#relay.status(),
      roster: this.#roster.status(),
      ...(this.#pull && { pull: this.#pull.status() }),
      ...(logTypes && { logTypes }),
      limiter: this.#limiter.status(),
      watermark: this.#watermark.status(),
    };
    const isDelivering = !this.#isPaused && this.#redisState.state === 'up' && parts.circuit.state === 'closed';
    return { message: sentenceOf(parts), isDelivering, ...parts };
  }

  #shared() {
    const { store, settings } = this.#deps;
    return { store, settings, targetId: this.#target.id, clock: this.#clock, log: this.#log };
  }

  /** Over the same connection, limiter and circuit as the check-ins. */
  #startDesk(): RunningDesk | undefined {
    const { desk, store } = this.#deps;
    if (desk === undefined) return undefined;
    const settings = this.#deps.rosterSettings ?? (() => DEFAULT_ROSTER_SETTINGS);
    const commands = deskCommands({ store, rulesOf: desk.rulesOf, settings, now: () => this.#clock.now() });
    const site = { client: this.#client, site: this.#site, circuit: this.#circuit, limiter: this.#limiter };
    return startDesk({ ...this.#shared(), ...site, ...commands, troubles: () => this.#troubles(), ...desk });
  }

  /** Of terminals that this process calls. */
  #troubles(): ReadonlyMap<string, string> {
    const called = this.#pull?.status().terminals ?? [];
    return new Map(
      called.flatMap(({ serialNumber, trouble }) => (trouble === undefined ? [] : [[serialNumber, trouble]])),
    );
  }

  /** Made when first asked for: the parts know each other only after the constructor. */
  #context(): () => DeliverContext {
    let made: DeliverContext | undefined;
    return () =>
      (made ??= {
        ...this.#shared(),
        client: this.#client,
        redis: this.#redis,
        lanes: this.#lanes,
        circuit: this.#circuit,
        limiter: this.#limiter,
        site: this.#site,
        isMirrorFresh: () => this.#mirror.isFresh(),
        mirrorHolds: (idField) => this.#mirror.holds(idField),
        refreshEmployee: (idValue) => this.#mirror.refreshOne(idValue),
        isStopping: () => this.#isStopping,
        metrics: this.#metrics,
      });
  }

  #makeCircuit(): Circuit {
    const { now, random } = this.#clock;
    return new Circuit({ now, random, onChange: (status) => this.#onCircuit(status) });
  }

  #makeRelay(): Relay {
    return new Relay({
      store: this.#deps.store,
      queue: this.#queue,
      redis: this.#redis,
      targetId: this.#target.id,
      now: () => this.#clock.now(),
      onRebuilt: (requeued) => this.#log.warn({ requeued }, 'Redis had forgotten its queue, rebuilt from the store'),
      onTrouble: (reason) => this.#log.warn({ reason }, 'deliveries could not be queued'),
    });
  }

  #makeRoster(): RosterProcess {
    const { store, redis, rosterSettings } = this.#deps;
    return new RosterProcess({
      store,
      redis: this.#redis,
      redisUrl: redis.url,
      settings: rosterSettings ?? (() => DEFAULT_ROSTER_SETTINGS),
      metrics: this.#metrics,
      clock: this.#clock,
      log: this.#deps.log,
    });
  }

  /** Needs neither ERPNext nor Redis: what it reads stands in the store. */
  #makePull(): PullProcess | undefined {
    const { store, pull, log } = this.#deps;
    return pull && new PullProcess({ store, ...pull, clock: this.#clock, log, nudge: () => this.nudge() });
  }

  #onRedis(state: 'up' | 'down', reason: string): void {
    this.#redisState = { state, reason };
    if (this.#isStopping) return;
    if (state === 'down') this.#log.error({ reason }, 'Redis is away, punches are kept in the store');
    else this.#log.info({}, 'Redis is there');
    if (state === 'up') this.nudge();
  }

  /** Errors of a connection are told by `onRedis`, once; here they would come with every attempt. */
  #onQueueError(error: Error): void {
    if (this.#redisState.state === 'down' || this.#isStopping) return;
    this.#log.debug({ reason: messageOf(error) }, 'queue error');
  }

  #onCircuit(status: CircuitStatus): void {
    this.#metrics.circuitOpen(status.state === 'open');
    const fields = { reason: status.reason, failures: status.failures, retryAt: status.retryAt };
    if (status.state === 'open' && status.failures === 1) this.#log.error(fields, 'deliveries are held back');
    else if (status.state === 'closed') this.#log.info({}, 'deliveries go on');
    else this.#log.debug(fields, `circuit is ${status.state}`);
    clearTimeout(this.#retryTimer);
    if (status.retryAt !== undefined && !this.#isStopping)
      this.#retryTimer = setTimeout(() => this.#circuit.tryAgain(), status.retryAt - this.#clock.now() + 1);
    this.#steer();
  }

  /** Runs or pauses the queue by what all parts say; one job at a time while the site is being tried. */
  #steer(): void {
    if (this.#isStopping) return;
    const { state } = this.#circuit.status();
    const shouldRun = this.#site.isReady() && this.#mirror.isFilled() && state !== 'open';
    this.#worker.setConcurrency(state === 'half-open' ? 1 : JOBS.deliver.concurrency);
    if (shouldRun === this.#isPaused) {
      this.#isPaused = !shouldRun;
      const change = shouldRun ? this.#worker.resume() : this.#worker.pause();
      change.catch((error: unknown) => this.#log.warn({ reason: messageOf(error) }, 'queue could not be steered'));
    }
    this.#relay.nudge();
  }

  async #doChores(): Promise<number> {
    await this.#refused.round();
    await this.#watermark.round();
    await this.#clocks.round();
    return CHORES_EVERY_MS;
  }
}

/** The site as a target in the store; other sites are no longer where punches go, but keep what they lack. */
export async function enterTarget(deps: WorkerDeps): Promise<Target> {
  const { store, target } = deps;
  const id = targetIdOf(target.url);
  for (const other of await store.listTargets())
    if (other.id !== id && other.isActive) await store.upsertTarget({ ...other, isActive: false });
  return store.upsertTarget({ id, kind: target.kind, url: target.url, label: target.label, isActive: true });
}
