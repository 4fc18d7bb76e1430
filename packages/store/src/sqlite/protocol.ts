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
/** Once at the start whether it opened, then many answers in one message, those to plain calls as JSON. */
export type FromWriter = { readonly isOpen: true } | { readonly failed: Failure } | readonly Reply[] | string;

/** Written a moment ago at the other end of the channel, by this version, in this process. */
export const callsOfMessage = (message: readonly Call[] | string): readonly Call[] =>
  typeof message === 'string' ? (JSON.parse(message) as readonly Call[]) : message;
export const repliesOfMessage = (message: readonly Reply[] | string): readonly Reply[] =>
  typeof message === 'string' ? (JSON.parse(message) as readonly Reply[]) : message;
