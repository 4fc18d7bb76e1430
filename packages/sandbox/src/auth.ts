import { rowsOf, textOf } from './document.ts';
import { authenticationFailure, badBasicToken } from './failures.ts';
import { FrappeError } from './frappe-error.ts';
import { secretOf } from './passwords.ts';
import { microsOf, type WallMicros } from './site-time.ts';
import type { Transaction } from './transaction.ts';

export interface Caller {
  readonly user: string;
  readonly roles: ReadonlySet<string>;
}

const GUEST: Caller = { user: 'Guest', roles: new Set(['Guest']) };

function callerOf(tx: Transaction, user: string): Caller {
  const roles = rowsOf(tx.find('User', user), 'roles').map((row) => textOf(row, 'role'));
  return { user, roles: new Set([...roles, 'All', 'Guest', 'Desk User']) };
}

/** `KEY:SECRET` with exactly one colon. A disabled user's key still works (erpnext-contract.md §1.2). */
function byPair(tx: Transaction, pair: string): Caller {
  const parts = pair.split(':');
  const [key = '', secret = ''] = parts;
  if (parts.length !== 2 || key === '') throw authenticationFailure();
  const [user] = tx.by('User', 'api_key', key);
  if (user === undefined || textOf(user, 'api_key') !== key) throw authenticationFailure();
  const name = textOf(user, 'name');
  const stored = secretOf(tx, 'User', name, 'api_secret');
  if (stored === undefined) {
    const message = `Password not found for User ${name} api_secret`;
    throw new FrappeError({ status: 401, type: 'AuthenticationError', text: message, messages: [{ message }] });
  }
  if (stored !== secret) throw authenticationFailure();
  return callerOf(tx, name);
}

function byBasic(tx: Transaction, encoded: string): Caller {
  const isBase64 = encoded.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded);
  if (!isBase64) throw badBasicToken();
  return byPair(tx, Buffer.from(encoded, 'base64').toString('utf8'));
}

function byBearer(tx: Transaction, token: string, now: WallMicros): Caller {
  const row = tx.find('OAuth Bearer Token', token);
  const isPast = microsOf(textOf(row, 'expiration_time')) < now; // NaN, for none, is never past
  if (row === undefined || textOf(row, 'status') === 'Revoked' || isPast) throw authenticationFailure();
  return callerOf(tx, textOf(row, 'user'));
}

/** Who calls, by the Authorization header; whoever sends none, or one of not exactly two parts, is Guest (§1.1, §1.2). */
export function identify(tx: Transaction, header: string | undefined, now: WallMicros): Caller {
  const [scheme, value, ...rest] = header?.split(' ') ?? [];
  if (scheme === undefined || value === undefined || rest.length > 0) return GUEST;
  switch (scheme.toLowerCase()) {
    case 'token':
      return byPair(tx, value);
    case 'basic':
      return byBasic(tx, value);
    case 'bearer':
      return byBearer(tx, value, now);
    default:
      throw authenticationFailure();
  }
}
