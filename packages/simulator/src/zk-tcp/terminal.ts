import { makeTemplateBytes } from '../synthetic-template.ts';
import { Random } from '../random.ts';
import { Device } from './device.ts';
import type { ZkTcpFaults } from './faults.ts';
import { DeviceMemory } from './memory.ts';
import { packTime } from './packed-time.ts';
import { ZK_TCP_PROFILES, type ZkTcpProfileName } from './profiles.ts';
import { eventBytes, type DeviceUser, type LogEntry } from './records.ts';
import { openTcp, openUdp, type OpenServer } from './servers.ts';

export interface ZkTcpOptions {
  readonly serialNumber: string;
  readonly profile?: ZkTcpProfileName;
  /** 0: none. */
  readonly commKey?: number;
  readonly faults?: ZkTcpFaults;
  /** What its wall clock shows. */
  readonly wallTime?: () => string;
  /** 0: a free one. */
  readonly port?: number;
  readonly seed?: number;
}

export interface PulledPunch {
  readonly userId: string;
  readonly wallTime: string;
  readonly verify?: number;
  readonly state?: number;
  readonly workCode?: number;
}

const utcWall = (): string => new Date().toISOString().slice(0, 19).replace('T', ' ');

/** A terminal that is called: it waits on TCP and UDP, as §10 of the document draws it. */
export class ZkTcpTerminal {
  readonly serialNumber: string;
  readonly memory: DeviceMemory;
  readonly faults: ZkTcpFaults;
  readonly #device: Device;
  readonly #options: ZkTcpOptions;
  readonly #random: Random;
  #shift: { readonly set: string; readonly at: string } | undefined;
  #servers: OpenServer[] = [];

  constructor(options: ZkTcpOptions) {
    this.#options = options;
    this.serialNumber = options.serialNumber;
    this.faults = options.faults ?? {};
    this.memory = new DeviceMemory(ZK_TCP_PROFILES[options.profile ?? 'tft'], options.serialNumber);
    this.#random = new Random(options.seed ?? 1);
    this.#device = new Device({
      memory: this.memory,
      faults: this.faults,
      commKey: options.commKey ?? 0,
      wallTime: () => this.wallTime(),
      onClockSet: (set) => (this.#shift = { set, at: this.#base() }),
      tellOfPunch: () => this.#tellOfLast(),
    });
  }

  /** Waits on one port, by TCP and UDP; resolves with the port. */
  async start(port = this.#options.port ?? 0): Promise<number> {
    const isMute = this.memory.profile.speaks === 'udp-only';
    const tcp = await openTcp(this.#device, this.faults, port, isMute);
    this.#servers = [tcp, await openUdp(this.#device, this.faults, tcp.port, this.#random)];
    return tcp.port;
  }

  /** Ends all connections; the memory stays. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }

  /** Codes that clients asked for so far. */
  get asked(): readonly number[] {
    return this.#device.asked;
  }

  get clients(): number {
    return this.#device.sessions.size;
  }

  /** Whether its screen says "working" and nobody can punch. */
  get isDisabled(): boolean {
    return this.memory.isDisabled;
  }

  #base(): string {
    return (this.#options.wallTime ?? utcWall)();
  }

  wallTime(): string {
    if (!this.#shift) return this.#base();
    const ms = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);
    const now = ms(this.#shift.set) + ms(this.#base()) - ms(this.#shift.at);
    return new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  }

  addUser(user: Partial<DeviceUser> & { readonly userId: string }): DeviceUser {
    const uid = user.uid ?? this.memory.users.size + 1;
    const whole = { name: '', password: '', card: 0, privilege: 0, group: 1, ...user, uid };
    this.memory.users.set(uid, whole);
    return whole;
  }

  /** A finger of synthetic bytes. */
  addFinger(userId: string, finger: number): Buffer {
    const uid = this.memory.userOf(userId)?.uid ?? 0;
    const bytes = makeTemplateBytes(`zk-fingerprint-${this.memory.options.get('~ZKFPVersion') ?? '10'}`, this.#random);
    this.memory.templates.set(`${uid}/${finger}`, bytes);
    return bytes;
  }

  /** Into the log, and told to whoever listens. */
  punch(punch: PulledPunch): void {
    this.#announce(this.record(punch), punch.wallTime);
  }

  /** Into the log alone, as while nobody is connected. */
  record({ userId, wallTime, verify = 1, state = 0, workCode = 0 }: PulledPunch): LogEntry {
    const uid = this.memory.userOf(userId)?.uid ?? 0;
    const entry = { userId, uid, time: packTime(wallTime), verify, state, workCode };
    this.memory.addEntry(entry);
    return entry;
  }

  #announce(entry: LogEntry, wallTime: string): void {
    this.#device.announce(eventBytes(entry, wallTime, this.memory.profile.event));
  }

  #tellOfLast(): void {
    const last = this.memory.log.at(-1);
    if (last) this.#announce(last, this.wallTime());
  }
}
