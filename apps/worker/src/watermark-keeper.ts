import { asSerialNumber, messageOf, type SerialNumber } from '@biolistener/core';
import {
  decideStamp,
  listShiftTypes,
  putLastSync,
  type DeliverySettings,
  type ErpNextClient,
  type FeedState,
  type ShiftType,
} from '@biolistener/erpnext';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { SiteView } from './deliver-context.ts';
import type { WorkerClock } from './deps.ts';

export interface ShiftStatus {
  readonly shiftType: string;
  readonly lastSync: string | undefined;
  /** What was done last, or why nothing. */
  readonly what: string;
  /** The terminal that is furthest behind. */
  readonly heldBackBy: string | undefined;
  /** Parked punches that were waited for long enough: their people may be absent on the days in question. */
  readonly passedOver: number;
}

export interface WatermarkDeps {
  readonly store: Store;
  readonly client: ErpNextClient;
  readonly targetId: string;
  readonly site: SiteView;
  readonly settings: () => DeliverySettings;
  readonly clock: WorkerClock;
  readonly log: Log;
}

const LEASE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Moves `last_sync_of_checkin` of Shift Types, when somebody opted in (docs/erpnext.md#watermark). */
export class WatermarkKeeper {
  readonly #deps: WatermarkDeps;
  readonly #owner: string;
  #status: readonly ShiftStatus[] = [];
  #trouble: string | undefined;

  constructor(deps: WatermarkDeps, owner: string) {
    this.#deps = deps;
    this.#owner = owner;
  }

  status(): { readonly shifts: readonly ShiftStatus[]; readonly trouble: string | undefined } {
    return { shifts: this.#status, trouble: this.#trouble };
  }

  async round(): Promise<void> {
    const { store, targetId, settings, site, clock, log } = this.#deps;
    if (!settings().watermark.isOn || !site.isReady()) return;
    try {
      if (!(await store.claimLease(`watermark:${targetId}`, this.#owner, LEASE_MS, clock.now()))) return;
      const shifts: ShiftStatus[] = [];
      for (const shift of await listShiftTypes(this.#deps.client)) shifts.push(await this.#stamp(shift));
      this.#status = shifts;
      this.#trouble = undefined;
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble !== this.#trouble) log.warn({ reason: trouble }, 'last sync of check-ins could not be moved');
      this.#trouble = trouble;
    }
  }

  async #stamp(shift: ShiftType): Promise<ShiftStatus> {
    const { clock, settings, site, client, log } = this.#deps;
    const feeds = await this.#feedsOf(shift.name);
    const at = { now: clock.now(), marginMinutes: settings().watermark.marginMinutes, zone: site.zone() };
    const decision = decideStamp(shift, feeds, at);
    const passedOver = feeds.reduce((sum, feed) => sum + (feed.passedOver ?? 0), 0);
    const base = { shiftType: shift.name, heldBackBy: decision.heldBackBy, passedOver };
    if (decision.kind === 'stay') return { ...base, lastSync: shift.lastSync, what: decision.why };
    await putLastSync(client, shift.name, decision.stamp);
    log.info({ ...base, stamp: decision.stamp }, 'last sync moved');
    if (passedOver > 0)
      log.warn({ ...base, stamp: decision.stamp }, 'attendance is made without punches that are parked for long');
    return { ...base, lastSync: decision.stamp, what: 'moved' };
  }

  /** Named terminals, else every approved one. */
  async #feedsOf(shiftType: string): Promise<FeedState[]> {
    const { store, targetId, settings, clock } = this.#deps;
    const named = settings().watermark.feeds[shiftType]?.map(asSerialNumber);
    const serialNumbers = named ?? (await this.#approved());
    const parkedSince = clock.now() - settings().watermark.parkedHours * HOUR_MS;
    const upTo = await store.deliveredUpTo(targetId, serialNumbers, parkedSince);
    return serialNumbers.map((terminal) => {
      const reached = upTo.get(terminal);
      return { terminal, upTo: reached?.instant, passedOver: reached?.passedOver ?? 0 };
    });
  }

  async #approved(): Promise<SerialNumber[]> {
    const terminals = await this.#deps.store.allTerminals();
    return terminals.filter((terminal) => terminal.status === 'approved').map((terminal) => terminal.serialNumber);
  }
}
