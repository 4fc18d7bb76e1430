import type { Failure } from './failures.ts';
import type { Limits, OperationName } from './operations.ts';

/** What the writer thread is started with. */
export interface WriterData {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly limits: Limits;
  readonly maxPages: number | undefined;
}

/** One write: its number on this channel, what to do, with what. */
export type Call = readonly [id: number, name: OperationName, args: readonly unknown[]];
/** One answer: the number of its call and either a value or a failure. */
export type Reply = readonly [id: number, value: unknown, failure?: Failure];

/**
 * Calls whose arguments and answers are plain data, and that come by the thousand. When a message holds nothing else, it
 * crosses as one JSON text, and so do their answers: copying a text between threads costs next to nothing, copying that
 * many small lists and objects costs more than the rows that they become.
 */
const PLAIN: ReadonlySet<OperationName> = new Set(['commitSmallUpload', 'noteContacts']);
export const isPlain = ([, name]: Call): boolean => PLAIN.has(name);

/** Many calls in one message, plain ones as JSON, or null: finish what came before, close and end. */
export type ToWriter = readonly Call[] | string | null;
/** Once at the start whether it opened, then many answers in one message, those to plain calls as JSON of `Shared`. */
export type FromWriter = { readonly isOpen: true } | { readonly failed: Failure } | readonly Reply[] | string;

/** The answer to several calls in a row that are answered with the very same: nearly all uploads are. */
type Shared = readonly [ids: number[], value: unknown, failure?: Failure];

/** Written a moment ago at the other end of the channel, by this version, in this process. */
export const callsOfMessage = (message: readonly Call[] | string): readonly Call[] =>
  typeof message === 'string' ? (JSON.parse(message) as readonly Call[]) : message;

/** Plain answers as one text. */
export function textOfReplies(replies: readonly Reply[]): string {
  const shared: Shared[] = [];
  for (const [id, value, failure] of replies) {
    const before = shared.at(-1);
    if (before && failure === undefined && before[2] === undefined && before[1] === value) before[0].push(id);
    else shared.push(failure === undefined ? [[id], value] : [[id], value, failure]);
  }
  return JSON.stringify(shared);
}

/** Each answer of a message; those that share one are given the same object. */
export function eachReply(
  message: readonly Reply[] | string,
  take: (id: number, value: unknown, failure: Failure | undefined) => void,
): void {
  if (typeof message !== 'string') for (const [id, value, failure] of message) take(id, value, failure);
  else
    for (const [ids, value, failure] of JSON.parse(message) as readonly Shared[])
      for (const id of ids) take(id, value, failure);
}
