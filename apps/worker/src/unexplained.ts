import type { Failure } from '@biolistener/erpnext';
import type { Circuit } from './circuit.ts';

/** With the waits between them these take two minutes at least, and so longer than `AMONG_OTHERS_MS`. */
const MOST_TRIES = 8;
const AMONG_OTHERS_MS = 60_000;

/**
 * A 500 that names nothing is taken for trouble of the site. Where the site took others a moment ago and refuses this one again and
 * again, it is the document after all: a script of the site breaks on it, and v14 without tracebacks hides what broke.
 */
export const isOfTheDocument = (
  { status, excType }: Failure,
  attempts: number,
  circuit: Pick<Circuit, 'succeededWithin'>,
): boolean =>
  status === 500 && excType === undefined && attempts >= MOST_TRIES && circuit.succeededWithin(AMONG_OTHERS_MS);
