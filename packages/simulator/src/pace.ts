/** Waiting that is scaled, ends early when the bell rings, and always ends when the terminal is stopped. */
export class Bell {
  #hasRung = false;
  #wake: (() => void) | undefined;

  /** Ends the wait that is going on, or the next one before it begins. */
  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Resolves after `ms`, at a ring, or when the signal aborts; true when it rang. A ring counts once. */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        const rang = this.#hasRung;
        this.#hasRung = false;
        resolve(rang);
      };
      const timer = setTimeout(end, Math.max(0, ms));
      if (this.#hasRung || signal.aborted) end();
      else {
        this.#wake = end;
        signal.addEventListener('abort', end, { once: true });
      }
    });
  }
}

/** Resolves after `ms` or when the signal aborts, whichever comes first. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Bell().wait(ms, signal);
}
