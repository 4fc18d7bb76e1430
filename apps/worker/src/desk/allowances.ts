import type { Pin, SerialNumber } from '@biolistener/core';
import {
  DEVICE_USER,
  isStale,
  modifiedOf,
  nameOf,
  readUser,
  rowsToSend,
  type DeskSite,
  type Row,
} from '@biolistener/erpnext';
import type { DeskContext } from './deps.ts';
import { failed, type Outcome } from './outcome.ts';

/** stale: somebody saved the user in between. */
export type Allowance = 'allowed' | 'not-enabled' | 'missing' | 'stale';

interface Users {
  apply(document: Row): Promise<void>;
  ensure(pin: Pin): Promise<unknown>;
}

/** Allows people on devices, in Desk itself: the table there is what counts. */
export class Allowances {
  readonly #ctx: Pick<DeskContext, 'site'>;
  readonly #site: DeskSite;
  readonly #users: Users;

  constructor(ctx: Pick<DeskContext, 'site'>, site: DeskSite, users: Users) {
    this.#ctx = ctx;
    this.#site = site;
    this.#users = users;
  }

  /** `user`: the name of the document. Nothing is added for somebody who is not enabled: it would be wanted nowhere. */
  async allow(user: string, serialNumbers: readonly SerialNumber[]): Promise<Allowance> {
    const document = await this.#site.find(DEVICE_USER, user);
    const decision = document && readUser(document);
    if (document === undefined || decision === undefined) return 'missing';
    if (!decision.isEnabled) return 'not-enabled';
    const lacking = serialNumbers.filter((each) => !decision.isEverywhere && !decision.devices.includes(each));
    if (lacking.length > 0 && !(await this.#add(document, lacking))) return 'stale';
    const fresh = lacking.length > 0 ? await this.#site.find(DEVICE_USER, user) : document;
    if (fresh !== undefined) await this.#users.apply(fresh);
    return 'allowed';
  }

  /** Allows somebody; answers why not, where they are not. */
  async objection(user: Pin, serialNumbers: readonly SerialNumber[]): Promise<Outcome | undefined> {
    const isKnown = (await this.#users.ensure(user)) !== undefined;
    const allowed = isKnown ? await this.allow(user, serialNumbers) : 'missing';
    if (allowed === 'allowed') return undefined;
    if (allowed === 'stale') return { kind: 'again' };
    return failed(
      allowed === 'missing' ? 'This user is not known, or the employee left.' : 'This user is not enabled.',
    );
  }

  async #add(document: Row, serialNumbers: readonly SerialNumber[]): Promise<boolean> {
    const { rows } = rowsToSend(document, new Map(), this.#ctx.site.zone());
    const devices = [...rows, ...serialNumbers.map((device) => ({ device }))];
    try {
      await this.#site.update(DEVICE_USER, nameOf(document), { devices, modified: modifiedOf(document) });
      return true;
    } catch (error) {
      if (isStale(error)) return false;
      throw error;
    }
  }
}
