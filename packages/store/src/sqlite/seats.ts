/**
 * Whoever waits, each with a number of its own until it leaves. Numbers are given again: a list that stays is quicker than a
 * map that loses and gets ten thousand keys a second.
 */
export class Seats<T> {
  #seats: (T | undefined)[] = [];
  #free: number[] = [];

  take(guest: T): number {
    const seat = this.#free.pop() ?? this.#seats.length;
    this.#seats[seat] = guest;
    return seat;
  }

  /** Who sat there; undefined when nobody did. */
  leave(seat: number): T | undefined {
    const guest = this.#seats[seat];
    if (guest === undefined) return undefined;
    this.#seats[seat] = undefined;
    this.#free.push(seat);
    return guest;
  }

  leaveAll(): T[] {
    const guests = this.#seats.filter((guest) => guest !== undefined);
    this.#seats = [];
    this.#free = [];
    return guests;
  }

  get size(): number {
    return this.#seats.length - this.#free.length;
  }
}
