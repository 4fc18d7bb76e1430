/**
 * A seeded source of chance, so that a run with faults can be repeated.
 * Not for secrets. The algorithm is "mulberry32": 32 bits of state, one multiplication chain per number.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** True with the given probability; never asks for a number when the answer is certain. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of the list; throws RangeError when there is nothing to choose from. */
  pick<T>(list: readonly T[]): T {
    const index = Math.floor(this.next() * list.length);
    if (index >= list.length) throw new RangeError('nothing to pick from');
    return list[index] as T; // index is inside: T may itself be undefined, so no check by value
  }

  /** Synthetic bytes: templates and photos are made of them. */
  bytes(length: number): Buffer {
    const made = Buffer.alloc(Math.ceil(length / 4) * 4);
    for (let at = 0; at < length; at += 4) made.writeUInt32LE(Math.floor(this.next() * 4_294_967_296), at);
    return made.subarray(0, length);
  }

  /** Many bytes, made of one synthetic piece again and again: big bodies where only the size matters. */
  bulk(length: number): Buffer {
    return Buffer.alloc(length, this.bytes(4093));
  }

  /** A source of its own for one part of a run: what one terminal draws does not move what another draws. */
  fork(label: string): Random {
    let seed = this.#state;
    for (const character of label) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return new Random(seed);
  }
}
