import { isProof } from './comm-key.ts';
import type { ZkTcpFaults } from './faults.ts';
import type { DeviceMemory } from './memory.ts';
import { packTime, unpackTime } from './packed-time.ts';
import { PEOPLE } from './people.ts';
import type { DeviceSession } from './session.ts';
import { prepareBuffer, readBuffer, readWhole } from './tables.ts';
import type { Packet } from './wire.ts';

const OK = 2000;
const ERROR = 2001;
const UNAUTHORIZED = 2005;
const UNKNOWN = 65_535;
const PUNCH_EVENT = 1;

export interface DeviceOptions {
  readonly memory: DeviceMemory;
  readonly faults: ZkTcpFaults;
  /** 0: the terminal asks for none. */
  readonly commKey: number;
  /** Its wall clock now. */
  readonly wallTime: () => string;
  readonly onClockSet: (wallTime: string) => void;
  /** An event in the middle of a chunk. */
  readonly tellOfPunch: () => void;
}

/** The behaviour of a terminal, packet by packet, for all its clients. Written from the document alone (§2 to §7, §10). */
export class Device {
  readonly sessions = new Set<DeviceSession>();
  /** Codes that clients asked for, in order. */
  readonly asked: number[] = [];
  readonly #options: DeviceOptions;
  #lastId = 0x1a2a;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  handle(packet: Packet, session: DeviceSession): void {
    const { faults } = this.#options;
    if (packet.code === OK && packet.number === 0 && session.isConnected) return; // an event is acknowledged
    this.asked.push(packet.code);
    if (faults.mute?.has(packet.code) === true) return;
    const refusal = faults.refuse?.get(packet.code);
    if (refusal !== undefined) return session.send(refusal, packet.number);
    if (packet.code === 1000) return this.#connect(packet, session);
    if (packet.code === 1102 && session.isConnected) return this.#authenticate(packet, session);
    if (!session.isKnown) return session.send(UNAUTHORIZED, packet.number);
    this.#perform(packet, session);
  }

  #connect(packet: Packet, session: DeviceSession): void {
    const others = [...this.sessions].filter((one) => one !== session && one.isConnected);
    const policy = this.#options.faults.secondClient ?? 'share';
    if (others.length > 0 && policy === 'refuse') return session.drop();
    if (policy === 'kick') for (const other of others) other.drop();
    session.id = ++this.#lastId & 0xffff;
    session.isConnected = true;
    session.isKnown = this.#options.commKey === 0;
    this.sessions.add(session);
    session.send(session.isKnown ? OK : UNAUTHORIZED, packet.number);
  }

  #authenticate(packet: Packet, session: DeviceSession): void {
    session.isKnown ||= isProof(this.#options.commKey, session.id, packet.data);
    session.send(session.isKnown ? OK : UNAUTHORIZED, packet.number);
  }

  #perform(packet: Packet, session: DeviceSession): void {
    const ways = this.#options;
    if (packet.code === 1503) return prepareBuffer(packet, session, ways);
    if (packet.code === 1504) return readBuffer(packet, session, ways);
    const isEmptyRead = packet.code === 13 || packet.code === 9 || packet.code === 7;
    if (isEmptyRead && packet.data.length <= 1) return readWhole(packet, session, ways);
    const people = PEOPLE[packet.code];
    if (people) return people(packet, session, ways.memory);
    if (!this.#control(packet, session)) this.#tell(packet, session);
  }

  /** Commands that change something and are answered with OK alone; false for all others. */
  #control({ code, data, number }: Packet, session: DeviceSession): boolean {
    const { memory, faults } = this.#options;
    if (code === 1002) memory.isDisabled = false;
    else if (code === 1003) memory.isDisabled = faults.isDisableIgnored !== true;
    else if (code === 15) memory.log = [];
    else if (code === 31) memory.unlocks.push(data.readUInt32LE(0));
    else if (code === 202) this.#options.onClockSet(unpackTime(data.readUInt32LE(0)));
    else if (code === 500) session.mask = data.readUInt32LE(0);
    else if (code === 1013) memory.unrefreshed = 0;
    else if (code === 1502) session.buffer = undefined;
    else if (code === 1004) return this.#restart(number, session);
    else if (code === 1001) return this.#leave(number, session);
    else if (code === 12) this.#writeOption(data);
    else if (![1014, 1017, 60, 62].includes(code)) return false;
    session.send(OK, number);
    return true;
  }

  #writeOption(data: Buffer): void {
    const [key = '', value = ''] = data.toString('latin1').replace(/\0.*$/s, '').split('=');
    this.#options.memory.options.set(key, value);
  }

  #restart(number: number, session: DeviceSession): true {
    const { memory, faults } = this.#options;
    memory.restarts += 1;
    memory.isDisabled = false; // it starts as it always does
    if (faults.isRestartMute !== true) session.send(OK, number);
    for (const one of [...this.sessions]) one.drop();
    return true;
  }

  #leave(number: number, session: DeviceSession): true {
    session.send(OK, number);
    this.forget(session);
    return true;
  }

  forget(session: DeviceSession): void {
    session.isConnected = session.isKnown = false;
    this.sessions.delete(session);
  }

  /** Questions, and what this firmware does not know. */
  #tell({ code, data, number }: Packet, session: DeviceSession): void {
    const { memory, faults } = this.#options;
    if (code === 11) return this.#tellOption(data, number, session);
    if (code === 1100) return session.send(OK, number, Buffer.from(`${memory.profile.firmware}\0`));
    if (code === 50) return session.send(OK, number, memory.sizes(faults.countOff ?? 0));
    if (code === 64) return session.send(OK, number, undefined, 0); // idle, told in the session field
    if (code !== 201) return session.send(UNKNOWN, number);
    const time = Buffer.alloc(4);
    time.writeUInt32LE(packTime(this.#options.wallTime()));
    session.send(OK, number, time);
  }

  #tellOption(data: Buffer, number: number, session: DeviceSession): void {
    const key = data.toString('latin1').replace(/\0.*$/s, '');
    const value = this.#options.memory.options.get(key);
    if (value === undefined) return session.send(ERROR, number);
    session.send(OK, number, Buffer.from(`${key}=${value}\0junk`)); // what stands behind the NUL means nothing (§3.2)
  }

  /** To every client that asked for it (§6). */
  announce(event: Buffer): void {
    for (const session of this.sessions)
      if (session.isKnown && (session.mask & 1) !== 0) session.send(500, 0, event, PUNCH_EVENT);
  }
}
