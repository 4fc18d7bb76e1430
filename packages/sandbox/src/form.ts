import { isObject } from './document.ts';
import { thrown } from './frappe-error.ts';
import type { SiteRequest } from './http-words.ts';
import { parseJson } from './json-args.ts';

/** `frappe.form_dict`: query and form fields, or the JSON body over the query. Multipart bodies are not read. */
export function readForm(request: SiteRequest): Record<string, unknown> {
  const form: Record<string, unknown> = Object.fromEntries(request.query);
  const type = request.headers['content-type'] ?? '';
  const text = request.body.toString('utf8');
  if (text.trim() === '') return form;
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { ...form, ...Object.fromEntries(new URLSearchParams(text)) };
  }
  if (!type.startsWith('application/json')) return form; // a site ignores JSON that is not called so
  const body = parseJson(text);
  if (!isObject(body)) throw thrown('Invalid request arguments');
  return { ...form, ...body };
}

/** The document of a POST or PUT: the body itself, or the form field `data` holding JSON (erpnext-contract.md §2.3). */
export function documentIn(form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { data, ...rest } = form;
  if (typeof data !== 'string') return { ...form };
  const parsed = parseJson(data);
  return isObject(parsed) ? parsed : rest;
}
