import { createHmac } from 'node:crypto';
import { type Doc, isOn, rowsOf, textOf } from '../document.ts';
import type { Meta } from '../meta.ts';
import { fieldJson, render } from './template.ts';
import { pythonJson, pythonString } from './python-json.ts';

/** What goes over the wire: always JSON text, whatever the structure is called (erpnext-contract.md §5.5). */
export function bodyOf(webhook: Doc, meta: Meta, doc: Doc): string {
  const rows = rowsOf(webhook, 'webhook_data');
  if (rows.length > 0) {
    const pairs = rows.map(
      (row) => `${pythonString(textOf(row, 'key'))}: ${fieldJson(meta, doc, textOf(row, 'fieldname'))}`,
    );
    return `{${pairs.join(', ')}}`;
  }
  const template = textOf(webhook, 'webhook_json');
  return template === '' ? '{}' : pythonJson(render(template, meta, doc));
}

/** Headers of the Python library, then those of the webhook. No Content-Type comes by itself. */
export function headersOf(webhook: Doc, body: string, secret: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'User-Agent': 'python-requests/2.32.3',
    'Accept-Encoding': 'gzip, deflate',
    Accept: '*/*',
    Connection: 'keep-alive',
  };
  return { ...headers, ...ownHeadersOf(webhook, body, secret) };
}

/** The headers that a request log shows. */
export function ownHeadersOf(webhook: Doc, body: string, secret: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const row of rowsOf(webhook, 'webhook_headers')) {
    if (textOf(row, 'key') !== '' && textOf(row, 'value') !== '') headers[textOf(row, 'key')] = textOf(row, 'value');
  }
  if (isOn(webhook, 'enable_security') && secret !== undefined) {
    headers['X-Frappe-Webhook-Signature'] = createHmac('sha256', secret).update(body).digest('base64');
  }
  return headers;
}

export const urlOf = (webhook: Doc, meta: Meta, doc: Doc): string =>
  isOn(webhook, 'is_dynamic_url') ? render(textOf(webhook, 'request_url'), meta, doc) : textOf(webhook, 'request_url');
