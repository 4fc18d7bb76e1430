import type { Instant } from '@biolistener/core';
import type { CommandStore, PersonStore, RosterStore, TerminalStore } from '@biolistener/store';
import type { RosterRules } from '@biolistener/wire';
import type { RosterSettings } from './settings.ts';

/** The part of the store that rosters are kept with. */
export type RosterKeeperStore = RosterStore &
  Pick<
    PersonStore,
    'getPerson' | 'findPerson' | 'listPersons' | 'putPerson' | 'templatesOf' | 'nameTemplates' | 'photosOf'
  > &
  Pick<
    CommandStore,
    'findCommand' | 'listCommands' | 'cancelCommands' | 'verifyCommands' | 'failCommands' | 'queueCommands'
  > &
  Pick<TerminalStore, 'allTerminals' | 'findTerminal' | 'revision'>;

/** PINs that are ours to plan until released; the others somebody else plans at this moment. */
export interface Claim {
  readonly held: ReadonlySet<string>;
  release(): Promise<void>;
}

export interface RosterDeps {
  readonly store: RosterKeeperStore;
  /** The rules of a brand; undefined: nobody here speaks it. */
  readonly rulesOf: (brand: string) => RosterRules | undefined;
  /** Asked for each piece of work. */
  readonly settings: () => RosterSettings;
  readonly now: () => Instant;
  /** Keeps two processes from planning one person at the same time. Absent: nobody else plans. */
  readonly claim?: (pins: readonly string[]) => Promise<Claim>;
}

export const ACTOR = 'system';
