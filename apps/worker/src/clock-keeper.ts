import { messageOf, offsetMinutes, type Terminal } from '@biolistener/core';
import type { DeliverySettings } from '@biolistener/erpnext';
import type { NewCommand, Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { WorkerClock } from './deps.ts';

export interface ClockKeeperDeps {
  readonly store: Pick<Store, 'allTerminals' | 'listCommands' | 'queueCommands' | 'claimLease'>;
  readonly settings: () => Pick<DeliverySettings, 'clockBeyondSeconds'>;
  /** Whether terminals of a brand are told the time, and set their clocks by it. */
  readonly keepsClock: (brand: string) => boolean;
  readonly clock: WorkerClock;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;
/** What was said of a clock longer ago may have changed, and a silent terminal can be told nothing. */
const FRESH_MS = HOUR_MS;
/** A terminal that does not set its clock is asked again after this, not every minute. */
const AGAIN_MS = 6 * HOUR_MS;
const LEASE_MS = 60_000;

/**
 * Why a terminal's clock is to be set: it is off by more than the settings allow, or the terminal was told another offset than
 * its wall has now. Summer time begins, and old firmware knows only the offset of its greeting (protocols/zkteco-push.md
 * §2.5). The times of punches stay as they were.
 */
export function whyToSet(terminal: Terminal, now: number, beyondSeconds: number): string | undefined {
  const { status, zone, profile, lastContactAt, clockDriftSeconds: drift, clockMeasuredAt } = terminal;
  if (status !== 'approved' || zone === undefined || now - lastContactAt > FRESH_MS) return undefined;
  const told = profile['toldOffsetMinutes'];
  const offset = offsetMinutes(zone, now);
  if (typeof told === 'number' && told !== offset)
    return `it was told ${told} minutes east of UTC, and it is ${offset}`;
  const isFresh = clockMeasuredAt !== undefined && now - clockMeasuredAt <= FRESH_MS;
  if (!isFresh || drift === undefined || Math.abs(drift) <= beyondSeconds) return undefined;
  return `it is ${Math.abs(drift)} s ${drift > 0 ? 'ahead' : 'behind'}`;
}

/** Has clocks of terminals set that are wrong (docs/terminals.md#clocks). */
export class ClockKeeper {
  readonly #deps: ClockKeeperDeps;
  readonly #owner: string;

  constructor(deps: ClockKeeperDeps, owner: string) {
    this.#deps = deps;
    this.#owner = owner;
  }

  /** To be called now and then. */
  async round(): Promise<void> {
    const { store, settings, clock, log } = this.#deps;
    const beyond = settings().clockBeyondSeconds;
    if (beyond === 0) return;
    try {
      if (!(await store.claimLease('clocks', this.#owner, LEASE_MS, clock.now()))) return;
      for (const terminal of await store.allTerminals()) await this.#look(terminal, beyond);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'clocks of terminals could not be looked at');
    }
  }

  async #look(terminal: Terminal, beyond: number): Promise<void> {
    const { store, keepsClock, clock, log } = this.#deps;
    const now = clock.now();
    const why = keepsClock(terminal.brand) ? whyToSet(terminal, now, beyond) : undefined;
    if (why === undefined || (await this.#wasAsked(terminal, now))) return;
    await store.queueCommands([commandFor(terminal, now)], now);
    log.info({ serialNumber: terminal.serialNumber, reason: why }, 'the clock of a terminal is to be set');
  }

  async #wasAsked({ serialNumber }: Terminal, now: number): Promise<boolean> {
    const newest = await this.#deps.store.listCommands({ serialNumber, origin: 'service', limit: 20 });
    return newest.some(({ kind, createdAt }) => kind === 'clock.set' && now - createdAt < AGAIN_MS);
  }
}

const commandFor = ({ serialNumber }: Terminal, now: number): NewCommand => ({
  serialNumber,
  kind: 'clock.set',
  parameters: {},
  origin: 'service',
  askedBy: 'system',
  mergeKey: 'clock.set',
  priority: 5,
  deadline: now + AGAIN_MS,
  maxAttempts: 3,
  bytes: 200,
});
