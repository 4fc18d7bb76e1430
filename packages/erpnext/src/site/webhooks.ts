import { createHmac } from 'node:crypto';
import { ANNOUNCED } from '../desk/names.ts';
import type { SitePart } from './part.ts';

export const WEBHOOK_PATH = '/erpnext/webhooks';

/** on_update fires when a document is made as well (contract §5.5), so after_insert would only say it twice. */
export const WEBHOOK_EVENTS = ['on_update', 'on_trash'] as const;

export interface WebhookOptions {
  /** Where the site reaches Biolistener: `https://biolistener.example`. */
  readonly publicUrl: string;
  /** Signs every call; the service knows the same. */
  readonly secret: string;
}

/** Which document changed, and nothing of what is in it: the service reads that itself, with its own rights. */
const body = (doctype: string, event: string): string =>
  `{"doctype": "${doctype}", "name": {{ doc.name | tojson }}, "modified": "{{ doc.modified }}", "event": "${event}"}`;

/**
 * Webhooks that tell the service what changed. The names are ours from v15 on; v14 counts, so they are found by what they
 * do. They come from the installer only, also where the app is: an app knows neither URL nor secret.
 */
export function webhookParts(options: WebhookOptions): SitePart[] {
  const url = `${options.publicUrl.replace(/\/+$/, '')}${WEBHOOK_PATH}`;
  return ANNOUNCED.flatMap((doctype) =>
    WEBHOOK_EVENTS.map((event) => webhookPart(doctype, event, url, options.secret)),
  );
}

export const webhookName = (doctype: string, event: string): string => `Biolistener ${doctype} ${event}`;

const webhookPart = (doctype: string, event: string, url: string, secret: string): SitePart => ({
  object: 'Webhook',
  name: webhookName(doctype, event),
  findBy: webhookFilters(doctype, event),
  tables: { webhook_headers: ['key'] },
  wanted: {
    webhook_doctype: doctype,
    webhook_docevent: event,
    request_url: url,
    request_method: 'POST',
    request_structure: 'JSON',
    webhook_json: body(doctype, event),
    webhook_headers: [{ key: 'Content-Type', value: 'application/json' }],
    enable_security: 1,
    enabled: 1,
  },
  onCreate: { name: webhookName(doctype, event) },
  secrets: () => ({ webhook_secret: secret }),
  secretMark: createHmac('sha256', secret).update('biolistener webhook').digest('hex').slice(0, 16),
});

export const webhookFilters = (doctype: string, event: string): NonNullable<SitePart['findBy']> => [
  ['webhook_doctype', '=', doctype],
  ['webhook_docevent', '=', event],
  ['request_url', 'like', `%${WEBHOOK_PATH}`],
];
