/** What came of carrying out an order. */
export type Outcome =
  | { readonly kind: 'closed'; readonly status: 'Success' | 'Failed' | 'Closed'; readonly words: string }
  /** What becomes of it is read off its commands or the roster; `note` is said before what those say. */
  | { readonly kind: 'under-way'; readonly commandIds: readonly string[]; readonly note?: string }
  /** A part of it is done: the next with the next look. */
  | { readonly kind: 'going-on'; readonly words: string }
  /** Somebody saved a document in between: once more with the next look. */
  | { readonly kind: 'again' };

export const done = (words: string): Outcome => ({ kind: 'closed', status: 'Success', words });
export const failed = (words: string): Outcome => ({ kind: 'closed', status: 'Failed', words });
export const UNDER_WAY: Outcome = { kind: 'under-way', commandIds: [] };
