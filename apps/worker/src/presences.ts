import { asSerialNumber, type Instant, type SerialNumber, type Terminal } from '@biolistener/core';
import type { Store, Unread } from '@biolistener/store';
import { noteContact, readPresence, settle, writePresence, type Presence } from './presence.ts';
import { pullSettingsOf } from './pull/address.ts';

const MINUTE_MS = 60_000;
/** A margin may be set to nothing; terminals send what they hold within a minute (TransInterval of the handshake). */
const LEAST_MS = 5 * MINUTE_MS;
/** So far back a backlog is looked for of a terminal of which nothing is known. */
const UNKNOWN_MS = 14 * 24 * 60 * MINUTE_MS;
/** Times between two reads vary by a tenth. */
const VARIATION = 1.1;

export interface Proven {
  /** Undefined: nothing is proven yet. */
  readonly upTo: Instant | undefined;
  /** It was away, or is new, and may hold more. */
  readonly isSettling: boolean;
}

export interface LookOptions {
  readonly marginMinutes: number;
  /** Of what came to nothing yet nobody knows which time it is of. */
  readonly unread: ReadonlyMap<SerialNumber, Unread>;
}

type Presents = Map<SerialNumber, Presence>;

/**
 * Up to when the contacts of terminals prove that nothing is missing. Kept in the store from look to look: a worker that
 * starts anew, or another process, has to know who was away.
 */
export class Presences {
  readonly #store: Store;
  readonly #cursor: string;

  constructor(store: Store, targetId: string) {
    this.#store = store;
    this.#cursor = `presence:${targetId}`;
  }

  /** Those that were never heard of are left out. */
  async look(terminals: readonly Terminal[], options: LookOptions): Promise<Map<SerialNumber, Proven>> {
    const before = await this.#load();
    const now: Presents = new Map();
    const proven = new Map<SerialNumber, Proven>();
    for (const terminal of terminals) {
      if (terminal.lastContactAt === 0) continue;
      const presence = await this.#lookAt(terminal, before.get(terminal.serialNumber), options);
      now.set(terminal.serialNumber, presence);
      proven.set(terminal.serialNumber, provenBy(presence, unseenMs(terminal, options)));
    }
    await this.#save(now);
    return proven;
  }

  async #lookAt(
    terminal: Terminal,
    before: Presence | undefined,
    { marginMinutes, unread }: LookOptions,
  ): Promise<Presence> {
    const patienceMs = Math.max(marginMinutes * MINUTE_MS, LEAST_MS);
    const met = noteContact(before, terminal.lastContactAt, Math.max(patienceMs, 2 * everyMs(terminal)));
    const { held, since, seen } = met;
    if (held === undefined || seen - since < patienceMs) return met;
    const { oldest = 0 } = unread.get(terminal.serialNumber) ?? {};
    if (oldest >= since) return met; // it may be of the time of silence
    const made = { after: held === 0 ? since - UNKNOWN_MS : held, before: since };
    return settle(met, await this.#store.lastArrivalOf(terminal.serialNumber, made), patienceMs);
  }

  async #load(): Promise<Presents> {
    const stored = JSON.parse((await this.#store.getCursor(this.#cursor)) ?? '{}') as Record<string, unknown>; // as saved
    const presents: Presents = new Map();
    for (const [id, value] of Object.entries(stored)) {
      const presence = readPresence(value);
      if (presence) presents.set(asSerialNumber(id), presence);
    }
    return presents;
  }

  async #save(presents: Presents): Promise<void> {
    const rows = [...presents].map(([id, presence]) => [id, writePresence(presence)]);
    await this.#store.setCursor(this.#cursor, JSON.stringify(Object.fromEntries(rows)));
  }
}

/** Of a terminal that is called; 0 when it calls. */
const everyMs = (terminal: Terminal): number => VARIATION * (pullSettingsOf(terminal)?.everyMs ?? 0);

/** One that does not push holds all since the last read when it is called, and the margin may be shorter than that. */
const unseenMs = (terminal: Terminal, { marginMinutes }: LookOptions): number =>
  terminal.brand === 'zk-tcp' ? Math.max(0, everyMs(terminal) - marginMinutes * MINUTE_MS) : 0;

function provenBy({ held, seen }: Presence, unseen: number): Proven {
  const upTo = held ?? seen;
  return { upTo: upTo === 0 ? undefined : upTo - unseen, isSettling: held !== undefined };
}
