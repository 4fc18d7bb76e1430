/** Runs work again and again, never twice at once; `run` asks for it now. Errors are the work's own affair. */
export class Periodic {
  readonly #work: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  /** `work` returns how many ms to wait until the next time. */
  constructor(work: () => Promise<number>) {
    this.#work = work;
  }

  run(): void {
    if (this.#isStopped || this.#running) return;
    clearTimeout(this.#timer);
    this.#running = this.#once();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #once(): Promise<void> {
    const waitMs = await this.#work();
    this.#running = undefined;
    if (!this.#isStopped) this.#timer = setTimeout(() => this.run(), waitMs);
  }
}
