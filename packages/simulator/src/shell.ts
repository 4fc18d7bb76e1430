import { EventEmitter } from 'node:events';
import type { Capacity } from './capacity.ts';
import { DistinctSeconds } from './distinct-seconds.ts';
import { FaultPlan, type FaultRates } from './faults.ts';
import { inspectPeople, type InspectedPerson } from './inspect.ts';
import { Link, strayConnection, type Delivery, type Target } from './link.ts';
import { Bell, sleep } from './pace.ts';
import type { PunchRecord } from './punch-record.ts';
import { Random } from './random.ts';
import type { RawReply } from './reply-reader.ts';
import { spoil, type Sendable } from './spoil.ts';
import {
  type AckedPunch,
  type PunchIdentity,
  type PunchInput,
  type SimulatedBrand,
  type SimulatedTemplate,
  type SimulatedTemplateKind,
  type SimulatedTerminal,
  type SimulatedUser,
  type TerminalEvents,
  type Violation,
} from './terminal.ts';
import { DeviceClock, parseWall, wallText, type WallMs } from './wall-clock.ts';

/** What every simulated terminal is made with. */
export interface TerminalOptions {
  readonly serialNumber: string;
  readonly target: Target;
  /** One of the brand's profiles; each brand has a default. */
  readonly profile?: string;
  /** Repeats a run: faults, photos and template bytes follow from it. */
  readonly seed?: number;
  /** Multiplies every delay of the firmware (polls, retries, boots): 0.01 makes a minute last 0.6 s. */
  readonly timeScale?: number;
  /** Zone that the terminal's clock shows until a server tells it another; minutes east of UTC. */
  readonly utcOffsetMinutes?: number;
  readonly faults?: FaultRates;
  /** How long the terminal waits for a reply, ms; not scaled, because the network is real. */
  readonly timeoutMs?: number;
  /** Shared by terminals of one site, so that nobody punches at two of them in one second. */
  readonly seconds?: DistinctSeconds;
  /** Year that a dead battery shows after `clock-reset`. */
  readonly deadBatteryYear?: number;
  /** People who were on the terminal before it came here, an administrator of its own say. */
  readonly people?: readonly SimulatedUser[];
  readonly capacity?: Capacity;
}

/** How one request ended: a reply that the terminal saw, or why there is none. */
export interface Seen {
  readonly reply: RawReply | undefined;
  readonly reason: string;
  /** The request was as it should be, so the reply can be held to the rules. */
  readonly isSound: boolean;
}

const KEPT_VIOLATIONS = 200;
const STRAYS_AT_ONCE = 3;

/** What the brands have in common: life, memory of what was acknowledged, faults, and the way out. */
export abstract class TerminalShell extends EventEmitter<TerminalEvents> implements SimulatedTerminal {
  readonly serialNumber: string;
  readonly brand: SimulatedBrand;
  readonly profile: string;
  readonly acked: AckedPunch[] = [];
  readonly violations: Violation[] = [];
  readonly clock: DeviceClock;
  readonly faults: FaultPlan;
  isOnline = false;

  protected readonly random: Random;
  protected readonly bell = new Bell();
  protected readonly target: Target;
  protected readonly timeScale: number;
  readonly #timeoutMs: number;
  readonly #deadBatteryYear: number;
  readonly #link: Link;
  readonly #seconds: DistinctSeconds;
  readonly #strays = new Set<Promise<void>>();
  #stopping: AbortController | undefined;
  #power = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isBatteryDead = false;

  protected constructor(brand: SimulatedBrand, profile: string, options: TerminalOptions, faults: FaultRates = {}) {
    super();
    this.serialNumber = options.serialNumber;
    this.brand = brand;
    this.profile = profile;
    this.target = options.target;
    this.timeScale = options.timeScale ?? 1;
    this.clock = new DeviceClock(options.utcOffsetMinutes ?? 0);
    this.random = new Random(options.seed ?? 1).fork(options.serialNumber);
    this.faults = new FaultPlan({ ...faults, ...options.faults }, this.random.fork('faults'), (name) =>
      this.emit('fault', name),
    );
    this.#seconds = options.seconds ?? new DistinctSeconds();
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#deadBatteryYear = options.deadBatteryYear ?? 2000;
    this.#link = new Link(options.target);
  }

  /** One life between power on and power off; returns when the signal aborts. */
  protected abstract live(signal: AbortSignal): Promise<void>;
  /** How long a boot takes, ms before scaling. */
  protected abstract bootMs(): number;
  protected abstract keep(record: PunchRecord): void;
  protected abstract defaultCodes(): { readonly state: number; readonly verify: number };
  abstract enrol(user: SimulatedUser): void;
  abstract user(pin: string): SimulatedUser | undefined;
  abstract users(): readonly SimulatedUser[];
  abstract pending(): number;
  abstract enrolTemplate(pin: string, kind: SimulatedTemplateKind, no?: number): SimulatedTemplate;

  start(): void {
    if (this.#stopping) return;
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#running;
    await Promise.all(this.#strays);
    this.#link.drop();
    this.#stopping = undefined;
    this.goOffline('stopped');
  }

  punch(input: PunchInput): PunchIdentity {
    const codes = this.defaultCodes();
    const wall = this.#wallOf(input);
    const photo = this.faults.happens('big-photo') ? this.#bigPhoto() : input.photo;
    const record: PunchRecord = {
      serialNumber: this.serialNumber,
      pin: input.pin,
      wallTime: wallText(wall),
      wall,
      state: input.state ?? codes.state,
      verify: input.verify ?? codes.verify,
      photo,
      isAcked: false,
    };
    this.keep(record);
    this.bell.ring();
    return this.identityOf(record);
  }

  people(): readonly InspectedPerson[] {
    return inspectPeople(this.users());
  }

  setFaults(rates: FaultRates): void {
    this.faults.rates = rates;
  }

  reboot(): void {
    if (this.faults.happens('clock-reset')) this.#isBatteryDead = true;
    this.#power.abort();
  }

  setClock(offsetSeconds: number): void {
    this.clock.setError(offsetSeconds);
  }

  waitUntilDrained(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.off('drained', onDrained);
        signal?.removeEventListener('abort', onAbort);
      };
      const onDrained = (): void => {
        settle();
        resolve();
      };
      const onAbort = (): void => {
        settle();
        const reason: unknown = signal?.reason;
        reject(
          reason instanceof Error ? reason : new Error(`${this.serialNumber} still holds ${this.pending()} records`),
        );
      };
      if (this.pending() === 0) return resolve();
      if (signal?.aborted) return onAbort();
      this.on('drained', onDrained);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** State and verify code as text, exactly as they go out. */
  protected identityOf(record: PunchRecord): PunchIdentity {
    const { serialNumber, pin, wallTime, state, verify } = record;
    return { serialNumber, pin, wallTime, state: String(state), verify: String(verify) };
  }

  /** Notes what the server took; each punch enters the account once, however often it is sent. */
  protected acknowledge(records: readonly PunchRecord[]): void {
    for (const record of records) {
      if (record.isAcked) continue;
      record.isAcked = true;
      const punch: AckedPunch = { ...this.identityOf(record), ackedAt: Date.now() };
      this.acked.push(punch);
      this.emit('acked', punch);
    }
    if (records.length > 0) this.emit('confirmed', records.length);
    this.tellWhenDrained();
  }

  protected tellWhenDrained(): void {
    if (this.pending() === 0) this.emit('drained');
  }

  protected violate(operation: string, sentences: readonly string[]): void {
    for (const sentence of sentences) {
      const violation = { serialNumber: this.serialNumber, operation, sentence };
      if (this.violations.length < KEPT_VIOLATIONS) this.violations.push(violation);
      this.emit('violation', violation);
    }
  }

  protected goOnline(): void {
    if (this.isOnline) return;
    this.isOnline = true;
    this.emit('online');
  }

  protected goOffline(reason: string): void {
    if (!this.isOnline) return;
    this.isOnline = false;
    this.emit('offline', reason);
  }

  protected scaled(ms: number): number {
    return ms * this.timeScale;
  }

  /** Waits in the terminal's own time; true when something happened that is worth waking for. */
  protected rest(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.bell.wait(this.scaled(ms), signal);
  }

  /** Waits in the terminal's own time, deaf to the bell. */
  protected pause(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(this.scaled(ms), signal);
  }

  /** Sends a request that must arrive as it is: polls, handshakes, results. */
  protected async send(request: Sendable, signal: AbortSignal): Promise<Seen> {
    const bytes = request.build(request.bodyBytes);
    return this.#exchange(bytes, { kind: 'plain' }, request.closes, true, signal);
  }

  /** Sends an upload through whatever faults are drawn for it. */
  protected async sendThroughFaults(request: Sendable, signal: AbortSignal): Promise<Seen> {
    const { bytes, delivery, isSound } = spoil(request, this.faults, this.random, this.timeScale);
    const seen = await this.#exchange(bytes, delivery, request.closes, isSound, signal);
    if (!seen.reply) return seen;
    if (this.faults.happens('lost-reply')) return { reply: undefined, reason: 'the reply was lost', isSound };
    if (!this.faults.happens('power-cycle')) return seen;
    this.reboot();
    return { reply: undefined, reason: 'power failed before the reply was noted', isSound };
  }

  /** Opens the stray connections that are drawn for this round; they live beside the real traffic. */
  protected strayFaults(request: Sendable, signal: AbortSignal): void {
    const hold = this.scaled(30_000);
    const whole = request.build(request.bodyBytes);
    if (this.#strays.size >= STRAYS_AT_ONCE) return;
    if (this.faults.happens('half-request'))
      this.#stray(whole.subarray(0, Math.min(60, whole.length / 2)), hold, signal);
    if (this.faults.happens('silent-connection')) this.#stray(Buffer.alloc(0), hold, signal);
  }

  #stray(bytes: Buffer, holdMs: number, signal: AbortSignal): void {
    const stray = strayConnection(this.target, bytes, holdMs, signal).finally(() => this.#strays.delete(stray));
    this.#strays.add(stray);
  }

  async #exchange(
    bytes: Buffer,
    delivery: Delivery,
    closes: boolean,
    isSound: boolean,
    signal: AbortSignal,
  ): Promise<Seen> {
    const outcome = await this.#link.exchange(bytes, { delivery, closes, signal, timeoutMs: this.#timeoutMs });
    const reply = outcome.kind === 'reply' ? outcome.reply : undefined;
    return { reply, reason: outcome.kind === 'none' ? outcome.reason : '', isSound };
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      this.#power = new AbortController();
      await this.live(AbortSignal.any([stopping, this.#power.signal]));
      if (!this.#power.signal.aborted) return; // stopped, and not restarted
      this.#link.drop();
      this.goOffline('restart');
      this.emit('restart');
      if (this.#isBatteryDead) this.clock.resetTo(this.#deadBatteryYear);
      this.#isBatteryDead = false;
      await this.pause(this.bootMs(), stopping);
    }
  }

  #wallOf(input: PunchInput): WallMs {
    if (typeof input.at !== 'string') {
      const wall = input.at === undefined ? this.clock.now() : this.clock.at(input.at.getTime());
      return this.#seconds.claimNear(input.pin, wall);
    }
    const wall = parseWall(input.at);
    if (this.#seconds.isTaken(input.pin, wall) && input.mayRepeat !== true) {
      throw new RangeError(`${input.pin} has already punched at ${input.at} on ${this.serialNumber}`);
    }
    this.#seconds.claim(input.pin, wall);
    return wall;
  }

  #bigPhoto(): Uint8Array {
    return Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), this.random.bulk(2_000_000), Buffer.from('ffd9', 'hex')]);
  }
}
