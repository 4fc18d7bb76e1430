import type { LeaseStore, RosterMark, RosterStore } from '@biolistener/store';
import type { Redis } from 'ioredis';
import type { JobQueue } from './job-queue.ts';
import type { ConvergePayload } from './jobs.ts';
import { isReady } from './redis.ts';
import { rebuildIfForgotten, RelayLoop, type RelayStatus } from './relay-loop.ts';

export type RosterRelayStore = LeaseStore & Pick<RosterStore, 'listMarks'>;

export interface RosterRelayDeps {
  readonly store: RosterRelayStore;
  readonly queue: JobQueue<ConvergePayload>;
  readonly redis: Redis;
  readonly now: () => number;
  readonly onRebuilt: (marks: number) => void;
  /** Told once per new text, not once per round. */
  readonly onTrouble: (message: string) => void;
}

export interface RosterRelayStatus extends RelayStatus {
  /** Marks that waited at the last round; no more than the relay looks at at once. */
  readonly waiting: number;
}

const NAME = 'roster';
/** More than this waits in the store. */
const MOST_IN_REDIS = 2000;
/** A job that did nothing for so long was lost, or is so slow that once more does no harm. */
const STALE_AFTER_MS = 30_000;
/** From so many terminals of one person on, the person is looked at as a whole: its records are then read once. */
const MANY_CELLS = 8;

/**
 * Carries marks of the roster from the store to Redis. A mark stays in the store until what it names was looked at, so
 * whatever Redis forgets is added again; adding twice is harmless, because the job id is the mark's.
 */
export class RosterRelay {
  readonly #deps: RosterRelayDeps;
  readonly #loop: RelayLoop;
  /** When each mark of the last round was queued. In memory only: who starts anew queues everything once more. */
  #queuedAt = new Map<string, number>();

  constructor(deps: RosterRelayDeps) {
    const { store, now, onTrouble } = deps;
    this.#deps = deps;
    this.#loop = new RelayLoop({ store, leaseName: `relay:${NAME}`, now, onTrouble, work: () => this.#work() });
  }

  start(): void {
    this.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  nudge(): void {
    this.#loop.nudge();
  }

  round(): Promise<void> {
    return this.#loop.round();
  }

  status(): RosterRelayStatus {
    return { ...this.#loop.status(), waiting: this.#queuedAt.size };
  }

  async #work(): Promise<void> {
    const { store, redis, now } = this.#deps;
    if (!isReady(redis)) return;
    await rebuildIfForgotten(redis, NAME, () => this.#forget());
    const marks = await store.listMarks(MOST_IN_REDIS);
    const known = this.#queuedAt;
    const freshAfter = now() - STALE_AFTER_MS;
    const due = marks.filter((mark) => (known.get(keyOf(mark)) ?? 0) <= freshAfter);
    await this.#deps.queue.add(gathered(due));
    const isDue = new Set(due.map(keyOf));
    this.#queuedAt = new Map(
      marks.map((mark) => [keyOf(mark), isDue.has(keyOf(mark)) ? now() : (known.get(keyOf(mark)) ?? 0)]),
    );
  }

  #forget(): Promise<void> {
    if (this.#queuedAt.size > 0) this.#deps.onRebuilt(this.#queuedAt.size);
    this.#queuedAt.clear();
    return Promise.resolve();
  }
}

const keyOf = ({ subject, version }: RosterMark): string => `${subject} ${version}`;

/** Marks as jobs; many cells of one person go as one job, which clears them all: see `coveredBy`. */
export function gathered(marks: readonly RosterMark[]): ConvergePayload[] {
  const cells = new Map<string, RosterMark[]>();
  for (const mark of marks) {
    const person = personOfCell(mark.subject);
    if (person === undefined) continue;
    const group = cells.get(person);
    if (group) group.push(mark);
    else cells.set(person, [mark]);
  }
  const many = [...cells].filter(([, group]) => group.length >= MANY_CELLS);
  const gone = new Set(many.flatMap(([, group]) => group));
  const whole = many.map(([person, group]) => ({
    subject: `cells:${person}`,
    version: Math.max(...group.map(({ version }) => version)),
  }));
  return [...whole, ...marks.filter((mark) => !gone.has(mark)).map(({ subject, version }) => ({ subject, version }))];
}

const personOfCell = (subject: string): string | undefined =>
  subject.startsWith('cell:') ? subject.slice(subject.lastIndexOf('|') + 1) : undefined;

/** The marks that a gathered job stands for, of those that are there: all cells of its person up to its version. */
export const coveredBy = (payload: ConvergePayload, marks: readonly RosterMark[]): RosterMark[] => {
  const person = payload.subject.slice('cells:'.length);
  return marks.filter((mark) => personOfCell(mark.subject) === person && mark.version <= payload.version);
};
