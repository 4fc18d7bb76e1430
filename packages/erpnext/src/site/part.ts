import type { SiteDoc } from './document.ts';

/** One document that a site is to have. Only what is named here is compared and written; the rest is the site's own. */
export interface SitePart {
  /** DocType of the document: `Client Script`. */
  readonly object: string;
  /** Its name on the site, and in what people read. */
  readonly name: string;
  readonly wanted: SiteDoc;
  /** Child tables, with the columns that tell one row from another. Rows that we do not name stay as they are. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** Sent when the document is made, and never looked at again: a first name. */
  readonly onCreate?: SiteDoc;
  /** How to find it where its name is not ours to choose (Webhook on v14). */
  readonly findBy?: readonly (readonly [field: string, operator: string, value: string])[];
  /** Nobody but us makes it: half of it, left by a run that broke off, is no person's work. */
  readonly isOurs?: boolean;
  /** Of the same document as an earlier part, once that and others are there. */
  readonly isAddition?: boolean;
  /** A right that this needs beyond System Manager, and what is lost without it. */
  readonly needsRole?: { readonly role: string; readonly otherwise: string };
  /** Sent with every write. A function, so that no print of a plan can hold it. */
  readonly secrets?: () => SiteDoc;
  /** Fingerprint of the secret, which no site gives back to compare (contract §2.1). */
  readonly secretMark?: string;
}

export const partKey = (part: Pick<SitePart, 'object' | 'name' | 'isAddition'>): string =>
  `${part.object}/${part.name}${part.isAddition ? '+' : ''}`;
