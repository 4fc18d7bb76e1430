import type { RosterRelayStatus } from '@biolistener/queue';
import type { SweepStatus } from './sweep.ts';

/** For health, doctor and the status page. Counts of commands and records are in the store: `rosterGauges`. */
export interface RosterStatus {
  readonly relay: RosterRelayStatus;
  readonly sweep: SweepStatus;
}

/** What stands in the way of rosters; undefined: nothing. */
export const rosterTrouble = ({ relay, sweep }: RosterStatus): string | undefined => relay.trouble ?? sweep.trouble;
