import type { Pin, SerialNumber } from '@biolistener/core';
import { OPEN_COMMAND_STATES, type RosterItem, type StoredCommand } from '@biolistener/store';
import type { RosterDeps } from './deps.ts';

const MOST = 10_000;

/** The commands that rows name, and the open ones of a PIN, as they were when loaded. */
export class LoadedCommands {
  readonly #byId = new Map<string, StoredCommand>();
  readonly #open: readonly StoredCommand[];

  constructor(open: readonly StoredCommand[]) {
    this.#open = open;
    for (const command of open) this.#byId.set(command.id, command);
  }

  readonly find = (id: string): StoredCommand | undefined => this.#byId.get(id);

  openAt(serialNumber: SerialNumber): readonly StoredCommand[] {
    return this.#open.filter((command) => command.serialNumber === serialNumber);
  }

  /** Loads what these rows name and is not here yet. */
  async addFor(items: readonly RosterItem[], store: RosterDeps['store']): Promise<void> {
    const named = new Set(items.flatMap(({ commandId }) => commandId ?? []));
    const missing = [...named].filter((id) => !this.#byId.has(id));
    for (const command of await Promise.all(missing.map((id) => store.findCommand(id))))
      if (command) this.#byId.set(command.id, command);
  }
}

/** Of one terminal, or of all. */
export async function loadCommands(
  { store }: RosterDeps,
  pin: Pin,
  serialNumber: SerialNumber | undefined,
): Promise<LoadedCommands> {
  const where = serialNumber === undefined ? {} : { serialNumber };
  const filter = { pin, origin: 'roster', states: OPEN_COMMAND_STATES, limit: MOST, ...where } as const;
  return new LoadedCommands(await store.listCommands(filter));
}
