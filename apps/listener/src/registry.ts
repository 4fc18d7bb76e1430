import type { Instant, JsonObject, SerialNumber, Terminal } from '@biolistener/core';
import type { Contact, Store } from '@biolistener/store';

/** What the listener remembers of one terminal between requests, so that an idle poll asks nobody. */
export interface Entry {
  terminal: Terminal;
  hasCommands: boolean;
  lastContactAt: Instant;
  lastAddress: string;
  /** When its own words on itself (clock, firmware) were last read. */
  factsAt: Instant;
  /** Learnt and not written yet. */
  learnt: { profile?: JsonObject; clockDriftSeconds?: number } | undefined;
  isTouched: boolean;
}

/** All known terminals in memory. The store stays the truth: `refresh` follows it, `flush` writes contacts in batches. */
export interface Registry {
  find(serialNumber: SerialNumber): Entry | undefined;
  /** First sight: a pending terminal, written at once so that an operator sees it. */
  meet(contact: Contact & { readonly brand: string }): Promise<Entry>;
  touch(entry: Entry, at: Instant, address: string): void;
  learn(entry: Entry, at: Instant, facts: { profile?: JsonObject; clockDriftSeconds?: number }): void;
  flush(): Promise<void>;
  /** Reads again what people changed, when the store's revision moved. */
  refresh(): Promise<void>;
  countByStatus(): Record<Terminal['status'], number>;
}

export function createRegistry(store: Store): Registry {
  const entries = new Map<SerialNumber, Entry>();
  const touched = new Set<Entry>();
  let revision = -1;

  function remember(terminal: Terminal): Entry {
    const known = entries.get(terminal.serialNumber);
    if (known) {
      // the profile in memory may be newer than the one that the store has: learnt facts are written in batches
      known.terminal = { ...terminal, profile: merge(terminal.profile, known.learnt?.profile) };
      return known;
    }
    const entry: Entry = {
      terminal,
      hasCommands: false,
      lastContactAt: terminal.lastContactAt,
      lastAddress: terminal.lastAddress ?? '',
      factsAt: 0,
      learnt: undefined,
      isTouched: false,
    };
    entries.set(terminal.serialNumber, entry);
    return entry;
  }

  function touch(entry: Entry, at: Instant, address: string): void {
    entry.lastContactAt = at;
    entry.lastAddress = address;
    if (entry.isTouched) return;
    entry.isTouched = true;
    touched.add(entry);
  }

  /** What could not be written is learnt again, under whatever was learnt since. */
  function takeBack(entry: Entry, contact: Contact | undefined): void {
    const { profile, clockDriftSeconds } = contact ?? {};
    const drift = entry.learnt?.clockDriftSeconds ?? clockDriftSeconds;
    if (profile !== undefined || drift !== undefined) {
      entry.learnt = {
        profile: { ...profile, ...entry.learnt?.profile },
        ...(drift === undefined ? {} : { clockDriftSeconds: drift }),
      };
    }
    touch(entry, entry.lastContactAt, entry.lastAddress);
  }

  return {
    find: (serialNumber) => entries.get(serialNumber),
    meet: async (contact) => remember(await store.noteTerminal(contact)),
    touch,
    learn(entry, at, facts) {
      // kept as said, `null` included: the store is to forget such a key too
      const profile = { ...entry.learnt?.profile, ...facts.profile };
      const drift = facts.clockDriftSeconds ?? entry.learnt?.clockDriftSeconds;
      entry.learnt = { profile, ...(drift === undefined ? {} : { clockDriftSeconds: drift }) };
      entry.terminal = { ...entry.terminal, profile: merge(entry.terminal.profile, facts.profile) };
      entry.factsAt = at;
      touch(entry, at, entry.lastAddress);
    },
    async flush() {
      const batch = [...touched];
      if (batch.length === 0) return;
      const contacts = batch.map(contactOf);
      touched.clear();
      for (const entry of batch) {
        entry.isTouched = false;
        entry.learnt = undefined;
      }
      try {
        await store.noteContacts(contacts);
      } catch (error) {
        batch.forEach((entry, at) => takeBack(entry, contacts[at]));
        throw error;
      }
    },
    async refresh() {
      const now = await store.revision();
      if (now === revision) return;
      for (const terminal of await store.allTerminals()) remember(terminal);
      const waiting = new Set(await store.terminalsWithCommands());
      for (const [serialNumber, entry] of entries) entry.hasCommands = waiting.has(serialNumber);
      revision = now;
    },
    countByStatus() {
      const counts = { pending: 0, approved: 0, blocked: 0 };
      for (const entry of entries.values()) counts[entry.terminal.status] += 1;
      return counts;
    },
  };
}

/** Shallow merge; `null` forgets a key. */
export function merge(base: JsonObject, change: JsonObject | undefined): JsonObject {
  if (change === undefined) return base;
  return Object.fromEntries(Object.entries({ ...base, ...change }).filter(([, value]) => value !== null));
}

const contactOf = (entry: Entry): Contact => ({
  serialNumber: entry.terminal.serialNumber,
  at: entry.lastContactAt,
  address: entry.lastAddress,
  ...entry.learnt,
});
