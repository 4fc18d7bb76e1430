import { processAutoAttendance } from './auto-attendance.ts';
import type { Call } from './call.ts';
import type { Doc } from './document.ts';
import { PageError } from './frappe-error.ts';

interface ControllerMethod {
  /** Persists even when reached by GET (erpnext-contract.md §2.7). */
  readonly commitsItself?: boolean;
  run(call: Call, doc: Doc): unknown;
}

/** Whitelisted methods of DocType controllers, by DocType and name. */
const CONTROLLERS: Readonly<Record<string, Readonly<Record<string, ControllerMethod>>>> = {
  'Shift Type': { process_auto_attendance: { commitsItself: true, run: processAutoAttendance } },
};

export function findControllerMethod(doctype: string, method: string): ControllerMethod {
  const found = CONTROLLERS[doctype]?.[method];
  if (found !== undefined) return found;
  const escaped = method.replace(/[^\w.]/g, '');
  throw new PageError(
    404,
    'Not Found',
    '',
    `<!doctype html>\n<title>Not Found</title>\n<p>Method ${escaped} not found</p>\n`,
  );
}
