/** One at a time per key, in the order of asking, within this process. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const { promise: done, resolve: finish } = Promise.withResolvers<undefined>();
    this.#tails.set(key, done);
    await before;
    try {
      return await work();
    } finally {
      finish(undefined);
      if (this.#tails.get(key) === done) this.#tails.delete(key);
    }
  }
}
