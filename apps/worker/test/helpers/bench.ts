import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  asPin,
  asSerialNumber,
  punchIdOf,
  toInstant,
  type LocalTime,
  type Punch,
  type PunchId,
  type TerminalSettings,
} from '@biolistener/core';
import { DEFAULT_DELIVERY_SETTINGS, targetIdOf, type DeliverySettings } from '@biolistener/erpnext';
import { startSandbox, type Sandbox, type SandboxOptions } from '@biolistener/sandbox';
import { openSqliteStore, type Delivery, type Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import { startPrivateRedis, type PrivateRedis } from '../../../../packages/queue/test/redis-server.ts';
import { startWorker, type RunningWorker, type WorkerDeps } from '../../src/index.ts';

export const SERIAL = asSerialNumber('SIM0000000001');
export const ZONE = 'Asia/Dubai';

/** Keeps what was logged, so that a test can say how much. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
    isLevelEnabled: () => true,
  };
  return log;
}

/** A store, a Redis, a sandbox and as many workers as a test wants. */
export class Bench {
  readonly store: Store;
  readonly redis: PrivateRedis;
  readonly sandbox: Sandbox;
  readonly log = memoryLog();
  settings: DeliverySettings = { ...DEFAULT_DELIVERY_SETTINGS, mirrorEverySeconds: 1 };
  siteUrl: string;
  /** When punches arrive. */
  receivedAt = (): number => Date.now();
  readonly #dir: string;
  readonly storePath: string;
  readonly #workers: RunningWorker[] = [];
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(store: Store, redis: PrivateRedis, sandbox: Sandbox, dir: string) {
    this.store = store;
    this.redis = redis;
    this.sandbox = sandbox;
    this.siteUrl = sandbox.url;
    this.#dir = dir;
    this.storePath = join(dir, 'store.db');
  }

  static async open(options: { sandbox?: SandboxOptions; hasRedis?: boolean } = {}): Promise<Bench> {
    const dir = await mkdtemp(join(tmpdir(), 'biolistener-worker-'));
    const [store, redis, sandbox] = await Promise.all([
      openSqliteStore({ path: join(dir, 'store.db') }),
      startPrivateRedis({ isStarted: options.hasRedis ?? true }),
      startSandbox({ port: 0, timeZone: ZONE, ...options.sandbox }),
    ]);
    const bench = new Bench(store, redis, sandbox, dir);
    await bench.terminal();
    return bench;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.stop();
    for (const close of this.#closers) await close();
    await this.store.close();
    await Promise.all([this.sandbox.stop(), this.redis.stop()]);
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** To be done when the bench closes, also after a failed test. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  terminal(settings: TerminalSettings = {}, serialNumber = SERIAL) {
    const change = { status: 'approved', settings: { name: 'Gate 1', zone: ZONE, ...settings } } as const;
    return this.store.changeTerminal(serialNumber, change, 'test', 'zkteco-push');
  }

  async worker(over: Partial<WorkerDeps> & { readonly key?: string } = {}): Promise<RunningWorker> {
    const { key = 'sandbox', ...deps } = over;
    const worker = await startWorker({
      store: this.store,
      redis: { url: this.redis.url },
      target: { kind: 'sandbox', url: this.siteUrl, apiKey: key, apiSecret: key, siteZone: ZONE, label: 'the sandbox' },
      settings: () => this.settings,
      log: this.log,
      clock: { now: () => Date.now(), random: () => 0.1 },
      requestTimeoutMs: 2000,
      ...deps,
    });
    this.#workers.push(worker);
    return worker;
  }

  get targetId(): string {
    return targetIdOf(this.siteUrl);
  }

  /** Stores punches as a listener would, and tells the workers. */
  async punch(
    ...given: readonly (readonly [pin: string, wallTime: string, over?: Partial<Punch>])[]
  ): Promise<PunchId[]> {
    const punches = given.map(([pin, wallTime, over]) => punchOf(pin, wallTime, over));
    await this.store.commitUpload({
      correlationId: 'test',
      serialNumber: SERIAL,
      brand: 'zkteco-push',
      operation: 'punches',
      remoteAddress: '127.0.0.1',
      receivedAt: this.receivedAt(),
      punches,
      users: [],
      templates: [],
      photos: [],
      operations: [],
      results: [],
      parked: [],
    });
    for (const worker of this.#workers) worker.nudge();
    return punches.map((punch) => punch.id);
  }

  async delivery(id: PunchId): Promise<Delivery | undefined> {
    return (await this.store.listDeliveries(id)).find((delivery) => delivery.targetId === this.targetId);
  }

  /** Check-ins in ERPNext as `employee time log_type`, sorted. */
  checkins(): string[] {
    return this.sandbox
      .checkins()
      .map((doc) => `${textOf(doc['employee'])} ${textOf(doc['time'])} ${textOf(doc['log_type'])}`.trim())
      .sort();
  }

  async allDone(count: number): Promise<void> {
    await until(async () => (await this.store.deliveryCounts(this.targetId)).done === count, `${count} delivered`);
  }

  /** Waits until this many are parked, and tells their reasons. */
  async allParked(ids: readonly PunchId[]): Promise<(string | undefined)[]> {
    const states = async () => Promise.all(ids.map((id) => this.delivery(id)));
    await until(async () => (await states()).every((delivery) => delivery?.state === 'parked'), 'all parked');
    return (await states()).map((delivery) => delivery?.reason);
  }
}

export function punchOf(pin: string, wallTime: string, over: Partial<Punch> = {}): Punch {
  const time = wallTime as LocalTime;
  const zone = over.zone ?? ZONE;
  return {
    id: punchIdOf(SERIAL, [pin, wallTime]),
    serialNumber: SERIAL,
    brand: 'zkteco-push',
    pin: asPin(pin),
    wallTime: time,
    zone,
    ...toInstant(time, zone),
    state: undefined,
    verifyMode: '1',
    workCode: undefined,
    claimedDirection: undefined,
    flags: [],
    extra: {},
    raw: new Uint8Array(),
    ...over,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Polls a condition that no event tells; fails with what was waited for. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(20);
  }
}
