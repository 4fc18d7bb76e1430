import type { SerialNumber, Terminal } from '@biolistener/core';
import {
  DEVICE,
  deviceFields,
  isOnlineAt,
  newDevice,
  RequestFailed,
  type DeskSite,
  type Row,
} from '@biolistener/erpnext';
import type { Baselines } from './baselines.ts';
import type { DeskContext } from './deps.ts';
import type { Turn } from './turn.ts';

/** Whoever invents serial numbers shall not fill the site. */
const MOST_PENDING = 200;
const NEW_AT_ONCE = 5;

interface Desk {
  has(serialNumber: SerialNumber): boolean;
  apply(row: Row): Promise<void>;
}

/** Makes documents in Desk of terminals that it does not have. */
export class Introductions {
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #baselines: Baselines;
  readonly #desk: Desk;
  /** Documents that the site refused to make, or that a person deleted. */
  readonly #refused = new Set<string>();

  constructor(ctx: DeskContext, site: DeskSite, baselines: Baselines, desk: Desk) {
    this.#ctx = ctx;
    this.#site = site;
    this.#baselines = baselines;
    this.#desk = desk;
  }

  /** After a full listing. */
  tryAgain(): void {
    this.#refused.clear();
  }

  /** Terminals that called and that Desk does not have: shown there, so that a person can approve them there. */
  async make(terminals: readonly Terminal[], turn: Turn): Promise<void> {
    let made = 0;
    let pending = terminals.filter((each) => each.status === 'pending' && this.#desk.has(each.serialNumber)).length;
    for (const terminal of terminals) {
      if (made >= NEW_AT_ONCE || (made > 0 && turn.isOver())) return;
      if (this.#desk.has(terminal.serialNumber) || this.#refused.has(terminal.serialNumber)) continue;
      if (terminal.status === 'pending' && pending >= MOST_PENDING) continue;
      if (!(await this.#mayIntroduce(terminal))) continue;
      if (terminal.status === 'pending') pending += 1;
      made += 1;
      await this.#create(terminal);
    }
  }

  async #mayIntroduce({ serialNumber }: Terminal): Promise<boolean> {
    if ((await this.#baselines.of(serialNumber)) === undefined) return true;
    this.#refused.add(serialNumber); // it stood in Desk once and does not now: deleted, or not shown
    return false;
  }

  async #create(terminal: Terminal): Promise<void> {
    const { site, clock, pace, abilitiesOf, log } = this.#ctx;
    const isOnline = isOnlineAt(terminal, clock.now(), pace.onlineWithinMs);
    const facts = { terminal, isOnline, pendingCommands: 0, lastError: undefined, abilities: abilitiesOf(terminal) };
    const { urgent, lazy } = deviceFields(facts, site.zone());
    try {
      const row = await this.#site.create(DEVICE, { ...newDevice(terminal), ...urgent, ...lazy });
      const stored = (await this.#site.find(DEVICE, terminal.serialNumber)) ?? row;
      await this.#desk.apply(stored);
      log.info({ serialNumber: terminal.serialNumber }, 'terminal is shown in Desk');
    } catch (error) {
      if (!(error instanceof RequestFailed) || !['refused', 'duplicate'].includes(error.failure.kind)) throw error;
      this.#refused.add(terminal.serialNumber);
      const reason = error.failure.text;
      log.warn({ serialNumber: terminal.serialNumber, reason }, 'terminal cannot be shown in Desk');
    }
  }
}
