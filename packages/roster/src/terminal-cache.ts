import type { SerialNumber, Terminal } from '@biolistener/core';
import type { TerminalStore } from '@biolistener/store';

/** Terminals in memory, read again when somebody changed something. */
export class TerminalCache {
  readonly #store: Pick<TerminalStore, 'allTerminals' | 'revision'>;
  #revision = -1;
  #terminals: ReadonlyMap<string, Terminal> = new Map();

  constructor(store: Pick<TerminalStore, 'allTerminals' | 'revision'>) {
    this.#store = store;
  }

  async all(): Promise<ReadonlyMap<string, Terminal>> {
    const revision = await this.#store.revision();
    if (revision === this.#revision) return this.#terminals;
    const terminals = await this.#store.allTerminals();
    this.#terminals = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]));
    this.#revision = revision;
    return this.#terminals;
  }

  /** Where syncing is off, nothing goes to others. */
  async silenced(): Promise<ReadonlySet<SerialNumber>> {
    const all = [...(await this.all()).values()];
    return new Set(all.filter((terminal) => terminal.isSyncOff === true).map((terminal) => terminal.serialNumber));
  }
}
