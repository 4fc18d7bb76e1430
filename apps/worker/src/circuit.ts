import type { Failure, FailureKind } from '@biolistener/erpnext';
import { backoffMs, DELIVERY_BACKOFF } from '@biolistener/queue';

export interface CircuitStatus {
  /** half-open: one request is let through to see. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** For people; undefined when closed. */
  readonly reason: string | undefined;
  readonly since: number;
  readonly retryAt: number | undefined;
  /** Probes that failed since it opened. */
  readonly failures: number;
}

export interface CircuitDeps {
  now(): number;
  random(): number;
  /** After each change of state. */
  onChange(status: CircuitStatus): void;
}

/** These tell enough at the first time; of the others it takes some in a row, because one deadlock is not an outage. */
const OPENS_AT_ONCE: ReadonlySet<FailureKind> = new Set([
  'unreachable',
  'throttled',
  'maintenance',
  'key-refused',
  'not-there',
]);
const IN_A_ROW = 3;
const LONGEST_RETRY_AFTER_MS = 15 * 60_000;

const WORDS: Readonly<Partial<Record<FailureKind, string>>> = {
  unreachable: 'The site cannot be reached',
  'no-answer': 'The site does not answer in time',
  throttled: 'The site asks to slow down',
  maintenance: 'The site is in maintenance',
  'server-busy': 'The site is overloaded or out of order',
  'key-refused': 'The site refuses our key or its rights; a person must act',
  'not-there': 'The address leads to no site with Frappe HR; a person must act',
};

/**
 * Whether requests may go to the site now. Open: none. Half-open: one, to see. The caller pauses its queue on
 * `onChange`, so that no job is burnt against a site that is down (docs/delivery.md#circuit).
 */
export class Circuit {
  readonly #deps: CircuitDeps;
  #status: CircuitStatus;
  #inARow = 0;
  #isProbing = false;
  #succeededAt = -Infinity;

  constructor(deps: CircuitDeps) {
    this.#deps = deps;
    this.#status = { state: 'closed', reason: undefined, since: deps.now(), retryAt: undefined, failures: 0 };
  }

  status(): CircuitStatus {
    return this.#status;
  }

  /** Takes the right to make one request; true must be followed by `succeeded`, `failed` or `gaveBack`. */
  take(): boolean {
    if (this.#status.state === 'closed') return true;
    if (this.#status.state === 'open' || this.#isProbing) return false;
    this.#isProbing = true;
    return true;
  }

  /** The site answered, whatever it said about the one punch. */
  succeeded(): void {
    this.#succeededAt = this.#deps.now();
    this.#inARow = 0;
    this.#isProbing = false;
    if (this.#status.state !== 'closed') this.#move('closed', undefined, undefined, 0);
  }

  succeededWithin(ms: number): boolean {
    return this.#deps.now() - this.#succeededAt <= ms;
  }

  /** No request was made after all. */
  gaveBack(): void {
    this.#isProbing = false;
  }

  failed(failure: Failure): void {
    this.#inARow += 1;
    const wasProbe = this.#status.state === 'half-open';
    this.#isProbing = false;
    if (this.#status.state === 'open') return; // a straggler from before it opened
    if (!wasProbe && !OPENS_AT_ONCE.has(failure.kind) && this.#inARow < IN_A_ROW) return;
    const failures = this.#status.failures + 1;
    const asked = Math.min(failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    const wait = Math.max(
      asked,
      backoffMs(DELIVERY_BACKOFF, failures, () => this.#deps.random()),
    );
    const reason = `${WORDS[failure.kind] ?? 'The site fails'} (${failure.text})`;
    this.#move('open', reason, this.#deps.now() + wait, failures);
  }

  /** To be called when `retryAt` has come. */
  tryAgain(): void {
    if (this.#status.state !== 'open' || this.#deps.now() < (this.#status.retryAt ?? 0)) return;
    this.#move('half-open', this.#status.reason, undefined, this.#status.failures);
  }

  #move(
    state: CircuitStatus['state'],
    reason: string | undefined,
    retryAt: number | undefined,
    failures: number,
  ): void {
    const since = state === 'closed' || this.#status.state === 'closed' ? this.#deps.now() : this.#status.since;
    this.#status = { state, reason, since, retryAt, failures };
    this.#deps.onChange(this.#status);
  }
}
