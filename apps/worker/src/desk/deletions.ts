import { runTimeSettings } from '@biolistener/config';
import { isDoubtful, missingWords, writeMissing } from '@biolistener/erpnext';
import type { DeskContext } from './deps.ts';

const CONFIRM = 'desk.confirm_deleted';

/**
 * Whether what a full listing lacks was deleted. Compared with the store, which outlives the process: a right that was taken
 * away, or another site at the same address, looks like everything deleted.
 */
export class Deletions {
  readonly #ctx: DeskContext;
  /** By DocType, as it was last said. */
  readonly #doubts = new Map<string, string>();

  constructor(ctx: DeskContext) {
    this.#ctx = ctx;
  }

  /** To be listed again soon: rights may be back, or somebody confirmed it. */
  isInDoubt(doctype: string): boolean {
    return this.#doubts.has(doctype);
  }

  async areBelieved(doctype: string, missing: number, listed: number): Promise<boolean> {
    const { store, targetId } = this.#ctx;
    const isBelieved = !isDoubtful(missing, listed) || (await this.#isConfirmed(doctype, missing));
    if (isBelieved) this.#doubts.delete(doctype);
    else this.#say(doctype, missing, listed);
    await writeMissing(store, targetId, doctype, isBelieved ? undefined : { missing, listed });
    return isBelieved;
  }

  /** Exactly so many, once. */
  async #isConfirmed(doctype: string, missing: number): Promise<boolean> {
    const { store, log } = this.#ctx;
    if (runTimeSettings(await store.listSettings())[CONFIRM] !== missing) return false;
    await store.setSetting(CONFIRM, null, 'desk:confirmed');
    log.warn({ doctype, missing }, 'somebody confirmed that they are deleted');
    return true;
  }

  #say(doctype: string, missing: number, listed: number): void {
    const words = missingWords({ doctype, missing, listed });
    if (this.#doubts.get(doctype) === words) return;
    this.#doubts.set(doctype, words);
    this.#ctx.log.warn(
      { doctype, missing, listed },
      `${words}. Give the rights back, or, if they are deleted indeed: biolistener config set ${CONFIRM} ${missing}`,
    );
  }
}
