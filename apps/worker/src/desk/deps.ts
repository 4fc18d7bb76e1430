import type { CommandKind, Instant, JsonObject, Pin, SerialNumber, Terminal } from '@biolistener/core';
import type { DeliverySettings, DeskAbilities, ErpNextClient } from '@biolistener/erpnext';
import type { Vault } from '@biolistener/security';
import type { NewCommand, Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Circuit } from '../circuit.ts';
import type { SiteView } from '../deliver-context.ts';
import type { WorkerClock } from '../deps.ts';
import type { Limiter } from '../limiter.ts';

/** A command that somebody in Desk asked for. */
export interface DeskCommandRequest {
  readonly serialNumber: SerialNumber;
  readonly kind: CommandKind;
  readonly parameters: JsonObject;
  readonly origin: 'desk';
  readonly askedBy: string;
  readonly deskName: string;
  readonly pin: Pin | undefined;
  readonly mayOpenDoors: boolean;
  /** By the clock of the site. */
  readonly askedAt: Instant | undefined;
}

export type MadeCommand =
  | { readonly kind: 'made'; readonly command: NewCommand }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string };

export interface DeskDeps {
  readonly store: Store;
  readonly client: ErpNextClient;
  readonly targetId: string;
  readonly site: Pick<SiteView, 'isReady' | 'zone'>;
  readonly circuit: Circuit;
  readonly limiter: Limiter;
  readonly clock: WorkerClock;
  readonly log: Log;
  /** The one place that makes commands, with its refusals. */
  readonly makeCommand: (request: DeskCommandRequest) => Promise<MadeCommand>;
  /** What a terminal can be asked; undefined for a brand that is not known. */
  readonly abilitiesOf: (terminal: Terminal) => DeskAbilities | undefined;
  /** Why terminals that are called here cannot be reached, by serial number. */
  readonly troubles?: () => ReadonlyMap<string, string>;
  /** Asked for each piece of work; absent: the defaults. */
  readonly settings?: () => Pick<DeliverySettings, 'unknownEmployee'>;
  /** Seals what people type into password fields; absent: those are left alone. */
  readonly vault?: Vault;
  /** Shown in Biometric Integration Settings. */
  readonly shown?: { readonly listenerUrl?: string; readonly apiUrl?: string; readonly version?: string };
  /** The site announced a change of employees. */
  readonly onEmployees?: () => void;
  readonly paces?: Partial<DeskPaces>;
}

export interface DeskPaces {
  readonly watchMs: number;
  readonly reconcileMs: number;
  readonly fullMs: number;
  /** Between two looks for something to tell Desk. */
  readonly pushMs: number;
  /** The longest that orders, and the longest that all else, are told before hints are looked at again. */
  readonly turnMs: number;
  /** Between two looks at all terminals; what the roster failed at is counted at a twelfth of that. */
  readonly devicesMs: number;
  /** The longest pause between two looks at a user for whom something is under way, and for whom nothing is. */
  readonly openUserMs: number;
  readonly settledUserMs: number;
  /** Between two writes of one document. */
  readonly perDocumentMs: number;
  /** How old what changes with every contact may get in Desk. */
  readonly lazyMs: number;
  /** How often it is looked whether the plugin has been installed. */
  readonly absentMs: number;
  /** A terminal that was silent for longer is offline. */
  readonly onlineWithinMs: number;
}

export const DESK_PACES: DeskPaces = {
  watchMs: 250,
  reconcileMs: 60_000,
  fullMs: 24 * 3_600_000,
  pushMs: 2_000,
  turnMs: 400,
  devicesMs: 5_000,
  openUserMs: 30_000,
  settledUserMs: 5 * 60_000,
  perDocumentMs: 3_000,
  lazyMs: 3_600_000,
  absentMs: 60_000,
  onlineWithinMs: 5 * 60_000,
};

/** What the parts share. */
export interface DeskContext extends DeskDeps {
  readonly pace: DeskPaces;
}
