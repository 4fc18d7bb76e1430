import { BiolistenerError, messageOf } from '@biolistener/core';
import { isOfTheSite, RequestFailed } from '@biolistener/erpnext';
import type { DeskContext } from './deps.ts';

const MOST_AGAIN = 20;

/** What is wrong with this one document, whatever happens to others: the site or the store will not have it as it is. */
export function isOfOneDocument(error: unknown): boolean {
  if (error instanceof RequestFailed) return !isOfTheSite(error.failure);
  return error instanceof BiolistenerError && (error.kind === 'permanent' || error.code === 'STORE_REJECTED');
}

/**
 * Keeps one document from stopping all others: a field that somebody made mandatory, a validation of the site's own. It is
 * told once, and looked at again when somebody saves it, or after a while.
 */
export class OneDocument {
  readonly #ctx: Pick<DeskContext, 'clock' | 'log' | 'pace'>;
  readonly #doctype: string;
  readonly #waiting = new Map<string, { readonly until: number; readonly reason: string }>();
  /** What was not put into force, and when to try again although nobody saved it. */
  readonly #again = new Map<string, { readonly at: number }>();

  constructor(ctx: Pick<DeskContext, 'clock' | 'log' | 'pace'>, doctype: string) {
    this.#ctx = ctx;
    this.#doctype = doctype;
  }

  /** Undefined, and nothing is done, while the document waits. Errors: those that are not of this document alone. */
  async guard<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const before = this.#waiting.get(name);
    if (before !== undefined && before.until > this.#ctx.clock.now()) return undefined;
    return this.#attempt(name, work);
  }

  /** What a document says is put into force now: undefined when that failed, and then it is among `due` after a while. */
  async apply<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const { clock, pace } = this.#ctx;
    const mine = { at: clock.now() + pace.settledUserMs };
    this.#again.set(name, mine);
    const answer = await this.#attempt(name, async () => ({ done: await work() }));
    // not what failed within: a version that was read again meanwhile
    if (answer !== undefined && this.#again.get(name) === mine) this.#again.delete(name);
    return answer?.done;
  }

  /** Whose time has come to be read and applied again; not all at once, each is a request. */
  due(): readonly string[] {
    const now = this.#ctx.clock.now();
    return [...this.#again].flatMap(([name, { at }]) => (at <= now ? [name] : [])).slice(0, MOST_AGAIN);
  }

  async #attempt<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const before = this.#waiting.get(name);
    try {
      const answer = await work();
      if (this.#waiting.get(name) === before) this.#waiting.delete(name);
      return answer;
    } catch (error) {
      if (!isOfOneDocument(error)) throw error;
      this.#note(name, messageOf(error), before?.reason);
      return undefined;
    }
  }

  #note(name: string, reason: string, before: string | undefined): void {
    const { clock, log, pace } = this.#ctx;
    if (reason !== before)
      log.warn({ doctype: this.#doctype, name, reason }, 'a document cannot be kept in step; the others go on');
    this.#waiting.set(name, { until: clock.now() + pace.settledUserMs, reason });
  }
}
