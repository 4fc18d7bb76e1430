import type { Call } from './call.ts';
import { missingArgument, notWhitelisted, wrongVerb } from './failures.ts';
import { FrappeError } from './frappe-error.ts';
import { CLIENT_METHODS } from './rpc-client.ts';
import { FILE_METHODS } from './files/rpc-file.ts';
import { CORE_METHODS } from './rpc-core.ts';
import { HR_METHODS } from './rpc-hr.ts';
import { PERMISSION_METHODS } from './rpc-permissions.ts';
import { APP } from './transaction.ts';

/** A whitelisted function of the site. */
export interface Rpc {
  /** Arguments without a default, in Python's order. */
  readonly required?: readonly string[];
  /** Verbs that it takes; all when absent. */
  readonly verbs?: readonly string[];
  readonly isOpenToGuests?: boolean;
  /** It commits by itself, so that even a GET persists (erpnext-contract.md §2.7). */
  readonly commitsItself?: boolean;
  run(call: Call): unknown;
}

export const WRITE_VERBS = ['POST', 'PUT'] as const;

const METHODS = new Map<string, Rpc>(
  Object.entries({ ...CORE_METHODS, ...CLIENT_METHODS, ...PERMISSION_METHODS, ...FILE_METHODS, ...HR_METHODS }),
);
/** Names of one word that the dispatcher itself knows. */
const APPS = ['frappe', 'erpnext', 'hrms'];

function unknownMethod(call: Call, path: string): FrappeError {
  const [app = ''] = path.split('.');
  const isStandard = APPS.includes(app) && (app !== 'hrms' || call.site.hasHrms);
  const isInstalled = isStandard || call.tx.find(APP, app) !== undefined;
  const module = path.slice(0, Math.max(path.lastIndexOf('.'), 0)) || path;
  const reason = isInstalled ? `No module named '${module}'` : `App ${app} is not installed`;
  const text = `Failed to get method for command ${path} with ${reason}`;
  const messages = isInstalled ? [{ message: text }] : [{ message: reason }, { message: text }];
  return new FrappeError({ status: 417, type: 'ValidationError', text, messages, isThrown: true });
}

/** Finds a method, or fails as erpnext-contract.md §2.4 tells. */
export function findMethod(call: Call, path: string): Rpc {
  const method = METHODS.get(path);
  if (method === undefined || (path.startsWith('hrms.') && !call.site.hasHrms)) throw unknownMethod(call, path);
  if (call.user === 'Guest' && method.isOpenToGuests !== true) throw notWhitelisted(path);
  if (method.verbs !== undefined && !method.verbs.includes(call.verb)) throw wrongVerb();
  const missing = method.required?.find((name) => call.args[name] === undefined);
  if (missing !== undefined) throw missingArgument(path.slice(path.lastIndexOf('.') + 1), missing);
  return method;
}
