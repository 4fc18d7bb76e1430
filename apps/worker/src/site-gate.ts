import { messageOf, type ZoneName } from '@biolistener/core';
import {
  readCapabilities,
  testSite,
  writeCapabilities,
  type Capabilities,
  type CheckResult,
  type DeliverySettings,
  type ErpNextClient,
} from '@biolistener/erpnext';
import { backoffMs } from '@biolistener/queue';
import type { Store, Target } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { SiteView } from './deliver-context.ts';
import type { WorkerClock } from './deps.ts';
import { Periodic } from './periodic.ts';

export interface SiteStatus {
  /** untested: no answer yet. refused: delivering would store wrong times, or cannot work. */
  readonly state: 'untested' | 'ready' | 'refused';
  readonly reason: string | undefined;
  readonly checks: readonly CheckResult[];
  readonly capabilities: Capabilities | undefined;
}

export interface SiteGateDeps {
  readonly store: Store;
  readonly client: ErpNextClient;
  readonly target: Target;
  readonly siteZone: ZoneName | undefined;
  readonly settings: () => DeliverySettings;
  readonly clock: WorkerClock;
  readonly log: Log;
  readonly onChange: () => void;
}

const UNREACHED_BACKOFF = { firstMs: 1000, mostMs: 30_000 };
const REFUSED_BACKOFF = { firstMs: 15_000, mostMs: 10 * 60_000 };
/** Somebody may change the site's zone, add the field, or take rights away. */
const AGAIN_MS = 6 * 3_600_000;

/** Delivers nothing before the self-test is passed, and stops when the site is found to store wrong times (design §4.10). */
export class SiteGate implements SiteView {
  readonly #deps: SiteGateDeps;
  readonly #tests: Periodic;
  #status: SiteStatus;
  #failures = 0;

  constructor(deps: SiteGateDeps) {
    this.#deps = deps;
    const earlier = readCapabilities(deps.target.capabilities);
    this.#status = { state: 'untested', reason: undefined, checks: [], capabilities: earlier };
    this.#tests = new Periodic(() => this.#test());
  }

  start(): void {
    this.#tests.run();
  }

  stop(): Promise<void> {
    return this.#tests.stop();
  }

  status(): SiteStatus {
    return this.#status;
  }

  isReady(): boolean {
    return this.#status.state === 'ready';
  }

  zone(): ZoneName {
    const zone = this.#status.capabilities?.siteZone;
    if (zone === undefined) throw new Error('asked for the zone of a site that is not ready'); // isReady comes first
    return zone;
  }

  hasPunchIdField(): boolean {
    return this.#status.capabilities?.punchIdField === true;
  }

  lostPunchIdField(): void {
    const { capabilities } = this.#status;
    if (!capabilities?.punchIdField) return;
    this.#deps.log.error({}, 'the punch id field is gone from Employee Checkin, check-ins are looked up instead');
    this.#status = { ...this.#status, capabilities: { ...capabilities, punchIdField: false } };
    this.#tests.run();
  }

  storesWrongTimes(stored: string): void {
    const { capabilities } = this.#status;
    if (this.#status.state === 'refused') return;
    const reason = `The site stored a check-in as ${stored}. Nothing is delivered until this is mended.`;
    const seen = capabilities && { ...capabilities, timeIsKept: false, verdict: 'refuse' as const, reason };
    this.#move({ ...this.#status, state: 'refused', reason, capabilities: seen });
    this.#tests.run();
  }

  async #test(): Promise<number> {
    const { client, siteZone, settings, clock } = this.#deps;
    const earlier = this.#status.capabilities;
    try {
      const report = await testSite(client, {
        siteZone,
        employeeIdField: settings().employeeIdField,
        logTypePolicy: settings().logTypePolicy.kind,
        mayWrite: earlier?.timeIsKept !== true || earlier.verdict === 'refuse',
        earlier,
        now: clock.now(),
      });
      const { capabilities, checks } = report;
      await this.#keep(capabilities);
      const state = capabilities.verdict === 'ready' ? 'ready' : 'refused';
      this.#failures = state === 'ready' ? 0 : this.#failures + 1;
      this.#move({ state, reason: capabilities.reason, checks, capabilities });
      // a user who may not delete would fill the site with probes
      const isCostly = report.leftBehind.length > 0;
      return state === 'ready' || isCostly ? AGAIN_MS : backoffMs(REFUSED_BACKOFF, this.#failures, clock.random);
    } catch (error) {
      this.#failures += 1;
      // a site that was ready stays so: the circuit looks after outages
      if (this.#status.state !== 'ready') this.#move({ ...this.#status, reason: messageOf(error) });
      return backoffMs(UNREACHED_BACKOFF, this.#failures, clock.random);
    }
  }

  async #keep(capabilities: Capabilities): Promise<void> {
    const { store, target } = this.#deps;
    await store.upsertTarget({ ...target, isActive: true, capabilities: writeCapabilities(capabilities) });
  }

  #move(next: SiteStatus): void {
    const before = this.#status;
    this.#status = next;
    if (before.state === next.state && before.reason === next.reason) return;
    const fields = { url: this.#deps.target.url, reason: next.reason };
    if (next.state === 'ready') this.#deps.log.info(fields, 'site is ready for check-ins');
    else if (next.state === 'refused') this.#deps.log.error(fields, 'not delivering to this site');
    else this.#deps.log.warn(fields, 'site could not be tested yet');
    this.#deps.onChange();
  }
}
