import { BiolistenerError } from '@biolistener/core';
import { ERPNEXT_ERRORS, type ErpNextErrorCode } from './errors.ts';
import { isOutage } from './outage.ts';
import { isRecord, plainText, readServerWords, type ServerWords } from './server-text.ts';

/** What went wrong with one request, sorted by what to do next. docs/delivery.md explains each kind. */
export type FailureKind =
  | 'unreachable' // nothing was sent: no such host, connection refused, bad certificate
  | 'no-answer' // it was sent, and nobody knows what became of it
  | 'throttled' // 429: asked to come back later
  | 'maintenance' // the site is being updated
  | 'server-busy' // 502, deadlock, no database: passes by itself
  | 'key-refused' // 401, 403: a person must act
  | 'not-there' // no site, no Frappe HR, a page that is not ERPNext
  | 'duplicate' // the site has it already
  | 'inactive-employee'
  | 'employee-missing' // the employee was renamed or deleted
  | 'missing' // 404 of one document
  | 'refused'; // any other no

export interface Failure {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly excType: string | undefined;
  /** For people; no secrets, no HTML. */
  readonly text: string;
  readonly html: string;
  readonly retryAfterMs: number | undefined;
  /** False only when the site cannot have acted on the request. */
  readonly mayHaveArrived: boolean;
}

/** These say nothing about the one punch but about the way to the site: the circuit opens, nothing is parked. */
const OF_THE_SITE: ReadonlySet<FailureKind> = new Set([
  'unreachable',
  'no-answer',
  'throttled',
  'maintenance',
  'server-busy',
  'key-refused',
  'not-there',
]);
export const isOfTheSite = (failure: Failure): boolean => OF_THE_SITE.has(failure.kind);

const CODES: Readonly<Record<FailureKind, ErpNextErrorCode>> = {
  unreachable: 'ERPNEXT_UNREACHABLE',
  'no-answer': 'ERPNEXT_UNREACHABLE',
  throttled: 'ERPNEXT_BUSY',
  maintenance: 'ERPNEXT_BUSY',
  'server-busy': 'ERPNEXT_BUSY',
  'key-refused': 'ERPNEXT_KEY_REFUSED',
  'not-there': 'ERPNEXT_NOT_THERE',
  duplicate: 'ERPNEXT_REFUSED',
  'inactive-employee': 'ERPNEXT_REFUSED',
  'employee-missing': 'ERPNEXT_REFUSED',
  missing: 'ERPNEXT_REFUSED',
  refused: 'ERPNEXT_REFUSED',
};

/** A request that did not succeed. Carries no request, so that no key can reach a log. */
export class RequestFailed extends BiolistenerError {
  readonly failure: Failure;

  constructor(failure: Failure) {
    const code = CODES[failure.kind];
    super(code, ERPNEXT_ERRORS[code].kind, failure.text);
    this.name = 'RequestFailed';
    this.failure = failure;
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

const DUPLICATE_TEXT = 'This employee already has a log with the same timestamp';

const BY_CLASS: Readonly<Record<string, FailureKind>> = {
  AuthenticationError: 'key-refused',
  PermissionError: 'key-refused',
  InvalidAuthorizationToken: 'key-refused',
  SessionStopped: 'maintenance',
  InReadOnlyMode: 'maintenance',
  TooManyRequestsError: 'throttled',
  RateLimitExceededError: 'throttled',
  QueryDeadlockError: 'server-busy',
  QueryTimeoutError: 'server-busy',
  TimestampMismatchError: 'server-busy',
  DocumentLockedError: 'server-busy',
  InactiveEmployeeStatusError: 'inactive-employee',
  UniqueValidationError: 'duplicate',
};

/** Texts decide where v14 or a site without tracebacks leaves the class out, or where the class says too little. */
const BY_TEXT: readonly (readonly [pattern: RegExp, kind: FailureKind])[] = [
  [new RegExp(DUPLICATE_TEXT, 'i'), 'duplicate'],
  [/must be unique/i, 'duplicate'],
  [/Transactions cannot be created for an Inactive Employee/i, 'inactive-employee'],
  // user permissions of the API user hide this one employee; others may well be allowed (contract §3.4)
  [/not allowed to access this .+ record because it is linked to/i, 'refused'],
  [/Could not find Employee:/i, 'employee-missing'],
  [/DocType .+ not found|App hrms is not installed|Module import failed for/i, 'not-there'],
  [/Deadlock found|Lock wait timeout/i, 'server-busy'],
];

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: 'key-refused',
  403: 'key-refused',
  404: 'missing',
  405: 'not-there',
  407: 'not-there',
  408: 'no-answer',
  429: 'throttled',
  502: 'server-busy',
  503: 'maintenance',
  504: 'no-answer',
  // of Cloudflare: the site behind it did not answer
  522: 'no-answer',
  524: 'no-answer',
};

/** A page, or any other status than 500, is nobody's word on a document. */
const ofServer = (status: number, words: ServerWords, isJson: boolean): FailureKind =>
  status === 500 && isJson && !isOutage(words) ? 'refused' : 'server-busy';

function kindOf(status: number, words: ServerWords, isJson: boolean): FailureKind {
  // a page where JSON is due: a proxy, a wrong site name, a sign-in page (contract §1.3, §1.4)
  if (!isJson && (status < 400 || status === 404)) return 'not-there';
  if (status === 429) return 'throttled';
  const byText = BY_TEXT.find(([pattern]) => pattern.test(words.text))?.[1];
  if (byText !== undefined && status >= 400) return byText;
  const byClass = words.excType === undefined ? undefined : BY_CLASS[words.excType];
  // ImportError of a DocType is what a missing Frappe HR looks like (contract §2.4)
  if (words.excType === 'ImportError') return 'not-there';
  return byClass ?? BY_STATUS[status] ?? (status < 500 ? 'refused' : ofServer(status, words, isJson));
}

/** `Retry-After` in seconds or as a date; undefined when it is neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const NEVER_ACTED: ReadonlySet<FailureKind> = new Set(['key-refused', 'throttled', 'not-there']);

/**
 * Sorts an answer that is no success: exc_type, then exception class and texts, then status (contract §2.4).
 * A refusal with status 4xx or a 503 from Frappe itself rolled back; what a proxy says leaves it open.
 */
export function sortAnswer(answer: RawAnswer, now: number): Failure {
  const isJson = isRecord(answer.body);
  const words = readServerWords(answer.body);
  const kind = kindOf(answer.status, words, isJson);
  const isProxyWord = answer.status >= 500 && !(isJson && kind === 'maintenance');
  return {
    kind,
    status: answer.status,
    excType: words.excType,
    text: plainText(`HTTP ${answer.status}${words.text === '' ? '' : `: ${words.text}`}`),
    html: words.html,
    retryAfterMs: readRetryAfter(answer.retryAfter, now),
    mayHaveArrived: isProxyWord && !NEVER_ACTED.has(kind),
  };
}

/** Codes of failures before the first byte of the request left. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ERR_INVALID_URL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)/;

/** Sorts a request that got no answer at all. */
export function sortSilence(error: unknown): Failure {
  const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown';
  const wasSent = !NOT_SENT.test(code);
  const reason = error instanceof Error ? error.message : code;
  return {
    kind: wasSent ? 'no-answer' : 'unreachable',
    status: undefined,
    excType: undefined,
    text: plainText(wasSent ? `no answer (${code}): ${reason}` : `cannot be reached (${code}): ${reason}`),
    html: '',
    retryAfterMs: undefined,
    mayHaveArrived: wasSent,
  };
}
