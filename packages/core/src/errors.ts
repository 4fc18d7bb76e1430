/** What to do next about an error, which is how errors are sorted here. See docs/errors.md. */
export type ErrorKind =
  | 'malformed' // bytes are wrong: keep them, answer in the terminal's words
  | 'transient' // it will pass: wait and try again
  | 'permanent' // it will not pass by itself: park it for a person
  | 'ours'; // a promise of ours is broken: fail loudly

export interface ErrorDescription {
  readonly kind: ErrorKind;
  /** One sentence: when this happens. */
  readonly when: string;
  /** One sentence: what a person can do. */
  readonly fix: string;
}

/** The codes of one package, each with its description; `errors.ts` in that package holds the list. */
export type ErrorCatalog = Readonly<Record<string, ErrorDescription>>;

/** Every failure that we raise on purpose. `code` is stable and searchable; the message is for people. */
export class BiolistenerError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;

  constructor(code: string, kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BiolistenerError';
    this.code = code;
    this.kind = kind;
  }
}

/**
 * Makes the raise function of one package.
 * The catalog decides the kind, so that a code cannot be transient in one place and permanent in another.
 */
export function errorsOf<C extends ErrorCatalog>(catalog: C) {
  return (code: keyof C & string, message: string, cause?: unknown): BiolistenerError => {
    const known = catalog[code];
    const kind = known === undefined ? 'ours' : known.kind;
    return new BiolistenerError(code, kind, message, cause === undefined ? undefined : { cause });
  };
}

export function isTransient(error: unknown): boolean {
  return error instanceof BiolistenerError && error.kind === 'transient';
}

/** The text of anything thrown, for logs and reasons; never its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
