import type { Store } from '../contract/index.ts';

/** One empty store of the implementation under test, and what the suite may do to it. */
export interface Place {
  /** Opens it, any number of times at once. */
  open(): Promise<Store>;
  /** Opens it with room for roughly so many more bytes: what does not fit must fail as on a full disk. */
  openSmall(bytes: number): Promise<Store>;
  /** Text that lets `opener` open the same store in another process. */
  readonly handle: string;
  /** URL of a module that exports `open(handle: string): Promise<Store>`. */
  readonly opener: string;
  remove(): Promise<void>;
}

export interface Harness {
  create(): Promise<Place>;
}

/** What a subject of the suite works with: a fresh store for each test. */
export interface Subject {
  readonly store: Store;
  readonly place: Place;
}

/** For what a test knows to be there. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test expected a value here');
  return value;
}
