import { randomOf, type Random } from './random.ts';

/** What a fault does to the requests that it meets. */
export type FaultAction =
  /** Waits, then does its work and answers: the client may be gone by then, the write still happens. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Does its work and commits, then waits before it answers. */
  | { readonly kind: 'delay-answer'; readonly ms: number }
  /** Commits, then cuts the connection without an answer. */
  | { readonly kind: 'drop-after-commit' }
  /** Cuts the connection; nothing is stored. */
  | { readonly kind: 'drop-before-commit' }
  /** 502, 503 or 504 as an HTML page of the proxy. */
  | { readonly kind: 'bad-gateway' | 'unavailable' | 'gateway-timeout' }
  /** This status, as a page of something between; with a class, 500 as Frappe tells it: `pymysql.err.OperationalError`. */
  | { readonly kind: 'broken'; readonly status: number; readonly exception?: string; readonly text?: string }
  /** 503 SessionStopped for everything. */
  | { readonly kind: 'maintenance' }
  /** 503 InReadOnlyMode for writes; reads pass. */
  | { readonly kind: 'read-only' }
  | { readonly kind: 'rate-limit'; readonly retryAfterSeconds: number }
  /** 401 for a good key, as after a rotation that nobody told the client about. */
  | { readonly kind: 'unauthorized' }
  /** 500 QueryDeadlockError for writes; rolled back. */
  | { readonly kind: 'deadlock' }
  /** 500 QueryTimeoutError for writes; rolled back. */
  | { readonly kind: 'lock-timeout' }
  /**
   * Lets requests overlap: each has taken its snapshot and waits until `parties` of them are in, or `ms` have passed.
   * So identical punches all pass the duplicate check (erpnext-contract.md §3.5).
   */
  | { readonly kind: 'race'; readonly ms: number; readonly parties?: number }
  | WebhookFault;

/** What a fault does to webhook deliveries. Their `path` is a part of `DocType/name URL`; `method` means nothing. */
export type WebhookFault =
  /** Never sent, never logged. */
  | { readonly kind: 'webhook-drop' }
  /** Sent later; others overtake it. */
  | { readonly kind: 'webhook-delay'; readonly ms: number }
  /** Sent once more for each copy; 1 when absent. */
  | { readonly kind: 'webhook-duplicate'; readonly copies?: number }
  /** Kept back until there are `size` (2), or for `ms` (1000); then the last is sent first. */
  | { readonly kind: 'webhook-reorder'; readonly size?: number; readonly ms?: number }
  /** The try does not reach the receiver. */
  | { readonly kind: 'webhook-down' }
  /** The try does not reach the receiver; something between answers. */
  | { readonly kind: 'webhook-answer'; readonly status: number }
  /** The receiver has it, but its answer comes too late. */
  | { readonly kind: 'webhook-timeout' };

/** What a fault meets: requests to the site, deliveries of its webhooks, or their single tries. */
export type Reach = 'request' | 'delivery' | 'attempt';

function reachOf(kind: Fault['kind']): Reach {
  if (kind === 'webhook-down' || kind === 'webhook-answer' || kind === 'webhook-timeout') return 'attempt';
  return kind.startsWith('webhook-') ? 'delivery' : 'request';
}

export interface FaultScope {
  /** For `remove`; made up when absent. */
  readonly id?: string;
  /** Part of the decoded path, such as `Employee Checkin`; with `$` behind it, its end: `resource/Employee$` is no check-in. */
  readonly path?: string;
  readonly method?: string;
  /** Requests of this scope that pass before the fault starts. */
  readonly skip?: number;
  /** How many requests it meets; without end when absent. */
  readonly count?: number;
  /** Between 0 and 1; each request of this scope throws a seeded dice. */
  readonly probability?: number;
  readonly seed?: number;
}

export type Fault = FaultAction & FaultScope;

export interface FaultState {
  readonly id: string;
  readonly fault: Fault;
  /** Requests that it met so far. */
  readonly hits: number;
  readonly isSpent: boolean;
}

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  readonly random: Random;
  seen: number;
  hits: number;
}

const isSpent = ({ fault, hits }: Armed): boolean => fault.count !== undefined && hits >= fault.count;

const fits = (path: string, asked: string): boolean =>
  asked.endsWith('$') ? path.endsWith(asked.slice(0, -1)) : path.includes(asked);

function meets(armed: Armed, method: string, path: string): boolean {
  const { fault } = armed;
  if (isSpent(armed)) return false;
  if (method !== '' && fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path !== undefined && !fits(path, fault.path)) return false;
  armed.seen += 1;
  if (armed.seen <= (fault.skip ?? 0)) return false;
  if (fault.probability !== undefined && armed.random() >= fault.probability) return false;
  armed.hits += 1;
  return true;
}

/** The faults in force. Kept in memory only: a restarted sandbox has none. */
export class FaultList {
  private armed: Armed[] = [];
  private made = 0;

  add(fault: Fault): string {
    this.made += 1;
    const id = fault.id ?? `fault-${this.made}`;
    this.armed.push({ id, fault, random: randomOf(fault.seed ?? this.made), seen: 0, hits: 0 });
    return id;
  }

  remove(id: string): void {
    this.armed = this.armed.filter((armed) => armed.id !== id);
  }

  clear(): void {
    this.armed = [];
  }

  list(): FaultState[] {
    return this.armed.map((armed) => ({ id: armed.id, fault: armed.fault, hits: armed.hits, isSpent: isSpent(armed) }));
  }

  /** The faults that this request, delivery or try meets, each counted. `path` is decoded. */
  strike(method: string, path: string, reach: Reach = 'request'): Fault[] {
    const fit = this.armed.filter(({ fault }) => reachOf(fault.kind) === reach);
    return fit.filter((armed) => meets(armed, method, path)).map((armed) => armed.fault);
  }
}
