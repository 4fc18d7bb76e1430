/** The last so many keys: what was stored a moment ago need not go to the store again. Forgetting one costs a duplicate, no more. */
export class RecentKeys {
  readonly #most: number;
  readonly #keys = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(key: string): boolean {
    return key !== '' && this.#keys.has(key);
  }

  add(key: string): void {
    if (key === '') return;
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= this.#most) return;
    const [oldest] = this.#keys;
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}
