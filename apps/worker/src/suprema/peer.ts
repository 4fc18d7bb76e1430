import { randomUUID } from 'node:crypto';
import type { Fields } from '@biolistener/brands/suprema';
import { messageOf } from '@biolistener/core';
import type { Log } from '@biolistener/telemetry';
import { Periodic } from '../periodic.ts';
import { BioStarApi } from './api.ts';
import { findUser } from './calls.ts';
import { CommandRunner } from './command-runner.ts';
import { serverIdOf } from './cursor.ts';
import type { SupremaDeps } from './deps.ts';
import { DeviceKeeper } from './devices.ts';
import { EventIntake } from './event-intake.ts';
import { EventStream, type StreamState } from './event-stream.ts';
import { Rounds } from './rounds.ts';
import { PACE, type SupremaPace } from './settings.ts';

export interface SupremaStatus {
  readonly server: string;
  /** Another process talks to the server. */
  readonly isLeader: boolean;
  readonly stream: StreamState;
  readonly devices: number;
  readonly lastRoundAt: number | undefined;
  /** What stands in the way, if anything. */
  readonly trouble: string | undefined;
  /** Events that name no device: counted, not kept. */
  readonly eventsWithoutDevice: number;
}

const LEASE_MS = 30_000;
/** Events of the socket that wait for the store; beyond it the search brings them. */
const MOST_WAITING = 1_000;

/**
 * The client of one BioStar server: devices, events, commands. Of all processes one talks to it, the holder of a lease; what two
 * would do at once is harmless, since events have identities and commands are leased.
 */
export class SupremaPeer {
  readonly #deps: SupremaDeps;
  readonly #pace: SupremaPace;
  readonly #now: () => number;
  readonly #log: Log;
  readonly #owner = randomUUID();
  readonly #api: BioStarApi;
  readonly #intake: EventIntake;
  readonly #rounds: Rounds;
  readonly #devices: DeviceKeeper;
  readonly #stream: EventStream;
  readonly #commands: CommandRunner;
  readonly #periodics: readonly Periodic[];
  readonly #search: Periodic;
  #isLeader = false;
  #leaseUntil = 0;
  #lastRoundAt: number | undefined;
  #trouble: string | undefined;
  #waiting: Fields[] = [];
  #taking: Promise<void> | undefined;

  constructor(deps: SupremaDeps) {
    this.#deps = deps;
    this.#pace = { ...PACE, ...deps.pace };
    this.#now = deps.now ?? Date.now;
    const host = new URL(deps.server.url).host;
    this.#log = deps.log.child({ module: 'suprema', server: host });
    const shared = { ...deps, pace: this.#pace, now: this.#now, log: this.#log, host };
    const api = new BioStarApi(shared);
    this.#api = api;
    this.#intake = new EventIntake({ ...shared, readUser: (id) => findUser(api, id) });
    const known = { ...shared, api, intake: this.#intake };
    this.#rounds = new Rounds(known);
    this.#devices = new DeviceKeeper({ ...known, brand: deps.brand.name });
    this.#stream = new EventStream({
      ...known,
      onEvent: (event) => this.#onEvent(event),
      onLive: () => this.#search.run(),
    });
    this.#commands = new CommandRunner({
      ...known,
      isOurs: (deviceId) => this.#devices.has(deviceId),
      conversation: (deviceId) => ({
        ...known,
        deviceId,
        findDevice: () => this.#devices.devices.find(({ id }) => id === deviceId),
        readRange: (from, to, of) => this.#rounds.readRange(from, to, of),
      }),
    });
    this.#search = new Periodic(() => this.#chore(() => this.#searchRound(), this.#pace.roundMs));
    this.#periodics = [
      this.#search,
      new Periodic(() => this.#chore(() => this.#devices.refresh(), this.#pace.devicesMs)),
      new Periodic(() => this.#chore(() => this.#commands.round(), this.#pace.commandsMs)),
    ];
  }

  start(): void {
    for (const periodic of this.#periodics) periodic.run();
  }

  /** Lets what is under way finish, logs out, and leaves the server to another process. */
  async stop(): Promise<void> {
    await Promise.all(this.#periodics.map((periodic) => periodic.stop()));
    await this.#stream.stop();
    await this.#taking;
    await this.#commands.stop();
    await this.#api.logout();
    this.#api.close();
    if (this.#isLeader) await this.#deps.store.releaseLease(this.#leaseName(), this.#owner);
  }

  status(): SupremaStatus {
    return {
      server: this.#deps.server.url,
      isLeader: this.#isLeader,
      stream: this.#stream.state,
      devices: this.#devices.devices.length,
      lastRoundAt: this.#lastRoundAt,
      trouble: this.#trouble,
      eventsWithoutDevice: this.#intake.strays,
    };
  }

  #leaseName = (): string => `suprema:${serverIdOf(this.#deps.server.url)}`;

  /** Work of the leader; what fails is told once and tried again. */
  async #chore(work: () => Promise<void>, everyMs: number): Promise<number> {
    try {
      if (!(await this.#lead())) return this.#pace.leaseMs;
      await work();
      this.#trouble = undefined;
    } catch (error) {
      this.#tell(messageOf(error));
    }
    return everyMs;
  }

  async #lead(): Promise<boolean> {
    const now = this.#now();
    if (this.#isLeader && now < this.#leaseUntil - LEASE_MS + this.#pace.leaseMs) return true;
    const isLeader = await this.#deps.store.claimLease(this.#leaseName(), this.#owner, LEASE_MS, now);
    this.#leaseUntil = now + LEASE_MS;
    const wasLeader = this.#isLeader;
    this.#isLeader = isLeader;
    if (wasLeader && !isLeader) await this.#rest();
    if (isLeader) this.#stream.start();
    return isLeader;
  }

  /** Overtaken, as after a long sleep: two who log in by the same account would end each other's session without end. */
  async #rest(): Promise<void> {
    this.#log.warn({}, 'another process talks to the BioStar server now');
    await this.#stream.stop();
    await this.#api.logout();
  }

  async #searchRound(): Promise<void> {
    const { newPunches } = await this.#rounds.round();
    this.#lastRoundAt = this.#now();
    if (newPunches > 0) this.#stream.noteMissed();
  }

  /** Stored at once; what cannot be stored now is found by the search. */
  #onEvent(event: Fields): void {
    if (!this.#isLeader || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(event);
    this.#taking ??= this.#takeWaiting().finally(() => {
      this.#taking = undefined;
    });
  }

  async #takeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const events = this.#waiting;
      this.#waiting = [];
      try {
        // what finds no room is owed by the cursor once the search meets it
        await this.#intake.take(events);
      } catch (error) {
        this.#tell(messageOf(error));
        return;
      }
    }
  }

  #tell(trouble: string): void {
    if (trouble !== this.#trouble) this.#log.warn({ reason: trouble }, 'the BioStar server is waited for');
    this.#trouble = trouble;
  }
}
