import { messageOf, type SerialNumber } from '@biolistener/core';
import type { Person } from '@biolistener/store';
import type { Allowance, Allowances } from './allowances.ts';
import type { DeskContext } from './deps.ts';
import { isOfOneDocument } from './one-document.ts';

/** Each is a few requests, and other orders wait for them. */
const CHANGED_AT_ONCE = 5;
const LOOKED_AT_ONCE = 200;

export interface Copied {
  readonly users: number;
  /** Whom the site would not save. */
  readonly failed: number;
}

interface Progress extends Copied {
  readonly afterId: string | undefined;
}

const START: Progress = { afterId: undefined, users: 0, failed: 0 };

/**
 * Allows everybody of one device on others, a few with each step. After a restart it begins anew, which changes nothing of
 * those who are allowed there already.
 */
export class Everybody {
  readonly #ctx: Pick<DeskContext, 'store' | 'log'>;
  readonly #allowances: Allowances;
  readonly #progress = new Map<string, Progress>();

  constructor(ctx: Pick<DeskContext, 'store' | 'log'>, allowances: Allowances) {
    this.#ctx = ctx;
    this.#allowances = allowances;
  }

  forget(order: string): void {
    this.#progress.delete(order);
  }

  /** The next few of those who are allowed on the device: nobody gets in elsewhere who does not here. */
  async step(
    order: string,
    device: SerialNumber,
    to: readonly SerialNumber[],
  ): Promise<Copied & { readonly isDone: boolean }> {
    let progress = this.#progress.get(order) ?? START;
    const persons = await this.#personsAt(device, progress.afterId);
    let room = CHANGED_AT_ONCE;
    for (const person of persons) {
      if (documentOf(person) !== undefined && room-- === 0) break;
      const allowed = await this.#allow(person, to);
      if (allowed === 'stale') break; // once more with the next step
      progress = {
        afterId: person.id,
        users: progress.users + (allowed === 'allowed' ? 1 : 0),
        failed: progress.failed + (allowed === 'failed' ? 1 : 0),
      };
    }
    this.#progress.set(order, progress);
    const isAtEnd = persons.length === 0 || persons.at(-1)?.id === progress.afterId;
    return { ...progress, isDone: isAtEnd && persons.length < LOOKED_AT_ONCE };
  }

  #personsAt(serialNumber: SerialNumber, afterId: string | undefined): Promise<Person[]> {
    const after = afterId === undefined ? {} : { afterId };
    return this.#ctx.store.listPersons({ state: 'active', serialNumber, limit: LOOKED_AT_ONCE, ...after });
  }

  /** One whom the site will not save keeps nobody else from being copied. */
  async #allow(person: Person, to: readonly SerialNumber[]): Promise<Allowance | 'failed'> {
    const document = documentOf(person);
    if (document === undefined) return person.isEverywhere ? 'allowed' : 'missing';
    try {
      return await this.#allowances.allow(document, to);
    } catch (error) {
      if (!isOfOneDocument(error)) throw error;
      this.#ctx.log.warn({ person: person.id, reason: messageOf(error) }, 'a user cannot be allowed on more devices');
      return 'failed';
    }
  }
}

/** Whose table there is to be changed. */
const documentOf = ({ deskName, isEverywhere }: Person): string | undefined => (isEverywhere ? undefined : deskName);
