/** One stored record with the flag that firmware keeps beside it. */
export interface Entry<T> {
  readonly record: T;
  isSent: boolean;
}

/**
 * The records of one table of a terminal, oldest first, each with its `sent` flag.
 * A full table forgets its oldest records, but only those that were sent, as real log stores do.
 */
export class RecordTable<T> {
  readonly #capacity: number;
  #entries: Entry<T>[] = [];
  #unsent = 0;
  /** Everything before it is sent. */
  #firstUnsent = 0;

  constructor(capacity = 100_000) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.length;
  }

  get unsent(): number {
    return this.#unsent;
  }

  add(record: T): void {
    this.#entries.push({ record, isSent: false });
    this.#unsent++;
    if (this.#entries.length > this.#capacity * 1.1) this.#forgetOldest();
  }

  /** Up to `count` unsent records; `newestFirst` takes them from the far end, which reorders old and new batches. */
  take(count: number, newestFirst = false): Entry<T>[] {
    while (this.#entries[this.#firstUnsent]?.isSent) this.#firstUnsent++;
    const taken: Entry<T>[] = [];
    const step = newestFirst ? -1 : 1;
    let at = newestFirst ? this.#entries.length - 1 : this.#firstUnsent;
    for (; taken.length < count; at += step) {
      const entry = this.#entries[at];
      if (!entry || at < this.#firstUnsent) break;
      if (!entry.isSent) taken.push(entry);
    }
    return newestFirst ? taken.reverse() : taken;
  }

  markSent(entries: readonly Entry<T>[]): void {
    for (const entry of entries) {
      if (entry.isSent) continue;
      entry.isSent = true;
      this.#unsent--;
    }
  }

  /** Clears the flag of every record that the rule names. */
  markUnsent(rule: (record: T) => boolean = () => true): void {
    for (const entry of this.#entries) {
      if (!entry.isSent || !rule(entry.record)) continue;
      entry.isSent = false;
      this.#unsent++;
    }
    this.#firstUnsent = 0;
  }

  filter(rule: (record: T) => boolean): T[] {
    return this.#entries.map((entry) => entry.record).filter(rule);
  }

  clear(): void {
    this.#entries = [];
    this.#unsent = 0;
    this.#firstUnsent = 0;
  }

  #forgetOldest(): void {
    const surplus = Math.min(this.#entries.length - this.#capacity, this.#firstUnsent);
    this.#entries.splice(0, surplus);
    this.#firstUnsent -= surplus;
  }
}
