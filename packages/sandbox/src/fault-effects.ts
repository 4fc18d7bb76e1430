import type { Fault } from './faults.ts';
import { authenticationFailure } from './failures.ts';
import { FrappeError, PageError } from './frappe-error.ts';

/** The proxy's own page, as nginx words it. */
function proxyPage(status: number, reason: string): PageError {
  const title = `${status} ${reason}`;
  const html = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return new PageError(status, reason, '', html);
}

const sessionStopped = (): FrappeError =>
  new FrappeError({ status: 503, type: 'SessionStopped', text: 'Session Stopped', isThrown: true });

function readOnly(): FrappeError {
  const message =
    'Site is running in read only mode for maintenance or site update, this action can not be performed right now.';
  return new FrappeError({
    status: 503,
    type: 'InReadOnlyMode',
    text: message,
    messages: [{ message }],
    isThrown: true,
  });
}

/** Headers of erpnext-contract.md §1.5: microseconds of processing, seconds to the window's end. */
const rateLimited = (retryAfter: number): FrappeError =>
  new FrappeError({
    status: 429,
    type: 'TooManyRequestsError',
    text: '',
    headers: {
      'Retry-After': String(retryAfter),
      'X-RateLimit-Limit': '60000000',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(retryAfter),
      'X-RateLimit-Used': '60000000',
    },
  });

/** An outage as its page, or as the class that Python names. */
function broken({ status, exception, text = '' }: Extract<Fault, { kind: 'broken' }>): Error {
  if (exception === undefined) return proxyPage(status, text);
  const dot = exception.lastIndexOf('.');
  return new FrappeError({
    status,
    type: exception.slice(dot + 1),
    text,
    module: exception.slice(0, Math.max(0, dot)),
  });
}

const databaseFailure = (type: string, code: string): FrappeError => new FrappeError({ status: 500, type, text: code });

/** The failure that a fault makes of a request, if it makes one. */
function failureOf(fault: Fault, isWrite: boolean): Error | undefined {
  switch (fault.kind) {
    case 'bad-gateway':
      return proxyPage(502, 'Bad Gateway');
    case 'unavailable':
      return proxyPage(503, 'Service Temporarily Unavailable');
    case 'gateway-timeout':
      return proxyPage(504, 'Gateway Time-out');
    case 'broken':
      return broken(fault);
    case 'maintenance':
      return sessionStopped();
    case 'read-only':
      return isWrite ? readOnly() : undefined;
    case 'rate-limit':
      return rateLimited(fault.retryAfterSeconds);
    case 'unauthorized':
      return authenticationFailure();
    case 'deadlock':
      return isWrite
        ? databaseFailure(
            'QueryDeadlockError',
            "(1213, 'Deadlock found when trying to get lock; try restarting transaction')",
          )
        : undefined;
    case 'lock-timeout':
      return isWrite
        ? databaseFailure('QueryTimeoutError', "(1205, 'Lock wait timeout exceeded; try restarting transaction')")
        : undefined;
    default:
      return undefined;
  }
}

/** Throws the first failure that the faults of a request ask for. */
export function refuseBy(faults: readonly Fault[], verb: string): void {
  const isWrite = verb !== 'GET' && verb !== 'HEAD';
  for (const fault of faults) {
    const failure = failureOf(fault, isWrite);
    if (failure !== undefined) throw failure;
  }
}

export const has = (faults: readonly Fault[], kind: Fault['kind']): boolean =>
  faults.some((fault) => fault.kind === kind);

/** Waits of one kind, added up. */
export const delayOf = (faults: readonly Fault[], kind: 'delay' | 'delay-answer'): number =>
  faults.reduce((sum, fault) => sum + (fault.kind === kind ? fault.ms : 0), 0);

/** Holds requests until enough of them are in: the meeting point of `race`. */
export class Gate {
  private readonly waiting = new Map<Fault, { open: () => void; promise: Promise<void>; parties: number }>();
  private readonly timers = new Set<NodeJS.Timeout>();

  async pass(fault: Extract<Fault, { kind: 'race' }>): Promise<void> {
    let meeting = this.waiting.get(fault);
    if (!meeting) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const open = (): void => {
        clearTimeout(timer);
        this.timers.delete(timer);
        this.waiting.delete(fault);
        resolve(undefined);
      };
      const timer = setTimeout(open, fault.ms);
      this.timers.add(timer);
      meeting = { open, promise, parties: 0 };
      this.waiting.set(fault, meeting);
    }
    meeting.parties += 1;
    if (fault.parties !== undefined && meeting.parties >= fault.parties) meeting.open();
    await meeting.promise;
  }

  /** Opens every meeting point, for stopping. */
  openAll(): void {
    for (const meeting of [...this.waiting.values()]) meeting.open();
  }
}
