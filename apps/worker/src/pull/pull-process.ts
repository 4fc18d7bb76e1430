import { messageOf, type SerialNumber, type Terminal } from '@biolistener/core';
import { commKeySetting } from '@biolistener/pull';
import type { SettingRow } from '@biolistener/store';
import { Periodic } from '../periodic.ts';
import { pullSettingsOf } from './address.ts';
import type { PullDeps } from './deps.ts';
import { Keeper, type KeeperStatus } from './keeper.ts';
import { Places } from '../places.ts';

const LOOK_EVERY_MS = 1000;
/** Terminals that one process works with at the same moment (§8.4). */
const AT_ONCE = 20;

export interface PullStatus {
  readonly terminals: readonly KeeperStatus[];
  readonly trouble: string | undefined;
}

interface Kept {
  readonly keeper: Keeper;
  /** What it was made of: another one is made when that changes. */
  readonly print: string;
}

/** What of a terminal its keeper depends on. */
function printOf(terminal: Terminal, settings: readonly SettingRow[]): string {
  const key = settings.find((row) => row.key === commKeySetting(terminal.serialNumber));
  const { brand, zone, options, stateMap } = terminal;
  return JSON.stringify([brand, zone, options, stateMap, key?.value]);
}

/** Calls the terminals that have an address, each by one keeper among all processes. */
export class PullProcess {
  readonly #deps: PullDeps;
  readonly #places = new Places(AT_ONCE);
  readonly #kept = new Map<SerialNumber, Kept>();
  readonly #looks: Periodic;
  #revision: number | undefined;
  #trouble: string | undefined;

  constructor(deps: PullDeps) {
    this.#deps = { ...deps, log: deps.log.child({ module: 'pull' }) };
    this.#looks = new Periodic(() => this.#look());
  }

  start(): void {
    this.#looks.run();
  }

  async stop(): Promise<void> {
    await this.#looks.stop();
    await Promise.all([...this.#kept.values()].map(({ keeper }) => keeper.stop()));
    this.#kept.clear();
  }

  status(): PullStatus {
    return { terminals: [...this.#kept.values()].map(({ keeper }) => keeper.status()), trouble: this.#trouble };
  }

  async #look(): Promise<number> {
    const { store, clock, log } = this.#deps;
    try {
      const revision = await store.revision();
      if (revision !== this.#revision) await this.#follow();
      this.#revision = revision;
      if (this.#kept.size > 0)
        for (const serialNumber of await store.terminalsWithCommands(clock.now()))
          this.#kept.get(serialNumber)?.keeper.noteCommands();
      this.#trouble = undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#trouble) log.warn({ reason }, 'terminals to call could not be looked up');
      this.#trouble = reason;
    }
    return LOOK_EVERY_MS;
  }

  async #follow(): Promise<void> {
    const [terminals, settings] = await Promise.all([this.#deps.store.allTerminals(), this.#deps.store.listSettings()]);
    const wanted = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]));
    for (const [serialNumber, { keeper, print }] of this.#kept) {
      const terminal = wanted.get(serialNumber);
      if (terminal && pullSettingsOf(terminal) && printOf(terminal, settings) === print) continue;
      await keeper.stop();
      this.#kept.delete(serialNumber);
    }
    for (const terminal of terminals) this.#keep(terminal, settings);
  }

  #keep(terminal: Terminal, settings: readonly SettingRow[]): void {
    const pull = pullSettingsOf(terminal);
    if (!pull || this.#kept.has(terminal.serialNumber)) return;
    const keeper = new Keeper(this.#deps, terminal, pull, this.#places);
    this.#kept.set(terminal.serialNumber, { keeper, print: printOf(terminal, settings) });
    keeper.start();
  }
}
