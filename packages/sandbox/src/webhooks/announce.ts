import type { Call } from '../call.ts';
import { type Doc, isOn, textOf } from '../document.ts';
import type { Meta } from '../meta.ts';
import { holds } from './condition.ts';

export type WebhookEvent = 'after_insert' | 'on_update' | 'on_submit' | 'on_cancel' | 'on_trash' | 'on_change';

function meets(call: Call, meta: Meta, webhook: Doc, doc: Doc, events: readonly WebhookEvent[]): boolean {
  const isHeard = events.some((event) => event === textOf(webhook, 'webhook_docevent'));
  // v14 and v15 ask the condition at every event of the document, so one that raises breaks every save
  if (!isHeard && call.site.profile.name === 'v16') return false;
  return holds(textOf(webhook, 'condition'), meta, doc) && isHeard;
}

/**
 * Tells the webhooks of a DocType what just happened to a document. They fire after the commit, once per document and
 * webhook, with the last state (erpnext-contract.md §5.5).
 */
export function announce(call: Call, meta: Meta, doc: Doc, events: readonly WebhookEvent[]): void {
  if (call.isInstalling === true) return;
  const name = textOf(doc, 'name');
  for (const webhook of call.tx.by('Webhook', 'webhook_doctype', meta.name)) {
    if (!isOn(webhook, 'enabled') || !meets(call, meta, webhook, doc, events)) continue;
    const delivery = {
      webhook: textOf(webhook, 'name'),
      doctype: meta.name,
      name,
      doc: structuredClone(call.tx.find(meta.name, name) ?? doc),
      user: call.user,
    };
    const key = JSON.stringify([delivery.webhook, delivery.doctype, delivery.name]);
    call.tx.afterCommit(key, () => call.site.onDelivery(delivery));
  }
}
