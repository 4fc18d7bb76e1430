import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asPin, asSerialNumber, type Command, type JsonObject, type TerminalSettings } from '@biolistener/core';
import {
  openSqliteStore,
  type Person,
  type PersonChange,
  type RosterItem,
  type Store,
  type Upload,
} from '@biolistener/store';
import { Converger, DEFAULT_ROSTER_SETTINGS, type RosterSettings } from '../src/index.ts';
import { rulesOf } from './fake-brands.ts';
import { ModelTerminal } from './model-terminal.ts';

const T0 = Date.UTC(2026, 2, 9, 8);
const ACTOR = 'test';
const LEASE_MS = 60_000;
const ANSWER_MS = 120_000;

/** A real store, model terminals, and time that only tests move, unless they ask for the real one. */
export class World {
  readonly store: Store;
  readonly converger: Converger;
  readonly terminals = new Map<string, ModelTerminal>();
  settings: RosterSettings = { ...DEFAULT_ROSTER_SETTINGS, rereadEveryMs: 3_600_000 };
  now = T0;
  readonly #dir: string;
  readonly #isRealTime: boolean;

  private constructor(store: Store, dir: string, isRealTime: boolean) {
    this.store = store;
    this.#dir = dir;
    this.#isRealTime = isRealTime;
    this.converger = new Converger({ store, rulesOf, settings: () => this.settings, now: () => this.tick() });
  }

  static async open(options: { readonly isRealTime?: boolean } = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'biolistener-roster-'));
    return new World(await openSqliteStore({ path: join(dir, 'store.db') }), dir, options.isRealTime === true);
  }

  async close(): Promise<void> {
    await this.store.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** No two things happen at the same time. */
  tick(): number {
    return (this.now = this.#isRealTime ? Date.now() : this.now + 10);
  }

  async terminal(name: string, brand = 'single', profile: JsonObject = {}, settings: TerminalSettings = {}) {
    const serialNumber = asSerialNumber(name);
    const model = new ModelTerminal(serialNumber, brand);
    this.terminals.set(name, model);
    const change = { status: 'approved', settings: { zone: 'UTC', ...settings } } as const;
    await this.store.changeTerminal(serialNumber, change, ACTOR, brand);
    await this.store.noteTerminal({ serialNumber, at: this.tick(), address: '192.0.2.1', brand, profile });
    return model;
  }

  model(name: string): ModelTerminal {
    const model = this.terminals.get(name);
    if (!model) throw new Error(`no terminal ${name} in this world`);
    return model;
  }

  async send(name: string, what: Partial<Upload>): Promise<void> {
    const { serialNumber, brand } = this.model(name);
    await this.store.commitUpload({
      correlationId: 'c',
      serialNumber,
      brand,
      operation: 'test',
      remoteAddress: '192.0.2.1',
      receivedAt: this.tick(),
      punches: [],
      users: [],
      templates: [],
      photos: [],
      operations: [],
      results: [],
      parked: [],
      ...what,
    });
  }

  enrol(name: string, pin: string, finger: number, bytes: string, userName = 'X'): Promise<void> {
    return this.send(name, this.model(name).enrol(asPin(pin), finger, bytes, userName));
  }

  person(pin: string, over: Partial<PersonChange> = {}): Promise<Person> {
    return this.store.putPerson({ pin: asPin(pin), origin: 'cli', ...over }, ACTOR, this.tick());
  }

  async assign(pin: string, ...names: readonly string[]): Promise<Person> {
    const person = await this.person(pin);
    await this.store.assign(person.id, names.map(asSerialNumber), ACTOR, this.tick());
    return person;
  }

  async unassign(pin: string, ...names: readonly string[]): Promise<void> {
    const person = await this.person(pin);
    await this.store.unassign(person.id, names.map(asSerialNumber), ACTOR, this.tick());
  }

  async leave(pin: string): Promise<void> {
    const person = await this.store.findPerson(asPin(pin));
    if (person) await this.store.endPerson(person.id, ACTOR, this.tick());
  }

  /** Looks at every mark, as a worker would. Answers whether there was one; moves time when something has to be waited for. */
  async look(): Promise<boolean> {
    const marks = await this.store.listMarks(1000);
    for (const mark of marks) {
      const { lookAgainAt } = await this.converger.converge(mark.subject);
      if (lookAgainAt === undefined) await this.store.clearMarks([mark]);
      else this.now = Math.max(this.now, lookAgainAt);
    }
    return marks.length > 0;
  }

  /** The terminal asks for commands, does them, and says so. */
  async poll(name: string, limit = 5): Promise<number> {
    const taken = await this.#take(name, limit);
    for (const command of taken) {
      const told = await this.#do(name, command);
      if (Object.keys(told).length > 0) await this.send(name, told);
    }
    return taken.length;
  }

  /** The terminal fetches and does its commands just before the next time that one is cancelled. The answers are sent by what this answers. */
  pollBeforeCancelled(name: string): () => Promise<void> {
    const { store } = this;
    const cancel = store.cancelCommands.bind(store);
    const told: Partial<Upload>[] = [];
    store.cancelCommands = async (...words) => {
      store.cancelCommands = cancel;
      for (const command of await this.#take(name, 5)) told.push(await this.#do(name, command));
      return cancel(...words);
    };
    return async () => {
      for (const upload of told) await this.send(name, upload);
    };
  }

  async #take(name: string, limit: number): Promise<Command[]> {
    const { serialNumber, brand } = this.model(name);
    const options = { limit, maxBytes: 65_536, leaseMs: LEASE_MS, isOneOutstanding: brand !== 'single' };
    await this.store.noteTerminal({ serialNumber, at: this.tick(), address: '192.0.2.1', brand });
    const taken = await this.store.takeCommands(serialNumber, { ...options, now: this.tick() });
    const ids = taken.map(({ id }) => id);
    await this.store.markSent(ids, this.tick(), ANSWER_MS);
    return taken;
  }

  #do(name: string, command: Command): Promise<Partial<Upload>> {
    return this.model(name).execute(command, async (id) => (await this.store.findTemplate(id))?.digest ?? 'erased');
  }

  /** Until nothing is marked and no terminal has anything to fetch, now or later. */
  async settle(): Promise<void> {
    for (let round = 0; round < 400; round += 1) {
      const wasMarked = await this.look();
      let taken = 0;
      for (const name of this.terminals.keys()) taken += await this.poll(name);
      if (wasMarked || taken > 0) continue;
      const next = await this.store.nextCommandAt(this.now);
      if (next === undefined) return;
      this.now = next + 1;
      await this.store.sweepCommands(this.tick());
    }
    throw new Error('the world does not come to rest');
  }

  /** The rows of a person at a terminal, by key. */
  async rows(name: string, pin: string): Promise<Map<string, RosterItem>> {
    const persons = await this.store.listPersons({ pin: asPin(pin), limit: 10 });
    const rows = new Map<string, RosterItem>();
    for (const person of persons) {
      const cell = await this.store.findCell(asSerialNumber(name), person.id);
      for (const item of cell?.items ?? []) rows.set(item.key, item);
    }
    return rows;
  }

  /** States by key, the short form for tests. */
  async states(name: string, pin: string): Promise<Record<string, string>> {
    return Object.fromEntries([...(await this.rows(name, pin))].map(([key, { state }]) => [key, state]));
  }

  /** What a terminal keeps of somebody: digests by finger. */
  kept(name: string, pin: string): Record<string, string> | undefined {
    const user = this.model(name).users.get(asPin(pin));
    return user && Object.fromEntries([...user.templates].map(([slot, { digest }]) => [slot, digest]));
  }
}
