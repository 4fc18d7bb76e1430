import type { DeskContext } from './deps.ts';
import { Turn } from './turn.ts';

/** Something that tells Desk what became of things. */
interface Teller {
  /** False: the turn was over, and there is more to tell. */
  push(turn: Turn): Promise<boolean>;
}

/** Tells Desk in short turns, so that what people want is looked at in between, however much there is to tell. */
export class Pusher {
  readonly #ctx: DeskContext;
  readonly #orders: Teller;
  readonly #others: readonly Teller[];
  #areOrdersTold = true;
  #left: Teller[] = [];
  #lastAt = 0;

  /** People wait for orders, nobody for counters: orders come first each time. */
  constructor(ctx: DeskContext, orders: Teller, others: readonly Teller[]) {
    this.#ctx = ctx;
    this.#orders = orders;
    this.#others = others;
  }

  /** There is more to tell: to be called again as soon as nothing else is to be done. */
  isUnderWay(): boolean {
    return this.#left.length > 0 || !this.#areOrdersTold;
  }

  async push(): Promise<void> {
    const { clock, pace } = this.#ctx;
    const isDue = clock.now() - this.#lastAt >= pace.pushMs;
    if (this.#left.length === 0 && isDue) this.#left = [...this.#others];
    if (!this.isUnderWay()) return;
    this.#areOrdersTold = await this.#orders.push(new Turn(clock, pace.turnMs));
    const turn = new Turn(clock, pace.turnMs);
    while (this.#left.length > 0 && !turn.isOver()) await this.#next(turn);
  }

  /** Who did not finish comes again after the others. */
  async #next(turn: Turn): Promise<void> {
    const teller = this.#left.shift();
    if (teller !== undefined && !(await teller.push(turn))) this.#left.push(teller);
    if (this.#left.length === 0) this.#lastAt = this.#ctx.clock.now();
  }
}
