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

/** Many calls in one message, or null: finish what came before, close and end. */
export type ToWriter = readonly Call[] | null;
/** Once at the start whether it opened, then many answers in one message. */
export type FromWriter = 'ready' | { readonly failed: Failure } | readonly Reply[];
