import { asSerialNumber, messageOf, type SerialNumber, type Terminal } from '@biolistener/core';
import {
  decideStamp,
  listShiftTypes,
  putLastSync,
  type DeliverySettings,
  type ErpNextClient,
  type FeedState,
  type ShiftType,
} from '@biolistener/erpnext';
import type { Store, Unread } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { SiteView } from './deliver-context.ts';
import type { WorkerClock } from './deps.ts';
import { Presences, type Proven } from './presences.ts';

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

/** Where the brands park rows of attendance that they cannot read, and whole requests that a codec broke on. */
const PUNCH_PIECES = {
  tables: [
    ...['ATTLOG', 'rtlog', 'transaction'], // zkteco
    ...['realtime_glog', 'send_glog_data'], // ebkn
    ...['sendlog', 'getalllog', 'getnewlog'], // aiface
    ...['attendance', 'events'], // zk-tcp, suprema
  ],
  reasons: ['LISTENER_DECODER_FAILED'],
} as const;

/** What one round knows of the terminals, for all Shift Types. */
interface Look {
  readonly approved: readonly SerialNumber[];
  readonly proven: ReadonlyMap<SerialNumber, Proven>;
  readonly unread: ReadonlyMap<SerialNumber, Unread>;
  readonly parkedSince: number;
}

/** Moves `last_sync_of_checkin` of Shift Types, when somebody opted in (docs/erpnext.md#watermark). */
export class WatermarkKeeper {
  readonly #deps: WatermarkDeps;
  readonly #owner: string;
  readonly #presences: Presences;
  #status: readonly ShiftStatus[] = [];
  #trouble: string | undefined;

  constructor(deps: WatermarkDeps, owner: string) {
    this.#deps = deps;
    this.#owner = owner;
    this.#presences = new Presences(deps.store, deps.targetId);
  }

  status(): { readonly shifts: readonly ShiftStatus[]; readonly trouble: string | undefined } {
    return { shifts: this.#status, trouble: this.#trouble };
  }

  async round(): Promise<void> {
    const { store, targetId, settings, site, clock, log } = this.#deps;
    if (!settings().watermark.isOn || !site.isReady()) return;
    try {
      if (!(await store.claimLease(`watermark:${targetId}`, this.#owner, LEASE_MS, clock.now()))) return;
      const look = await this.#look();
      const shifts: ShiftStatus[] = [];
      for (const shift of await listShiftTypes(this.#deps.client)) shifts.push(await this.#stamp(shift, look));
      this.#status = shifts;
      this.#trouble = undefined;
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble !== this.#trouble) log.warn({ reason: trouble }, 'last sync of check-ins could not be moved');
      this.#trouble = trouble;
    }
  }

  /** Before anything else is read of the store: what comes meanwhile is later than what was proven. */
  async #look(): Promise<Look> {
    const { store, settings, clock } = this.#deps;
    const { marginMinutes, parkedHours, feeds } = settings().watermark;
    const named = new Set(Object.values(feeds).flat());
    const parkedSince = clock.now() - parkedHours * HOUR_MS;
    const terminals = await store.allTerminals();
    const unread = await store.unreadOf(PUNCH_PIECES, parkedSince);
    const counting = terminals.filter((terminal) => isApproved(terminal) || named.has(terminal.serialNumber));
    const proven = await this.#presences.look(counting, { marginMinutes, unread });
    return {
      approved: terminals.filter(isApproved).map(({ serialNumber }) => serialNumber),
      proven,
      unread,
      parkedSince,
    };
  }

  async #stamp(shift: ShiftType, look: Look): Promise<ShiftStatus> {
    const { clock, settings, site, client, log } = this.#deps;
    const feeds = await this.#feedsOf(shift.name, look);
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
  async #feedsOf(shiftType: string, look: Look): Promise<FeedState[]> {
    const { store, targetId, settings } = this.#deps;
    const serialNumbers = settings().watermark.feeds[shiftType]?.map(asSerialNumber) ?? look.approved;
    const delivered = await store.deliveredUpTo(targetId, serialNumbers, look.parkedSince);
    return serialNumbers.map((terminal) => {
      const reached = delivered.get(terminal);
      const proven = look.proven.get(terminal);
      const unread = look.unread.get(terminal);
      return {
        terminal,
        upTo: earliest(reached?.instant, proven?.upTo, unread?.oldest),
        isSettling: proven?.isSettling ?? false,
        passedOver: (reached?.passedOver ?? 0) + (unread?.passedOver ?? 0),
      };
    });
  }
}

const isApproved = ({ status }: Terminal): boolean => status === 'approved';

/** What came unread at a moment may be of any time before it, and surely is of no later one. */
const earliest = (delivered?: number, proven?: number, unread = Infinity): number | undefined =>
  delivered === undefined || proven === undefined ? undefined : Math.min(delivered, proven, unread - 1);
