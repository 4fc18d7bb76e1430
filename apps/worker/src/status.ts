import type { LogTypeWarning } from '@biolistener/erpnext';
import type { RelayStatus } from '@biolistener/queue';
import type { CircuitStatus } from './circuit.ts';
import type { PullStatus } from './pull/index.ts';
import { rosterTrouble, type RosterStatus } from './roster/roster-status.ts';
import type { MirrorStatus } from './mirror-keeper.ts';
import type { SiteStatus } from './site-gate.ts';
import type { ShiftStatus } from './watermark-keeper.ts';

/** For health, doctor and the status page. */
export interface WorkerStatus {
  /** One sentence: what it does now, or why not. */
  readonly message: string;
  readonly isDelivering: boolean;
  readonly target: { readonly id: string; readonly label: string; readonly url: string };
  readonly redis: { readonly state: 'up' | 'down'; readonly reason: string };
  readonly site: SiteStatus;
  readonly circuit: CircuitStatus;
  readonly mirror: MirrorStatus;
  readonly relay: RelayStatus;
  readonly roster: RosterStatus;
  /** Terminals that this process calls. */
  readonly pull?: PullStatus;
  readonly limiter: { readonly limit: number; readonly inFlight: number; readonly waiting: number };
  /** What is sent and what the site's Shift Types go by do not fit. */
  readonly logTypes?: LogTypeWarning;
  readonly watermark: { readonly shifts: readonly ShiftStatus[]; readonly trouble: string | undefined };
}

/** The one thing that stands in the way, most basic first. */
export function sentenceOf(status: Omit<WorkerStatus, 'message' | 'isDelivering'>): string {
  const { redis, site, circuit, mirror, target } = status;
  if (redis.state === 'down') return `Waiting for Redis: ${redis.reason}. Punches are kept in the store.`;
  if (site.state === 'refused') return `Not delivering to ${target.label}: ${site.reason ?? 'the self-test failed'}`;
  if (site.state === 'untested') return `Waiting for ${target.label}: ${site.reason ?? 'testing the site'}`;
  if (mirror.lastAt === undefined)
    return `Waiting for the employees of ${target.label}: ${mirror.trouble ?? 'reading'}`;
  if (mirror.heldIdField !== mirror.wantedIdField)
    return `Waiting for the employees of ${target.label} by the field ${mirror.wantedIdField}: ${mirror.trouble ?? 'reading'}`;
  if (circuit.state !== 'closed')
    return `Waiting for ${target.label}: ${circuit.reason ?? ''}; ${circuit.retryAt === undefined ? 'trying now' : `next try at ${new Date(circuit.retryAt).toISOString()}`}`;
  const trouble = rosterTrouble(status.roster);
  const rosters = trouble === undefined ? '' : ` Rosters wait: ${trouble}.`;
  const logTypes = status.logTypes === undefined ? '' : ` ${status.logTypes.text} ${status.logTypes.todo}`;
  return `Delivering to ${target.label}.${rosters}${logTypes}`;
}
