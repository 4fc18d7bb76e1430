import { randomUUID } from 'node:crypto';
import type { FrappeError } from './frappe-error.ts';
import { type FrappeErrorSpec, type ServerMessage } from './frappe-error.ts';
import type { Profile } from './profile.ts';

const qualified = (spec: FrappeErrorSpec): string => {
  const module = spec.module ?? 'frappe.exceptions';
  return module === '' ? spec.type : `${module}.${spec.type}`;
};

/** The traceback's last line: `module.Class: text`; of a text in several lines only the last one. */
function lastLine(spec: FrappeErrorSpec): string {
  const full = spec.text === '' ? qualified(spec) : `${qualified(spec)}: ${spec.text}`;
  return full.slice(full.lastIndexOf('\n') + 1);
}

function encodeMessage(message: ServerMessage, profile: Profile): string {
  const id = profile.namesEveryError ? { __frappe_exc_id: randomUUID().replaceAll('-', '') } : {};
  const { message: text, title = 'Message' } = message;
  return JSON.stringify({ message: text, title, indicator: 'red', raise_exception: 1, ...id });
}

/**
 * The JSON body of a failure under /api/resource and /api/method.
 * Shape: `exc` is JSON text of an array of texts, `_server_messages` JSON text of an array of JSON texts.
 * Source: erpnext-contract.md §2.4.
 */
export function errorBody(error: FrappeError, profile: Profile, hasTracebacks: boolean): Record<string, unknown> {
  const { spec } = error;
  const body: Record<string, unknown> = {};
  const isTraced = hasTracebacks && spec.hasTrace !== false;
  if (isTraced) body['exception'] = lastLine(spec);
  if (profile.namesEveryError || spec.isThrown === true) body['exc_type'] = spec.type;
  if (profile.namesEveryError && spec.app !== undefined) body['_exc_source'] = spec.app;
  if (isTraced) {
    const frame =
      '  File "apps/frappe/frappe/app.py", line 115, in application\n    response = frappe.api.handle(request)\n';
    const last = spec.text === '' ? qualified(spec) : `${qualified(spec)}: ${spec.text}`;
    body['exc'] = JSON.stringify([`Traceback (most recent call last):\n${frame}${last}\n`]);
  }
  if (spec.messages !== undefined && spec.messages.length > 0) {
    body['_server_messages'] = JSON.stringify(spec.messages.map((message) => encodeMessage(message, profile)));
  }
  if (spec.explanation !== undefined) body['_error_message'] = spec.explanation;
  return body;
}

/** The body of a failure under /api/v2 (erpnext-contract.md §2.1). */
export function errorBodyV2(error: FrappeError, hasTracebacks: boolean): Record<string, unknown> {
  const { spec } = error;
  const first = spec.messages?.[0];
  const entry: Record<string, unknown> = {
    type: spec.type,
    message: first?.message ?? spec.text,
    title: first?.title ?? 'Message',
    indicator: 'red',
  };
  if (hasTracebacks && spec.hasTrace !== false) entry['exception'] = lastLine(spec);
  return { errors: [entry] };
}
