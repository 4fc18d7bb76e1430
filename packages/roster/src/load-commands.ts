import type { Instant, Pin, SerialNumber } from '@biolistener/core';
import { OPEN_COMMAND_STATES, type RosterItem, type StoredCommand } from '@biolistener/store';
import type { RosterDeps } from './deps.ts';

const MOST = 10_000;

/** The commands that rows name, and the open ones of a PIN, as they were when loaded. */
export class LoadedCommands {
  readonly #byId = new Map<string, StoredCommand>();
  readonly #open: readonly StoredCommand[];
  readonly #removals: readonly StoredCommand[];

  constructor(open: readonly StoredCommand[], removals: readonly StoredCommand[]) {
    this.#open = open;
    this.#removals = removals.filter(({ attempts }) => attempts > 0);
    for (const command of open) this.#byId.set(command.id, command);
  }

  readonly find = (id: string): StoredCommand | undefined => this.#byId.get(id);

  openAt(serialNumber: SerialNumber): readonly StoredCommand[] {
    return this.#open.filter((command) => command.serialNumber === serialNumber);
  }

  /** When a terminal may last have removed something of the PIN; 0: it was never told to. */
  removedAt(serialNumber: SerialNumber): Instant {
    return this.#removals
      .filter((command) => command.serialNumber === serialNumber)
      .reduce((last, { createdAt, sentAt, answeredAt }) => Math.max(last, answeredAt ?? sentAt ?? createdAt), 0);
  }

  /** Loads what these rows name and is not here yet. */
  async addFor(items: readonly RosterItem[], store: RosterDeps['store']): Promise<void> {
    const named = new Set(items.flatMap(({ commandId }) => commandId ?? []));
    const missing = [...named].filter((id) => !this.#byId.has(id));
    for (const command of await Promise.all(missing.map((id) => store.findCommand(id))))
      if (command) this.#byId.set(command.id, command);
  }
}

const REMOVALS = ['user.delete', 'template.delete'] as const;

/** Of one terminal, or of all. */
export async function loadCommands(
  { store }: RosterDeps,
  pin: Pin,
  serialNumber: SerialNumber | undefined,
): Promise<LoadedCommands> {
  const where = { pin, limit: MOST, ...(serialNumber === undefined ? {} : { serialNumber }) };
  const [open, ...removals] = await Promise.all([
    store.listCommands({ ...where, origin: 'roster', states: OPEN_COMMAND_STATES }),
    ...REMOVALS.map((kind) => store.listCommands({ ...where, kind })),
  ]);
  return new LoadedCommands(open, removals.flat());
}
