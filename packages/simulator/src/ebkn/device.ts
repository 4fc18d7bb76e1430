import { isFull, type Capacity } from '../capacity.ts';
import type { PunchRecord } from '../punch-record.ts';
import type { SimulatedUser } from '../terminal.ts';
import type { DeviceClock } from '../wall-clock.ts';
import type { EbknProfile } from './profiles.ts';

/** What an EBKN terminal remembers; all of it survives a restart (protocols/ebkn-fkweb.md §4.10). */
export class EbknDevice {
  readonly profile: EbknProfile;
  readonly clock: DeviceClock;
  readonly people = new Map<string, SimulatedUser>();
  /** Every punch since the last `CLEAR_LOG_DATA`: what `GET_LOG_DATA` gives. */
  history: PunchRecord[] = [];
  name = 'SIM';
  /** Records to send, oldest first; the head blocks what is behind it. */
  #queue: PunchRecord[] = [];
  #head = 0;
  /** PINs of people whose data is to be pushed. */
  readonly enrolled: string[] = [];

  readonly capacity: Capacity;

  constructor(profile: EbknProfile, clock: DeviceClock, capacity: Capacity = {}) {
    this.profile = profile;
    this.clock = clock;
    this.capacity = capacity;
  }

  /** Stores what a command brings; false when it finds no room. */
  store(user: SimulatedUser): boolean {
    if (isFull(this.capacity, this.people, user)) return false;
    this.people.set(user.pin, user);
    return true;
  }

  get pending(): number {
    return this.#queue.length - this.#head + this.enrolled.length;
  }

  get head(): PunchRecord | undefined {
    return this.#queue[this.#head];
  }

  keep(record: PunchRecord): void {
    this.#queue.push(record);
    this.history.push(record);
  }

  dropHead(): void {
    this.#head++;
    if (this.#head < 1000) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  /** Lets the newest record overtake the head: a fault, because a real queue is first in, first out. */
  newestFirst(): void {
    const newest = this.#queue.pop();
    if (newest) this.#queue.splice(this.#head, 0, newest);
  }

  enrol(user: SimulatedUser): void {
    this.people.set(user.pin, { ...this.people.get(user.pin), ...user });
    this.enrolled.push(user.pin);
  }

  /** A user by the id on the wire: padded or not. */
  find(id: unknown): SimulatedUser | undefined {
    if (typeof id !== 'string' && typeof id !== 'number') return undefined;
    const text = String(id);
    return this.people.get(text) ?? this.people.get(text.replace(/^0+(?=\d)/, ''));
  }
}
