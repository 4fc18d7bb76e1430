import { describe, expect, test } from '@jest/globals';
import { isOfTheSite, readRetryAfter, RequestFailed, sortAnswer, sortSilence, type FailureKind } from './failure.ts';

const json = (status: number, body: object, retryAfter?: string) =>
  sortAnswer({ status, contentType: 'application/json', retryAfter, body }, 0);
const page = (status: number, body: string) =>
  sortAnswer({ status, contentType: 'text/html', retryAfter: undefined, body }, 0);
const messages = (...texts: string[]): string => JSON.stringify(texts.map((message) => JSON.stringify({ message })));

const DUPLICATE =
  'This employee already has a log with the same timestamp.<Br><a href="/app/Form/Employee Checkin/EMP-CKIN-03-2026-000001" style="font-weight: bold;">Employee Checkin Employee 00001</a>';

const operational = (inside: string): string => `pymysql.err.OperationalError: (${inside})`;

/** Rows of contract §2.4 and §3.2, with tracebacks on, off, and as v14 tells them. */
const ROWS: readonly (readonly [string, number, object, FailureKind])[] = [
  ['bad key', 401, { exc_type: 'AuthenticationError' }, 'key-refused'],
  ['bad key on v14', 401, { exception: 'frappe.exceptions.AuthenticationError' }, 'key-refused'],
  ['undecodable Basic', 400, { exc_type: 'InvalidAuthorizationToken' }, 'key-refused'],
  [
    'no right',
    403,
    { exc_type: 'PermissionError', _error_message: 'No permission for Employee Checkin' },
    'key-refused',
  ],
  ['no right on v14, tracebacks off', 403, {}, 'key-refused'],
  ['maintenance', 503, { exc_type: 'SessionStopped' }, 'maintenance'],
  ['read-only', 503, { exc_type: 'InReadOnlyMode' }, 'maintenance'],
  ['site rate limit', 429, { exc_type: 'TooManyRequestsError' }, 'throttled'],
  ['rate limit of one method', 429, { exc_type: 'RateLimitExceededError' }, 'throttled'],
  ['deadlock', 500, { exc_type: 'QueryDeadlockError' }, 'server-busy'],
  ['deadlock on v14', 500, { exception: 'frappe.exceptions.QueryDeadlockError: (1213, "x")' }, 'server-busy'],
  ['lock wait', 500, { exc_type: 'QueryTimeoutError' }, 'server-busy'],
  [
    'HRMS missing',
    500,
    { exc_type: 'ImportError', exception: 'ImportError: Module import failed for Employee Checkin' },
    'not-there',
  ],
  [
    'DocType missing',
    404,
    { exc_type: 'DoesNotExistError', _server_messages: messages('DocType Employee Checkin not found') },
    'not-there',
  ],
  [
    'document missing',
    404,
    { exc_type: 'DoesNotExistError', _server_messages: messages('Employee X not found') },
    'missing',
  ],
  ['built-in duplicate', 417, { exc_type: 'ValidationError', _server_messages: messages(DUPLICATE) }, 'duplicate'],
  [
    'unique field',
    417,
    { exc_type: 'UniqueValidationError', _server_messages: messages('Biolistener Punch ID must be unique') },
    'duplicate',
  ],
  ['unique field on v14', 417, { _server_messages: messages('Biolistener Punch ID must be unique') }, 'duplicate'],
  ['inactive', 417, { exc_type: 'InactiveEmployeeStatusError' }, 'inactive-employee'],
  [
    'inactive by text',
    417,
    { _server_messages: messages('Transactions cannot be created for an Inactive Employee <a href="x">E</a>.') },
    'inactive-employee',
  ],
  [
    'employee gone on v16',
    417,
    { exc_type: 'LinkValidationError', _server_messages: messages('Could not find Employee: HR-EMP-1') },
    'employee-missing',
  ],
  [
    'other link',
    417,
    { exc_type: 'LinkValidationError', _server_messages: messages('Could not find Shift: X') },
    'refused',
  ],
  [
    'geolocation',
    417,
    {
      exc_type: 'ValidationError',
      _server_messages: messages('Latitude and longitude values are required for checking in.'),
    },
    'refused',
  ],
  ['mandatory', 417, { exc_type: 'MandatoryError' }, 'refused'],
  [
    'bad time',
    500,
    { exc_type: 'OperationalError', exception: operational('1292, "Incorrect datetime value"') },
    'refused',
  ],
  ['bad time on v14', 500, { exception: operational('1292, "Incorrect datetime value"') }, 'refused'],
  ['bad time, said otherwise', 500, { exc_type: 'TypeError', exception: 'TypeError: offset-naive' }, 'refused'],
  ['a script of the site', 500, { exc_type: 'ZeroDivisionError' }, 'refused'],
  ['stale modified', 417, { exc_type: 'TimestampMismatchError' }, 'server-busy'],
];

/** A database, a Redis or a connection that is away makes 500 of every request. */
const OUTAGES: readonly (readonly [string, number, object])[] = [
  [
    'no database',
    500,
    { exc_type: 'OperationalError', exception: operational(`2003, "Can't connect to MySQL server"`) },
  ],
  ['no database on v14', 500, { exception: operational(`2003, "Can't connect to MySQL server"`) }],
  [
    'too many connections',
    500,
    { exc_type: 'OperationalError', exception: operational("1040, 'Too many connections'") },
  ],
  ['database, tracebacks off', 500, { exc_type: 'OperationalError' }],
  ['database gone, as a message', 500, { _server_messages: messages("(2006, 'MySQL server has gone away')") }],
  ['no Redis', 500, { exception: 'redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:13000.' }],
  ['Redis is loading', 500, { exc_type: 'BusyLoadingError' }],
  ['disk full', 500, { exc_type: 'OSError', exception: 'OSError: [Errno 28] No space left on device' }],
  ['PostgreSQL is away', 500, { exception: 'psycopg2.OperationalError: could not connect to server' }],
  [
    'v2',
    500,
    { errors: [{ type: 'OperationalError', message: 'x', exception: operational("2013, 'Lost connection'") }] },
  ],
  ['v14, tracebacks off', 500, {}],
  ['JSON of something between', 500, { message: 'Internal server error' }],
  ['JSON of something between', 507, { error: 'x' }],
];

test.each(OUTAGES)('%s (%i) is an outage, and the request may have arrived', (_what, status, body) => {
  expect(json(status, body)).toMatchObject({ kind: 'server-busy', mayHaveArrived: true });
  expect(isOfTheSite(json(status, body))).toBe(true);
});

test('what the database says of the one document counts also when a message stands before it', () => {
  const exception = operational("1366, 'Incorrect string value'");
  const body = { exc_type: 'OperationalError', exception, _server_messages: messages('Saving') };
  expect(json(500, body).kind).toBe('refused');
});

test.each(ROWS)('%s (%i) is sorted', (_what, status, body, kind) => {
  expect(json(status, body).kind).toBe(kind);
});

test.each([
  [500, 'server-busy'],
  [502, 'server-busy'],
  [503, 'maintenance'],
  [504, 'no-answer'],
  [507, 'server-busy'],
  [508, 'server-busy'],
  [520, 'server-busy'],
  [521, 'server-busy'],
  [522, 'no-answer'],
  [524, 'no-answer'],
  [526, 'server-busy'],
  [530, 'server-busy'],
  [404, 'not-there'],
  [405, 'not-there'],
  [413, 'refused'],
  [200, 'not-there'],
  [302, 'not-there'],
] as const)('a page of HTML with status %i is %s', (status, kind) => {
  expect(page(status, '<h1>Not Found</h1>').kind).toBe(kind);
});

describe('whether a request may have arrived', () => {
  test('is open after the page of a proxy and after silence, not after a refusal', () => {
    expect(page(502, '').mayHaveArrived).toBe(true);
    expect(page(503, '').mayHaveArrived).toBe(true);
    expect(json(503, { exc_type: 'SessionStopped' }).mayHaveArrived).toBe(false);
    expect(json(417, {}).mayHaveArrived).toBe(false);
    expect(json(429, {}).mayHaveArrived).toBe(false);
  });
  test.each([
    ['ECONNREFUSED', 'unreachable', false],
    ['ENOTFOUND', 'unreachable', false],
    ['CERT_HAS_EXPIRED', 'unreachable', false],
    ['ECONNRESET', 'no-answer', true],
    ['ECONNABORTED', 'no-answer', true],
    ['ETIMEDOUT', 'no-answer', true],
  ] as const)('%s is %s', (code, kind, mayHaveArrived) => {
    expect(sortSilence(Object.assign(new Error('x'), { code }))).toMatchObject({ kind, mayHaveArrived });
  });
});

test('words for people hold no HTML and have an end', () => {
  const failure = json(417, {
    _server_messages: messages(`<script>alert(1)</script><b>No&amp;</b> ${'x'.repeat(900)}`),
  });
  expect(failure.text).toMatch(/^HTTP 417: No& x+…$/);
  expect(failure.text.length).toBeLessThanOrEqual(300);
});

test('Retry-After is read as seconds and as a date', () => {
  expect(readRetryAfter('7', 0)).toBe(7000);
  expect(readRetryAfter('Thu, 01 Jan 1970 00:01:00 GMT', 15_000)).toBe(45_000);
  expect([readRetryAfter('soon', 0), readRetryAfter(undefined, 0)]).toEqual([undefined, undefined]);
});

test('what concerns the site is no fault of the punch', () => {
  expect(isOfTheSite(json(403, {}))).toBe(true);
  expect(isOfTheSite(json(417, {}))).toBe(false);
  expect(new RequestFailed(json(403, {})).code).toBe('ERPNEXT_KEY_REFUSED');
});
