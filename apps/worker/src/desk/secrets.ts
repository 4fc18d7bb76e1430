import { asPin, messageOf, type Instant, type Pin, type SerialNumber } from '@biolistener/core';
import { DEVICE, DEVICE_USER, isRefusedKey, modifiedOf, nameOf, type DeskSite, type Row } from '@biolistener/erpnext';
import { commKeySetting, parseCommKey } from '@biolistener/pull';
import { openPassword, openWebhookSecret, sealPassword, sealWebhookSecret } from '@biolistener/security';
import type { DeskContext } from './deps.ts';
import { isOfOneDocument } from './one-document.ts';

/** How often it is tried again whether secrets may be read: somebody may have given the right. */
const CLOSED_MS = 600_000;
const CLOSED =
  'cannot be read by Biolistener: its user is no System Manager. Set it by the command line of Biolistener instead.';
const LABELS = { comm_key: 'Comm Key', password: 'Password' } as const;
const PASSWORD = /^[\x21-\x7e]{1,24}$/;

/** Of one password field, since the last look at the document. */
type Typed =
  | { readonly kind: 'same' | 'emptied' }
  | { readonly kind: 'secret'; readonly secret: string }
  /** There is one, and it cannot be read. */
  | { readonly kind: 'unread'; readonly why: string; readonly againAt: Instant };

export interface SecretTrouble {
  /** What a person must know, if anything. */
  readonly words: string | undefined;
  /** When to look again although nobody saved the document; undefined: a person must type it anew. */
  readonly againAt: Instant | undefined;
}

/**
 * Passwords that people type in Desk. A document shows asterisks; what is behind them Frappe gives to System Managers alone
 * (docs/install-erpnext.md#comm-keys-and-passwords). Kept sealed, and neither logged nor held.
 */
export class DeskSecrets {
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  #closedUntil = 0;

  constructor(ctx: DeskContext, site: DeskSite) {
    this.#ctx = ctx;
    this.#site = site;
  }

  /** The communication key of a terminal that is called. */
  async commKey(row: Row, serialNumber: SerialNumber, actor: string): Promise<SecretTrouble | undefined> {
    const { store, vault } = this.#ctx;
    if (vault === undefined) return undefined;
    const name = commKeySetting(serialNumber);
    const stored = (await store.listSettings()).find(({ key }) => key === name)?.value;
    const trouble = await this.#take(row, DEVICE, 'comm_key', async (typed) => {
      const key = typed === undefined ? undefined : parseCommKey(typed);
      if (typed !== undefined && key === undefined) return 'The Comm Key must be a number of at most six digits.';
      const text = key === undefined || key === 0 ? undefined : String(key);
      if (text === openWebhookSecret(vault, stored)) return undefined;
      await store.setSetting(name, text === undefined ? null : sealWebhookSecret(vault, text), actor);
      return undefined;
    });
    const isSetElsewhere = trouble?.words === `The Comm Key ${CLOSED}` && stored !== undefined && stored !== null;
    return isSetElsewhere ? { ...trouble, words: undefined } : trouble;
  }

  /** What a person types at a terminal. */
  async password(document: Row, pin: Pin, personId: string, actor: string): Promise<SecretTrouble | undefined> {
    const { store, vault, clock } = this.#ctx;
    if (vault === undefined) return undefined;
    return this.#take(document, DEVICE_USER, 'password', async (typed) => {
      if (typed !== undefined && !PASSWORD.test(typed))
        return 'The Password must have 1 to 24 plain letters, digits or signs.';
      const sealed = await store.findPassword(personId);
      if (typed === (sealed === undefined ? undefined : openPassword(vault, sealed))) return undefined;
      const password = typed === undefined ? null : sealPassword(vault, typed);
      await store.putPerson({ pin: asPin(pin), password, origin: 'desk' }, actor, clock.now());
      return undefined;
    });
  }

  async #take(
    row: Row,
    doctype: string,
    field: keyof typeof LABELS,
    use: (typed: string | undefined) => Promise<string | undefined>,
  ): Promise<SecretTrouble | undefined> {
    const typed = await this.#typed(row, doctype, field);
    if (typed.kind === 'same') return undefined;
    if (typed.kind === 'unread') return { words: `The ${LABELS[field]} ${typed.why}`, againAt: typed.againAt };
    const words = await use(typed.kind === 'secret' ? typed.secret : undefined);
    if (words !== undefined) return { words, againAt: undefined };
    await this.#remember(row, doctype, typed.kind === 'secret');
    return undefined;
  }

  async #typed(row: Row, doctype: string, field: string): Promise<Typed> {
    const { store, clock, pace } = this.#ctx;
    const before = await store.getCursor(this.#cursor(doctype, row));
    const shown = row[field];
    if (typeof shown !== 'string' || shown === '')
      return { kind: before === undefined || before === '' ? 'same' : 'emptied' };
    if (before === modifiedOf(row)) return { kind: 'same' };
    const closed = (): Typed => ({ kind: 'unread', why: CLOSED, againAt: this.#closedUntil });
    if (clock.now() < this.#closedUntil) return closed();
    try {
      return { kind: 'secret', secret: await this.#site.password(doctype, nameOf(row), field) };
    } catch (error) {
      if (isOfOneDocument(error)) {
        const why = `cannot be read: ${messageOf(error)}. Type it anew.`;
        return { kind: 'unread', why, againAt: clock.now() + pace.settledUserMs };
      }
      if (!isRefusedKey(error)) throw error;
      this.#closedUntil = clock.now() + CLOSED_MS;
      return closed();
    }
  }

  #remember(row: Row, doctype: string, isThere: boolean): Promise<void> {
    return this.#ctx.store.setCursor(this.#cursor(doctype, row), isThere ? modifiedOf(row) : '');
  }

  #cursor(doctype: string, row: Row): string {
    return `desk-secret.${this.#ctx.targetId}.${doctype}.${nameOf(row)}`;
  }
}
