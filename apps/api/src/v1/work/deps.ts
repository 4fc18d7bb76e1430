import type { CommandKind, Instant, JsonObject, Terminal } from '@biolistener/core';
import type { Claim, CommandForDeps, Refused, RosterSettings } from '@biolistener/roster';
import type { Store } from '@biolistener/store';

/** What people and programs work with, be it over the REST API or at the command line. */
export interface WorkDeps {
  readonly store: Store;
  /** The rules of a brand; undefined: nobody here speaks it. */
  readonly rulesOf: CommandForDeps['rulesOf'];
  /** Why the brand would not write such a command for this terminal; undefined: it would. */
  readonly objectionTo: (terminal: Terminal, kind: CommandKind, parameters: JsonObject) => Refused | undefined;
  readonly rosterSettings: () => RosterSettings;
  readonly now: () => Instant;
  /** Keeps two processes from planning one person at the same time. */
  readonly claim?: (pins: readonly string[]) => Promise<Claim>;
}

/** Who does it, for the audit and for what Desk overrules. */
export interface Who {
  /** `cli:root`, `api:<name of the token>`. */
  readonly actor: string;
  readonly origin: 'cli' | 'api';
  readonly mayOpenDoors: boolean;
}
