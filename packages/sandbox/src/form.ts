import { isObject } from './document.ts';
import { thrown } from './frappe-error.ts';
import { readMultipart, type Upload } from './multipart.ts';
import type { SiteRequest } from './http-words.ts';
import { parseJson } from './json-args.ts';

export interface Form {
  readonly args: Record<string, unknown>;
  readonly upload?: Upload;
}

/** `frappe.form_dict`: query and form fields, or the JSON body over the query; a file part comes beside them. */
export function readForm(request: SiteRequest): Form {
  const query: Record<string, unknown> = Object.fromEntries(request.query);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const { fields, upload } = readMultipart(type, request.body);
    return { args: { ...query, ...fields }, ...(upload === undefined ? {} : { upload }) };
  }
  const text = request.body.toString('utf8');
  if (text.trim() === '') return { args: query };
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { args: { ...query, ...Object.fromEntries(new URLSearchParams(text)) } };
  }
  if (!type.startsWith('application/json')) return { args: query }; // a site ignores JSON that is not called so
  const body = parseJson(text);
  if (!isObject(body)) throw thrown('Invalid request arguments');
  return { args: { ...query, ...body } };
}

/** The document of a POST or PUT: the body itself, or the form field `data` holding JSON (erpnext-contract.md §2.3). */
export function documentIn(form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { data, ...rest } = form;
  if (typeof data !== 'string') return { ...form };
  const parsed = parseJson(data);
  return isObject(parsed) ? parsed : rest;
}
