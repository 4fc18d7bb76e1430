import type { Instant, JsonObject, SerialNumber, Terminal } from '@biolistener/core';
import { MOST_PENDING, type Contact, type Store } from '@biolistener/store';
import { surplusOf, waitingIn } from './pending-crowd.ts';

/** What the listener remembers of one terminal between requests, so that an idle poll asks nobody. */
export interface Entry {
  terminal: Terminal;
  /** Something may wait for it: a poll asks the store. */
  hasCommands: boolean;
  /** What the last commands that went to it were called, by id. */
  words: Map<string, string> | undefined;
  lastContactAt: Instant;
  lastAddress: string;
  /** When its own words on itself (clock, firmware) were last read. */
  factsAt: Instant;
  /** When it last told how many records it has. */
  countedAt: Instant;
  /** When it was last asked for that. */
  askedCountAt: Instant;
  /** Since when it has been calling without a gap: whoever was away sends what they hold in the first minutes. */
  presentSince: Instant;
  /** Learnt and not written yet. */
  learnt: { profile?: JsonObject; clockDriftSeconds?: number } | undefined;
  isTouched: boolean;
  /** The last look at all terminals that found it, or that it was met after. */
  look: number;
}

/**
 * All known terminals in memory. The store stays the truth: `refresh` follows it, `flush` writes contacts in batches.
 * Strangers are forgotten when the store has none of them any more, and the longest silent ones beyond what it keeps.
 */
export interface Registry {
  find(serialNumber: SerialNumber): Entry | undefined;
  /** First sight: a pending terminal, written at once so that an operator sees it. */
  meet(contact: Contact & { readonly brand: string }): Promise<Entry>;
  touch(entry: Entry, at: Instant, address: string): void;
  learn(entry: Entry, at: Instant, facts: { profile?: JsonObject; clockDriftSeconds?: number }): void;
  flush(): Promise<void>;
  /** Reads again what people changed, when the store's revision moved, and whose commands are due by now. */
  refresh(): Promise<void>;
  /** At this instant something may be due that moves no revision: an answer that stays out, a second try. */
  lookAgainAt(at: Instant): void;
  countByStatus(): Record<Terminal['status'], number>;
}

/** Other processes lease commands too, of which this one hears nothing: so often it looks in any case. */
const LOOK_EVERY_MS = 5_000;

/** Silence for so long is absence: terminals call every few seconds, the slowest every minute. */
const GAP_MS = 120_000;

/** So many strangers may come between two looks at how many of them wait. */
const STRANGERS = 1_000;

/** Contacts written at once: ten thousand in one piece would be megabytes that live just long enough to become old. */
const SLICE = 500;

export function createRegistry(store: Store, now: () => Instant = Date.now): Registry {
  const entries = new Map<SerialNumber, Entry>();
  const touched = new Set<Entry>();
  let revision = -1;
  let nextLookAt = 0;
  let look = 0;
  let lookDone = 0;
  let strangers = 0;
  /** During or after this look the store may have put a stranger in the place of another. */
  let crowdedAt = -1;

  function remember(terminal: Terminal): Entry {
    const known = entries.get(terminal.serialNumber);
    if (known) {
      // the profile in memory may be newer than the one that the store has: learnt facts are written in batches
      known.terminal = { ...terminal, profile: merge(terminal.profile, known.learnt?.profile) };
      known.look = look;
      return known;
    }
    const entry: Entry = {
      terminal,
      hasCommands: false,
      words: undefined,
      lastContactAt: terminal.lastContactAt,
      lastAddress: terminal.lastAddress ?? '',
      factsAt: 0,
      countedAt: 0,
      askedCountAt: 0,
      presentSince: now(),
      learnt: undefined,
      isTouched: false,
      look,
    };
    entries.set(terminal.serialNumber, entry);
    return entry;
  }

  async function meet(contact: Contact & { readonly brand: string }): Promise<Entry> {
    const entry = remember(await store.noteTerminal(contact));
    if ((strangers += 1) >= STRANGERS) thinOut();
    return entry;
  }

  /** Their contacts are written all the same. One that calls again is met again. */
  function thinOut(): void {
    strangers = 0;
    const waiting = waitingIn(entries.values());
    if (waiting.length >= MOST_PENDING) crowdedAt = look;
    for (const { terminal } of surplusOf(waiting)) entries.delete(terminal.serialNumber);
  }

  async function readAll(): Promise<void> {
    look += 1; // whoever is met while the store is read may be missing in what it answers
    for (const terminal of await store.allTerminals()) remember(terminal);
    for (const entry of waitingIn(entries.values())) if (entry.look < look) forget(entry);
    lookDone = look;
  }

  /** The store has not got it any more, and would leave out its contact. */
  function forget(entry: Entry): void {
    entries.delete(entry.terminal.serialNumber);
    touched.delete(entry);
    entry.isTouched = false;
  }

  function touch(entry: Entry, at: Instant, address: string): void {
    if (at - entry.lastContactAt > GAP_MS) entry.presentSince = at;
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

  async function write(batch: readonly Entry[]): Promise<void> {
    const contacts = batch.map(contactOf);
    for (const entry of batch) {
      touched.delete(entry);
      entry.isTouched = false;
      entry.learnt = undefined;
    }
    try {
      await store.noteContacts(contacts);
    } catch (error) {
      batch.forEach((entry, at) => takeBack(entry, contacts[at]));
      throw error;
    }
  }

  return {
    find: (serialNumber) => entries.get(serialNumber),
    meet,
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
      const all = [...touched];
      for (let from = 0; from < all.length; from += SLICE) await write(all.slice(from, from + SLICE));
    },
    async refresh() {
      const at = now();
      if (strangers > 0) thinOut();
      const moved = await store.revision();
      if (moved === revision && at < nextLookAt) return;
      if (moved !== revision || crowdedAt >= lookDone) await readAll();
      nextLookAt = at + LOOK_EVERY_MS;
      const waiting = new Set(await store.terminalsWithCommands(at));
      for (const [serialNumber, entry] of entries) entry.hasCommands = waiting.has(serialNumber);
      nextLookAt = Math.min(nextLookAt, (await store.nextCommandAt(at)) ?? Infinity);
      revision = moved;
    },
    lookAgainAt(at) {
      nextLookAt = Math.min(nextLookAt, at);
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
