import { randomBytes } from 'node:crypto';
import { type Doc, isOn, numberOf, textOf } from '../document.ts';
import type { FaultList } from '../faults.ts';
import type { Meta } from '../meta.ts';
import { secretOf } from '../passwords.ts';
import type { Site } from '../site.ts';
import { formatDateTime } from '../site-time.ts';
import { Transaction } from '../transaction.ts';
import type { Delivery, WebhookTiming } from './delivery.ts';
import { bodyOf, headersOf, ownHeadersOf, urlOf } from './payload.ts';
import { type Outcome, send } from './send.ts';

interface Worker {
  readonly site: Site;
  readonly faults: FaultList;
  readonly timing: Required<WebhookTiming>;
  readonly signal: AbortSignal;
}

/** One webhook's request, ready to be sent any number of times. */
interface Prepared {
  readonly url: string;
  readonly method: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly shownHeaders: Record<string, string>;
  readonly timeoutMs: number;
}

const TRIES = 3;

function write(site: Site, doctype: string, values: Doc): void {
  const tx = new Transaction(site.store, site.store.snapshot);
  const [name, stamp] = [randomBytes(5).toString('hex'), formatDateTime(site.stamp())];
  const born = { name, owner: 'Administrator', modified_by: 'Administrator', creation: stamp, modified: stamp };
  tx.put(doctype, name, { ...born, docstatus: 0, idx: 0, ...values });
  tx.commit();
}

function prepare({ site, timing }: Worker, webhook: Doc, meta: Meta, doc: Doc): Prepared {
  const tx = new Transaction(site.store, site.store.snapshot);
  const body = bodyOf(webhook, meta, doc);
  const secret = secretOf(tx, 'Webhook', textOf(webhook, 'name'), 'webhook_secret');
  return {
    body,
    url: urlOf(webhook, meta, doc),
    method: textOf(webhook, 'request_method') || 'POST',
    headers: headersOf(webhook, body, secret),
    shownHeaders: ownHeadersOf(webhook, body, secret),
    timeoutMs: timing.timeoutMs(numberOf(webhook, 'timeout') || 5),
  };
}

/** A try, or what a fault makes of it. */
async function attempt(worker: Worker, delivery: Delivery, prepared: Prepared): Promise<Outcome> {
  const struck = worker.faults.strike('', `${delivery.doctype}/${delivery.name} ${prepared.url}`, 'attempt');
  for (const fault of struck) {
    if (fault.kind === 'webhook-down') return { kind: 'failed', reason: 'ECONNREFUSED' };
    if (fault.kind === 'webhook-answer') return { kind: 'answered', status: fault.status, text: '' };
  }
  const outcome = await send({ ...prepared, signal: worker.signal });
  return struck.some((fault) => fault.kind === 'webhook-timeout') ? { kind: 'read-timeout' } : outcome;
}

const isGood = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 400;

function errorText(outcome: Outcome, url: string): string {
  if (outcome.kind === 'read-timeout') return 'requests.exceptions.ReadTimeout: Read timed out.';
  if (outcome.kind === 'failed') return `requests.exceptions.ConnectionError: ${outcome.reason}`;
  return `requests.exceptions.HTTPError: ${outcome.status} Error for url: ${url}`;
}

function log(site: Site, delivery: Delivery, prepared: Prepared, outcome: Outcome): void {
  const isV16 = site.profile.name === 'v16';
  write(site, 'Webhook Request Log', {
    webhook: delivery.webhook,
    ...(isV16 ? { reference_doctype: delivery.doctype } : {}),
    reference_document: delivery.name,
    user: delivery.user,
    url: prepared.url,
    headers: JSON.stringify(prepared.shownHeaders),
    data: prepared.body,
    response: outcome.kind === 'answered' ? outcome.text : null,
    error: isGood(outcome) ? null : errorText(outcome, prepared.url),
  });
}

async function tryThrice(worker: Worker, delivery: Delivery, prepared: Prepared): Promise<void> {
  const isStopping = (): boolean => worker.signal.aborted;
  for (let tried = 0; tried < TRIES && !isStopping(); tried += 1) {
    const outcome = await attempt(worker, delivery, prepared);
    if (isStopping()) return;
    log(worker.site, delivery, prepared, outcome);
    if (isGood(outcome)) return;
    // 1, 4, 7 seconds, also after the last; a receiver that is only slow is asked again at once
    if (outcome.kind !== 'read-timeout') await worker.timing.wait((3 * tried + 1) * 1000, worker.signal);
  }
}

/** Delivers, or gives up after three tries: nothing comes later. What cannot be rendered or sent at all is only logged. */
export async function deliver(worker: Worker, delivery: Delivery): Promise<void> {
  const { site } = worker;
  const tx = new Transaction(site.store, site.store.snapshot);
  const webhook = tx.find('Webhook', delivery.webhook);
  const meta = site.meta(delivery.doctype, tx);
  if (worker.signal.aborted || webhook === undefined || meta === undefined || !isOn(webhook, 'enabled')) return;
  try {
    await tryThrice(worker, delivery, prepare(worker, webhook, meta, delivery.doc));
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    write(site, 'Error Log', { method: `Webhook ${delivery.webhook} failed`, error: text });
  }
}
