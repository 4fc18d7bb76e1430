import {
  CODE,
  profileOf,
  readClock,
  slotNews,
  tellPeople,
  TerminalRefusal,
  type FreeSizes,
} from '@biolistener/brands/zk-tcp';
import { messageOf, wallDifferenceSeconds, toLocal, type JsonObject, type Terminal } from '@biolistener/core';
import type { Connection } from '@biolistener/pull';
import { Periodic } from '../periodic.ts';
import type { PullSettings } from './address.ts';
import { Caller } from './caller.ts';
import { runNextCommand } from './commands.ts';
import type { PullDeps } from './deps.ts';
import { Enabled } from './enabled.ts';
import { Holding } from './holding.ts';
import { takeEvents, type IntakeContext, type Range } from './intake.ts';
import { memoryIn, memoryJson, type PullMemory } from './memory.ts';
import { isUnchanged, markFor, readLogs, zoneOf, type LogsRead } from './read-logs.ts';
import type { Places } from '../places.ts';

export type PullState = 'waiting' | 'reading' | 'ready' | 'elsewhere' | 'failing' | 'stopped';

export interface KeeperStatus {
  readonly serialNumber: string;
  readonly state: PullState;
  readonly readAt: number | undefined;
  readonly records: number | undefined;
  readonly proof: string | undefined;
  readonly found: number;
  readonly trouble: string | undefined;
}

interface LogStart {
  readonly mark: PullMemory['mark'];
  readonly firmware: string | undefined;
}

const ELSEWHERE_MS = 5000;
const HINT_MS = 200;
/** A terminal is read for hints a tenth of its time at most: units without ranges give all of their log each time (§8.4). */
const REST_AFTER_READ = 9;
const MOST_REST_MS = 60_000;
const ALIVE_EVERY_MS = 45_000;
const FIRST_BACKOFF_MS = 5000;
const MOST_BACKOFF_MS = 30 * 60_000;
/** A terminal that may be disabled is not left alone for half an hour. */
const OWED_BACKOFF_MS = 20_000;
/** Until somebody changes its settings, which makes a new keeper: a wrong key is not tried in a loop (§2). */
const NEVER_MS = 2_000_000_000;
const PEOPLE_AT_ONCE = 500;
const FAILURES_TO_WARN = 5;
const STOP_WITHIN_MS = 2000;

/** Speaks with one terminal: reads it by the clock and at a hint, carries its commands, and never leaves it disabled. */
export class Keeper {
  readonly #deps: PullDeps;
  readonly #settings: PullSettings;
  readonly #places: Places;
  readonly #visits: Periodic;
  readonly #enabled: Enabled;
  readonly #caller: Caller;
  #terminal: Terminal;
  #memory: PullMemory;
  #holding: Holding | undefined;
  #state: PullState = 'waiting';
  #trouble: string | undefined;
  /** Why it does not tell its log. People and commands have nothing to do with that. */
  #logRefusal: string | undefined;
  #failures = 0;
  #dueAt = 0;
  #aliveAt = 0;
  #isHinted = false;
  /** A read that took long is not begun again by the next punch at once. */
  #hintFrom = 0;
  #hasCommands = true;
  #isStopping = false;
  #hint: NodeJS.Timeout | undefined;

  constructor(deps: PullDeps, terminal: Terminal, settings: PullSettings, places: Places) {
    this.#deps = { ...deps, log: deps.log.child({ serialNumber: terminal.serialNumber }) };
    this.#terminal = terminal;
    this.#settings = settings;
    this.#places = places;
    this.#memory = memoryIn(terminal.profile);
    this.#enabled = new Enabled(this.#deps, terminal.serialNumber);
    const check = (): void => this.#checkGoing();
    const checkHolding = (): void => this.#holding?.check();
    const onPunch = (): void => this.#onPunch();
    const ways = { check, checkHolding, onPunch };
    this.#caller = new Caller({ deps: this.#deps, terminal, settings, enabled: this.#enabled, ...ways });
    this.#visits = new Periodic(() => this.#places.within(() => this.#visit()));
  }

  start(): void {
    this.#visits.run();
  }

  /** What is under way has a moment to end; a terminal that is disabled is enabled before. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#hint);
    await Promise.all([this.#caller.leave(STOP_WITHIN_MS), this.#visits.stop()]);
    await this.#letGo();
  }

  /** There are commands for it; those that push get theirs when they ask. */
  noteCommands(): void {
    if (this.#terminal.brand !== 'zk-tcp' || this.#state === 'stopped') return;
    this.#hasCommands = true;
    if (this.#failures === 0) this.#visits.run();
  }

  status(): KeeperStatus {
    const { readAt, records, proof, found = 0 } = this.#memory;
    const { serialNumber } = this.#terminal;
    return { serialNumber, state: this.#state, readAt, records, proof, found, trouble: this.#trouble };
  }

  /** Several punches of one moment are one read. */
  #onPunch(): void {
    this.#isHinted = true;
    this.#hint ??= setTimeout(() => {
      this.#hint = undefined;
      this.#visits.run();
    }, HINT_MS);
  }

  #checkGoing(): void {
    if (this.#isStopping) throw new TerminalRefusal('ZKT_BUSY', 'the service stops');
    this.#holding?.check();
  }

  async #visit(): Promise<number> {
    if (this.#isStopping) return NEVER_MS;
    try {
      if (!(await this.#hold())) return ELSEWHERE_MS;
      const waitMs = await this.#work();
      this.#failures = 0;
      this.#trouble = this.#logRefusal;
      if (!this.#settings.isLive) await this.#letGo();
      return waitMs;
    } catch (error) {
      return await this.#fail(error);
    }
  }

  async #hold(): Promise<boolean> {
    this.#holding ??= await Holding.take(this.#deps, this.#terminal.serialNumber, () => void this.#caller.close());
    if (!this.#holding) this.#state = 'elsewhere';
    return this.#holding !== undefined;
  }

  async #letGo(): Promise<void> {
    await this.#caller.close();
    await this.#holding?.release();
    this.#holding = undefined;
  }

  /** What is to be done now; answers how long to wait until something may be again. */
  async #work(): Promise<number> {
    const { clock } = this.#deps;
    const connection = await this.#caller.connect();
    if (clock.now() >= this.#dueAt) await this.#read(connection);
    else if (this.#isHinted && clock.now() >= this.#hintFrom) await this.#followHint();
    else await this.#stayAlive(connection);
    if (this.#terminal.brand === 'zk-tcp') await this.#runCommands();
    this.#state = 'ready';
    const untilDue = Math.max(0, this.#dueAt - clock.now());
    if (this.#isHinted) return Math.min(untilDue, Math.max(HINT_MS, this.#hintFrom - clock.now()));
    return this.#settings.isLive ? Math.min(untilDue, ALIVE_EVERY_MS) : untilDue;
  }

  /** A connection that only listens shows by nothing that it is dead (§6.3). */
  async #stayAlive(connection: Connection): Promise<void> {
    if (this.#deps.clock.now() - this.#aliveAt < ALIVE_EVERY_MS - 1000) return;
    await connection.run(readClock());
    this.#aliveAt = this.#deps.clock.now();
  }

  #nextDue(): void {
    const { clock } = this.#deps;
    this.#dueAt = clock.now() + this.#settings.everyMs * (0.9 + 0.2 * clock.random());
    this.#aliveAt = clock.now();
  }

  /** What is known of the terminal from here on; what has to outlive the process goes to the store as well. */
  readonly #learn = (profile: JsonObject): void => {
    this.#terminal = { ...this.#terminal, profile: { ...this.#terminal.profile, ...profile } };
  };

  /** The periodic read: who it is, its clock, its log, its people. */
  async #read(connection: Connection): Promise<void> {
    this.#state = 'reading';
    this.#isHinted = false;
    const identity = await this.#caller.identify(connection);
    const now = this.#deps.clock.now();
    const { clock, firmware, sizes } = identity;
    const drift =
      clock === undefined
        ? {}
        : { clockDriftSeconds: wallDifferenceSeconds(clock, toLocal(now, zoneOf(this.#terminal))) };
    this.#learn(profileOf(identity));
    const contact = { serialNumber: this.#terminal.serialNumber, at: now, address: this.#settings.host };
    await this.#deps.store.noteContacts([{ ...contact, profile: profileOf(identity), ...drift }]);
    const mark = markFor(this.#memory, firmware, this.#settings, now);
    if (!isUnchanged(this.#memory, sizes, mark)) await this.#readLogOrNote({ mark, firmware });
    if (this.#terminal.brand === 'zk-tcp') await this.#readPeople(sizes);
    this.#nextDue();
  }

  /** Only what is new, where the log is otherwise as it was. */
  async #followHint(): Promise<void> {
    this.#state = 'reading';
    this.#isHinted = false;
    const { firmware } = this.#memory;
    const mark = markFor(this.#memory, firmware, this.#settings, this.#deps.clock.now());
    await this.#readLogOrNote({ mark, firmware });
    this.#aliveAt = this.#deps.clock.now();
  }

  /** A terminal in access control mode refuses its log and does everything else (§8.4). */
  async #readLogOrNote(from: LogStart): Promise<void> {
    try {
      await this.#readLog(from);
      this.#logRefusal = undefined;
    } catch (error) {
      if (!(error instanceof TerminalRefusal) || error.replyCode !== CODE.readRefused) throw error;
      if (this.#logRefusal !== error.message)
        this.#deps.log.warn({ reason: error.message, code: error.code }, 'a terminal does not tell its log');
      this.#logRefusal = error.message;
    }
  }

  async #readLog(from: LogStart): Promise<void> {
    const { clock, log } = this.#deps;
    const startedAt = clock.now();
    const known = this.#memory.firmware === from.firmware ? this.#memory.mark : undefined;
    const read = await readLogs(this.#caller.connect, this.#settings, { mark: from.mark, known }, {}, this.#ctx());
    const slots = slotNews(this.#terminal, [read.highestSlot]);
    this.#learn(slots);
    this.#hintFrom = clock.now() + Math.min(MOST_REST_MS, (clock.now() - startedAt) * REST_AFTER_READ);
    const told = { records: read.records, newPunches: read.newPunches, proof: read.proof, reconnects: read.reconnects };
    if (read.newPunches > 0 || read.isWhole) log.info(told, 'the log was read');
    if (read.proof === 'differs') log.warn(told, 'the terminal counts other records than it gives');
    if (read.newPunches > 0 && this.#terminal.brand !== 'zk-tcp')
      log.warn({ found: read.newPunches }, 'a read found punches that the terminal had not pushed');
    const { users, fingerprints, wholeAt, found = 0, foundLast } = this.#memory;
    const last = read.newPunches > 0 ? read.newPunches : foundLast;
    await this.#remember(
      {
        ...(read.mark && { mark: read.mark }),
        records: read.records,
        proof: read.proof,
        ...(from.firmware !== undefined && { firmware: from.firmware }),
        readAt: startedAt,
        ...(read.isWhole ? { wholeAt: startedAt } : wholeAt !== undefined && { wholeAt }),
        ...(users !== undefined && { users }),
        ...(fingerprints !== undefined && { fingerprints }),
        found: found + read.newPunches,
        ...(last !== undefined && { foundLast: last }),
      },
      slots,
    );
  }

  async #remember(memory: PullMemory, learnt: JsonObject = {}): Promise<void> {
    const { serialNumber } = this.#terminal;
    this.#memory = memory;
    const profile = { ...learnt, pull: memoryJson(memory) };
    await this.#deps.store.noteContacts([
      { serialNumber, at: this.#deps.clock.now(), address: this.#settings.host, profile },
    ]);
  }

  /** People are read when the counters say that there are others than last time, so that enrolments here go elsewhere. */
  async #readPeople({ users, fingerprints }: FreeSizes): Promise<void> {
    const isSame = users === this.#memory.users && fingerprints === this.#memory.fingerprints;
    if (isSame && users !== undefined) return;
    const connection = await this.#caller.connect();
    const context = { now: this.#deps.clock.now(), terminal: this.#terminal, read: this.#settings.read };
    const told = await connection.run(
      tellPeople(context, undefined, { users: true, templates: (fingerprints ?? 1) > 0 }),
    );
    const { events, profile } = told;
    this.#learn(profile ?? {});
    for (let at = 0; at === 0 || at < events.length; at += PEOPLE_AT_ONCE) {
      const part = { events: events.slice(at, at + PEOPLE_AT_ONCE), ...(profile && { profile }) };
      await takeEvents('pull/people', part, this.#ctx());
    }
    await this.#remember({
      ...this.#memory,
      ...(users !== undefined && { users }),
      ...(fingerprints !== undefined && { fingerprints }),
    });
  }

  async #runCommands(): Promise<void> {
    while (this.#hasCommands && !this.#isStopping) {
      this.#hasCommands = await runNextCommand({
        ctx: this.#ctx(),
        settings: this.#settings,
        enabled: this.#enabled,
        connect: this.#caller.connect,
        reconnect: this.#caller.reconnect,
        readWhole: (range: Range) => this.#readWhole(range),
        onProfile: this.#learn,
      });
    }
  }

  #readWhole(range: Range): Promise<LogsRead> {
    return readLogs(
      this.#caller.connect,
      this.#settings,
      { mark: undefined, known: this.#memory.mark },
      range,
      this.#ctx(),
    );
  }

  #ctx(): IntakeContext {
    const holding = this.#holding;
    if (!holding) throw new TerminalRefusal('ZKT_BUSY', 'nobody here holds the terminal');
    return { deps: this.#deps, terminal: this.#terminal, host: this.#settings.host, holding };
  }

  async #fail(error: unknown): Promise<number> {
    const wasHolding = this.#holding !== undefined;
    await this.#letGo();
    if (this.#isStopping) return NEVER_MS;
    const reason = messageOf(error);
    this.#failures += 1;
    const isHopeless = error instanceof TerminalRefusal && error.code === 'ZKT_KEY_WRONG';
    this.#state = isHopeless ? 'stopped' : 'failing';
    const isNews = reason !== this.#trouble || this.#failures === FAILURES_TO_WARN;
    this.#trouble = reason;
    const tags = {
      reason,
      failures: this.#failures,
      wasHolding,
      code: error instanceof TerminalRefusal ? error.code : undefined,
    };
    if (isNews)
      this.#deps.log.warn(
        tags,
        isHopeless ? 'a terminal refuses the key; it is not called again' : 'a terminal could not be read',
      );
    if (isHopeless) return NEVER_MS;
    return this.#backoff();
  }

  async #backoff(): Promise<number> {
    const { random } = this.#deps.clock;
    const isOwed = await this.#enabled.isOwed().catch(() => true);
    const most = isOwed ? OWED_BACKOFF_MS : MOST_BACKOFF_MS;
    return Math.min(most, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1)) * (0.75 + 0.5 * random());
  }
}
