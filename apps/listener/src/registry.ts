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
  /** Reads again what people changed, when the store's revision moved. Tells who was approved since. */
  refresh(): Promise<readonly SerialNumber[]>;
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

  return {
    find: (serialNumber) => entries.get(serialNumber),
    meet: async (contact) => remember(await store.noteTerminal(contact)),
    touch,
    learn(entry, at, facts) {
      const profile = merge(entry.learnt?.profile ?? {}, facts.profile);
      const drift = facts.clockDriftSeconds ?? entry.learnt?.clockDriftSeconds;
      entry.learnt = { profile, ...(drift === undefined ? {} : { clockDriftSeconds: drift }) };
      entry.terminal = { ...entry.terminal, profile: merge(entry.terminal.profile, facts.profile) };
      entry.factsAt = at;
      touch(entry, at, entry.lastAddress);
    },
    async flush() {
      const batch = [...touched];
      touched.clear();
      const contacts = batch.map(contactOf);
      for (const entry of batch) {
        entry.isTouched = false;
        entry.learnt = undefined;
      }
      if (contacts.length > 0) await store.noteContacts(contacts);
    },
    async refresh() {
      const now = await store.revision();
      if (now === revision) return [];
      const approved: SerialNumber[] = [];
      for (const terminal of await store.allTerminals()) {
        const before = entries.get(terminal.serialNumber)?.terminal.status;
        remember(terminal);
        if (terminal.status === 'approved' && before !== 'approved') approved.push(terminal.serialNumber);
      }
      const waiting = new Set(await store.terminalsWithCommands());
      for (const [serialNumber, entry] of entries) entry.hasCommands = waiting.has(serialNumber);
      revision = now;
      return approved;
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
