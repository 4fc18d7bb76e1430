/** Remembers the last so many texts. */
export class Recent {
  readonly #most: number;
  readonly #seen = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(text: string): boolean {
    return this.#seen.has(text);
  }

  add(text: string): void {
    this.#seen.add(text);
    const oldest = this.#seen.values().next();
    if (this.#seen.size > this.#most && oldest.done !== true) this.#seen.delete(oldest.value);
  }
}
