import { setTimeout as sleep } from 'node:timers/promises';
import { textOf } from '../document.ts';
import type { Fault, FaultList } from '../faults.ts';
import type { Site } from '../site.ts';
import type { Delivery, WebhookTiming } from './delivery.ts';
import { deliver } from './deliver.ts';

const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined); // stopping

interface Held {
  readonly deliveries: Delivery[];
  readonly release: () => void;
}

/**
 * The background jobs of a site: one worker, so deliveries leave in order, and a receiver that does not answer holds up
 * those behind it. What is still waiting when the sandbox stops is lost.
 */
export class WebhookQueue {
  private readonly site: Site;
  private readonly faults: FaultList;
  private readonly timing: Required<WebhookTiming>;
  private readonly stopping = new AbortController();
  private readonly held = new Map<Fault, Held>();
  private readonly open = new Set<Promise<void>>();
  private last: Promise<void> = Promise.resolve();

  constructor(site: Site, faults: FaultList, timing: WebhookTiming = {}) {
    this.site = site;
    this.faults = faults;
    this.timing = { wait: waitFor, timeoutMs: (seconds) => seconds * 1000, ...timing };
  }

  /** Takes a delivery over, as faults let it. */
  enqueue(delivery: Delivery): void {
    const url = textOf(this.site.store.find('Webhook', delivery.webhook), 'request_url');
    let copies = 1;
    let delayMs = 0;
    for (const fault of this.faults.strike('', `${delivery.doctype}/${delivery.name} ${url}`, 'delivery')) {
      if (fault.kind === 'webhook-drop') return;
      if (fault.kind === 'webhook-duplicate') copies += fault.copies ?? 1;
      if (fault.kind === 'webhook-delay') delayMs += fault.ms;
      if (fault.kind === 'webhook-reorder') {
        this.hold(fault, delivery);
        return;
      }
    }
    for (let copy = 0; copy < copies; copy += 1) this.after(delayMs, () => this.run(delivery));
  }

  /** Resolves when nothing is waiting, held or on its way. */
  async idle(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { release } of [...this.held.values()]) release();
    await this.idle();
  }

  private track(work: Promise<void>): void {
    this.open.add(work);
    void work.finally(() => this.open.delete(work));
  }

  private after(ms: number, step: () => void): void {
    if (ms <= 0) step();
    else this.track(this.timing.wait(ms, this.stopping.signal).then(step));
  }

  private run(delivery: Delivery): void {
    const { site, faults, timing, stopping } = this;
    this.last = this.last.then(() => deliver({ site, faults, timing, signal: stopping.signal }, delivery));
    this.track(this.last);
  }

  /** Keeps deliveries back until there are `size` of them, or `ms` have passed; then the last comes first. */
  private hold(fault: Extract<Fault, { kind: 'webhook-reorder' }>, delivery: Delivery): void {
    const held = this.held.get(fault) ?? this.startHolding(fault);
    held.deliveries.push(delivery);
    if (held.deliveries.length >= (fault.size ?? 2)) held.release();
  }

  private startHolding(fault: Extract<Fault, { kind: 'webhook-reorder' }>): Held {
    const deliveries: Delivery[] = [];
    const over = new AbortController();
    const release = (): void => {
      if (over.signal.aborted) return;
      over.abort();
      this.held.delete(fault);
      for (const delivery of deliveries.toReversed()) this.run(delivery);
    };
    const held = { deliveries, release };
    this.held.set(fault, held);
    this.track(this.timing.wait(fault.ms ?? 1000, AbortSignal.any([over.signal, this.stopping.signal])).then(release));
    return held;
  }
}
