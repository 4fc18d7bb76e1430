import { DistinctSeconds } from './distinct-seconds.ts';
import type { FaultName, FaultRates } from './faults.ts';
import { planFleet, type BrandMix, type PlannedTerminal } from './fleet-plan.ts';
import type { Target } from './link.ts';
import { createTerminal } from './make-terminal.ts';
import { Random } from './random.ts';
import { punchKey, type AckedPunch, type PunchIdentity, type SimulatedTerminal, type Violation } from './terminal.ts';

export interface FleetOptions {
  readonly target: Target;
  /** How many terminals; or the list itself. */
  readonly count?: number;
  readonly list?: readonly PlannedTerminal[];
  /** Default: three ZKTeco to one EBKN. */
  readonly brandMix?: BrandMix;
  /** Only these profiles, of either brand. */
  readonly profiles?: readonly string[];
  readonly seed?: number;
  /** Over the whole fleet, in real seconds; 0 leaves the punching to the caller. */
  readonly punchesPerSecond?: number;
  /** The fleet stops punching by itself after so many. */
  readonly maxPunches?: number;
  /** The fleet pauses while so many records wait: what bounds its memory when the server is away. Default 20,000. */
  readonly maxPending?: number;
  readonly timeScale?: number;
  readonly pins?: readonly string[];
  readonly utcOffsetMinutes?: number;
  readonly faults?: FaultRates;
  /** So many terminals get a twin with the same serial number (protocols/zkteco-push.md §6.2, SN clone). */
  readonly clones?: number;
  readonly timeoutMs?: number;
}

export interface FleetTotals {
  readonly terminals: number;
  readonly online: number;
  readonly punched: number;
  /** Punch records that went out, every repetition counted. */
  readonly sent: number;
  /** Punch records in accepted uploads, every repetition counted. */
  readonly acked: number;
  /** Different punches that were acknowledged at least once: what the server must have. */
  readonly distinctAcked: number;
  readonly pending: number;
  readonly violations: number;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
}

const TICK_MS = 50;
const DEFAULT_PINS = Array.from({ length: 50 }, (_, at) => String(at + 1));

/** A number of simulated terminals that punch at a rate, with an account of what was acknowledged. */
export class Fleet {
  readonly terminals: readonly SimulatedTerminal[];
  readonly #options: FleetOptions;
  readonly #random: Random;
  readonly #pins: readonly string[];
  readonly #acked = new Map<string, AckedPunch>();
  readonly #violations: Violation[] = [];
  readonly #faults: Partial<Record<FaultName, number>> = {};
  #violationCount = 0;
  #punched = 0;
  #sent = 0;
  #confirmed = 0;
  #owed = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#random = new Random(options.seed ?? 1);
    this.#pins = options.pins ?? DEFAULT_PINS;
    this.terminals = this.#make();
    for (const terminal of this.terminals) this.#listen(terminal);
  }

  start(): void {
    for (const terminal of this.terminals) terminal.start();
    this.resumePunching();
  }

  pausePunching(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  resumePunching(): void {
    if (this.#timer || (this.#options.punchesPerSecond ?? 0) <= 0) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** One punch of a random person at a random terminal. */
  punch(): PunchIdentity {
    this.#punched++;
    const terminal = this.#random.pick(this.terminals);
    const pin = this.#random.pick(this.#pins);
    return terminal.punch({ pin });
  }

  totals(): FleetTotals {
    return {
      terminals: this.terminals.length,
      online: this.terminals.filter((each) => each.isOnline).length,
      punched: this.#punched,
      sent: this.#sent,
      acked: this.#confirmed,
      distinctAcked: this.#acked.size,
      pending: this.#pending(),
      violations: this.#violationCount,
      faults: { ...this.#faults },
    };
  }

  /** The account: each acknowledged punch once, in the order of acknowledgement. */
  ackedPunches(): readonly AckedPunch[] {
    return [...this.#acked.values()];
  }

  /** The first two hundred. */
  violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Ends the punching and waits until every record is acknowledged; false when that takes longer than the timeout. */
  async drain(timeoutMs: number): Promise<boolean> {
    this.pausePunching();
    const signal = AbortSignal.timeout(timeoutMs);
    const waits = this.terminals.map((each) => each.waitUntilDrained(signal));
    const outcomes = await Promise.allSettled(waits);
    return outcomes.every((each) => each.status === 'fulfilled');
  }

  async stop(): Promise<void> {
    this.pausePunching();
    await Promise.all(this.terminals.map((each) => each.stop()));
  }

  #make(): SimulatedTerminal[] {
    const {
      target,
      count = 20,
      brandMix = { zkteco: 3, ebkn: 1 },
      profiles,
      list,
      seed = 1,
      clones = 0,
    } = this.#options;
    const planned = list ?? planFleet(count, brandMix, profiles, this.#random);
    const { timeScale = 1, utcOffsetMinutes = 0, faults = {}, timeoutMs = 10_000 } = this.#options;
    const common = { target, timeScale, utcOffsetMinutes, faults, timeoutMs, seconds: new DistinctSeconds() };
    const twins = planned.slice(0, clones);
    return [...planned, ...twins].map(({ brand, ...each }, at) => {
      return createTerminal(brand, { ...common, ...each, seed: seed + at });
    });
  }

  #listen(terminal: SimulatedTerminal): void {
    terminal.on('acked', (punch) => this.#acked.set(punchKey(punch), punch));
    terminal.on('sent', (records) => (this.#sent += records));
    terminal.on('confirmed', (records) => (this.#confirmed += records));
    terminal.on('fault', (name) => (this.#faults[name] = (this.#faults[name] ?? 0) + 1));
    terminal.on('violation', (violation) => {
      this.#violationCount++;
      if (this.#violations.length < 200) this.#violations.push(violation);
    });
  }

  #tick(): void {
    const { punchesPerSecond = 0, maxPunches = Infinity, maxPending = 20_000 } = this.#options;
    this.#owed += (punchesPerSecond * TICK_MS) / 1000;
    const isFull = this.#pending() >= maxPending;
    for (; this.#owed >= 1; this.#owed--) if (!isFull && this.#punched < maxPunches) this.punch();
    if (this.#punched >= maxPunches) this.pausePunching();
  }

  #pending(): number {
    return this.terminals.reduce((sum, each) => sum + each.pending(), 0);
  }
}

/** Makes a fleet and starts it. */
export function startFleet(options: FleetOptions): Fleet {
  const fleet = new Fleet(options);
  fleet.start();
  return fleet;
}
